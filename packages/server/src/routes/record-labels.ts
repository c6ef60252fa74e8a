import { servingRoutes } from "@megalith/contract";
import type { Labels } from "@megalith/platform/serving";
import { bindRoute } from "../route.ts";

export function recordLabels(uses: { labels: Labels }) {
  return bindRoute(servingRoutes.recordLabels, async (call) => {
    return uses.labels.record(call.principal, call.body.labels);
  });
}
