/** Every bound route of the product, in one list. */
import type { OpenapiDocument } from "@megalith/contract";
import type { Config } from "../config.ts";
import { CsvExports } from "../csv-reply.ts";
import type { Metrics } from "../metrics.ts";
import type { Product } from "../product.ts";
import { release } from "../release.ts";
import type { BoundRoute } from "../route.ts";
import { accountsRoutesOf } from "./accounts-routes.ts";
import { billingRoutesOf } from "./billing-routes.ts";
import { inferenceRoutesOf } from "./inference-routes.ts";
import { meteringRoutesOf } from "./metering-routes.ts";
import { modelsRoutes } from "./models-routes.ts";
import { operationsRoutes } from "./operations-routes.ts";
import { servicesRoutes } from "./services-routes.ts";
import { tablesRoutes } from "./tables-routes.ts";
import { trainingRoutesOf } from "./training-routes.ts";

export interface EdgeUses {
  readonly config: Pick<Config, "secureCookies">;
  readonly isReady: () => Promise<boolean>;
  readonly document: OpenapiDocument;
  readonly metrics: Metrics;
}

export function allRoutes(product: Product, edge: EdgeUses): BoundRoute[] {
  const requireCustomer = (organisation: string, id: string) => product.customers.find(organisation, { id });
  const exports = new CsvExports();
  return [
    ...operationsRoutes(edge),
    ...accountsRoutesOf({ ...product, secureCookies: edge.config.secureCookies }),
    ...tablesRoutes(product),
    ...trainingRoutesOf(product),
    ...modelsRoutes(product),
    ...servicesRoutes({ ...product, exports }),
    ...inferenceRoutesOf({ ...product, release }),
    ...meteringRoutesOf({ ...product, requireCustomer, exports }),
    ...billingRoutesOf({ ...product, exports }),
  ];
}
