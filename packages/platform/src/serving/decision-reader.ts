/** One stored decision as the contract shows it: as answered, asked again, with its labels and its price. */
import { idFromUuid } from "@megalith/contract";
import type { Pool } from "pg";
import type { Principal } from "../foundation/index.ts";
import type { RegistryService } from "../registry/index.ts";
import type { ServiceCatalogue } from "./catalogue.ts";
import type { DecisionLog } from "./decision-log.ts";
import type { Labels } from "./labels.ts";
import { replay } from "./replay.ts";
import { type Language, type RenderedAnswer, showDecision } from "./reply.ts";

export interface DecisionReaderOptions {
  readonly pool: Pool;
  readonly registry: RegistryService;
  readonly catalogue: ServiceCatalogue;
  readonly log: DecisionLog;
  readonly labels: Labels;
  /** What the ledger says this decision cost; null when nobody paid. */
  readonly priceOf: (customerId: string, factKey: string, position: number) => Promise<RenderedAnswer["price"]>;
}

export class DecisionReader {
  private readonly options: DecisionReaderOptions;

  constructor(options: DecisionReaderOptions) {
    this.options = options;
  }

  /** @param id bare uuid. @throws MegalithError "request.not_found" also for another customer's. */
  async read(principal: Principal, id: string, language: Language) {
    const { organisation } = principal;
    const decision = await this.options.log.find(organisation, id, principal.kind === "customer" ? principal.customerId : null);
    const [again, labels, price, service] = await Promise.all([
      replay(this.options, organisation, decision),
      this.options.labels.of(organisation, id),
      decision.customerId === null || decision.factKey === null
        ? null
        : this.options.priceOf(decision.customerId, decision.factKey, decision.position),
      this.options.catalogue.byId(organisation, decision.serviceId),
    ]);
    const { reference, answer } = decision;
    return {
      id: idFromUuid("decision", id),
      service: service?.name ?? "",
      customer: decision.customerId === null ? null : idFromUuid("customer", decision.customerId),
      decision: showDecision({ id, reference, answer, version: again.version, price }, language),
      input: { ...decision.input },
      subject: decision.subject,
      revision: again.revision,
      eventTime: decision.eventTime.toISOString(),
      recordedAt: decision.recordedAt.toISOString(),
      replay: { identical: again.identical },
      labels: labels.map((label) => ({
        id: idFromUuid("label", label.id),
        value: label.value,
        time: label.time.toISOString(),
        recordedAt: label.recordedAt.toISOString(),
      })),
    };
  }
}
