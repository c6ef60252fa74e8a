import { operationsRoutes } from "@megalith/contract";
import { bindRoute } from "../route.ts";

const retryAfterSeconds = 1;

export function healthReady(uses: { isReady: () => boolean }) {
  return bindRoute(operationsRoutes.readReadiness, async (call) => {
    const ready = uses.isReady();
    if (!ready) {
      call.setStatus(503);
      call.setHeader("retry-after", String(retryAfterSeconds));
    }
    return { ready };
  });
}
