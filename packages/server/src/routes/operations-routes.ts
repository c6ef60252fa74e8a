/** Routes of operations: health, the API's description, figures. */
import type { OpenapiDocument } from "@megalith/contract";
import type { Metrics } from "../metrics.ts";
import type { BoundRoute } from "../route.ts";
import { healthLive } from "./health-live.ts";
import { healthReady } from "./health-ready.ts";
import { metrics } from "./metrics.ts";
import { openapi } from "./openapi.ts";
import { referencePage } from "./reference-page.ts";

export interface OperationsUses {
  readonly isReady: () => Promise<boolean>;
  readonly document: OpenapiDocument;
  readonly metrics: Metrics;
}

export function operationsRoutes(uses: OperationsUses): BoundRoute[] {
  return [healthLive(), healthReady(uses), openapi(uses), ...referencePage(), metrics(uses)];
}
