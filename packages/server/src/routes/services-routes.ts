/** Routes of services and decisions. */
import type { Decider, DecisionLog, DecisionReader, Labels, ServiceCatalogue } from "@megalith/platform/serving";
import type { CsvExports } from "../csv-reply.ts";
import type { BoundRoute } from "../route.ts";
import { changeService } from "./change-service.ts";
import { createService } from "./create-service.ts";
import { decide } from "./decide.ts";
import { eraseSubject } from "./erase-subject.ts";
import { exportDecisions } from "./export-decisions.ts";
import { listDecisions } from "./list-decisions.ts";
import { listServices } from "./list-services.ts";
import { readDecision } from "./read-decision.ts";
import { readService } from "./read-service.ts";
import { readServiceCard } from "./read-service-card.ts";
import { readServiceSchema } from "./read-service-schema.ts";
import { recordLabels } from "./record-labels.ts";

export interface ServingUses {
  readonly catalogue: ServiceCatalogue;
  readonly decider: Decider;
  readonly log: DecisionLog;
  readonly reader: DecisionReader;
  readonly labels: Labels;
  readonly exports: CsvExports;
}

export function servicesRoutes(uses: ServingUses): BoundRoute[] {
  return [
    listServices(uses),
    createService(uses),
    readService(uses),
    changeService(uses),
    readServiceSchema(uses),
    readServiceCard(uses),
    decide(uses),
    listDecisions(uses),
    exportDecisions(uses),
    readDecision(uses),
    recordLabels(uses),
    eraseSubject(uses),
  ];
}
