import { metricsMedia, operationsRoutes } from "@megalith/contract";
import type { Metrics } from "../metrics.ts";
import { bindRoute } from "../route.ts";

export function metrics(uses: { metrics: Metrics }) {
  return bindRoute(operationsRoutes.readMetrics, async (call) => {
    call.setHeader("content-type", metricsMedia);
    return uses.metrics.text();
  });
}
