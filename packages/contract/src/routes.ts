/** Every route of the product under its operation's name: what OpenAPI, the reference and the access test go through. */
import { accountsRoutes } from "./accounts.ts";
import { billingRoutes } from "./billing.ts";
import { inferenceRoutes } from "./inference.ts";
import { meteringRoutes } from "./metering.ts";
import { operationsRoutes } from "./operations.ts";
import { registryRoutes } from "./registry.ts";
import { servingRoutes } from "./serving.ts";
import { tablesRoutes } from "./tables.ts";
import { trainingRoutes } from "./training.ts";

export const routes = {
  ...accountsRoutes,
  ...tablesRoutes,
  ...trainingRoutes,
  ...registryRoutes,
  ...servingRoutes,
  ...meteringRoutes,
  ...billingRoutes,
  ...inferenceRoutes,
  ...operationsRoutes,
} as const;
