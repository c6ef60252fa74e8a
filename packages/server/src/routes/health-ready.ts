import { operationsRoutes } from "@megalith/contract";
import { bindRoute } from "../route.ts";

const retryAfterSeconds = 1;

export function healthReady(uses: { isReady: () => Promise<boolean> }) {
  return bindRoute(operationsRoutes.readReadiness, async (call) => {
    const ready = await uses.isReady();
    if (!ready) {
      call.setStatus(503);
      call.setHeader("retry-after", String(retryAfterSeconds));
    }
    return { ready };
  });
}
