import { operationsRoutes } from "@megalith/contract";
import { bindRoute } from "../route.ts";

export function healthLive() {
  return bindRoute(operationsRoutes.readLiveness, async () => ({ live: true }));
}
