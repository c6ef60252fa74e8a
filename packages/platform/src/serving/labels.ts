/** Labels: what turned out to be true of a decision. Append-only; the same label again is harmless. */
import { type Actor, MegalithError, type Problem, problem, uuidFromId } from "@megalith/contract";
import type { Pool } from "pg";
import type { Clock, NewUuid, Principal } from "../foundation/index.ts";
import type { ServiceCatalogue } from "./catalogue.ts";

export interface LabelInput {
  /** Typed id `dec_…`; or a service's name and the caller's own reference. */
  readonly decision?: string | undefined;
  readonly service?: string | undefined;
  readonly reference?: string | undefined;
  readonly value: string | number;
  readonly time: string;
}

export interface StoredLabel {
  readonly id: string;
  readonly value: string | number;
  readonly time: Date;
  readonly recordedAt: Date;
}

interface Target {
  readonly decisionId: string;
  readonly serviceId: string;
}

export class Labels {
  private readonly pool: Pool;
  private readonly clock: Clock;
  private readonly newUuid: NewUuid;
  private readonly catalogue: ServiceCatalogue;

  constructor(options: { pool: Pool; clock: Clock; newUuid: NewUuid; catalogue: ServiceCatalogue }) {
    this.pool = options.pool;
    this.clock = options.clock;
    this.newUuid = options.newUuid;
    this.catalogue = options.catalogue;
  }

  /** All or nothing. @throws MegalithError "serving.label_unmatched" with each label that names no decision of the caller's. */
  async record(principal: Principal, labels: readonly LabelInput[]): Promise<{ recorded: number; repeated: number }> {
    const problems: Problem[] = [];
    const targets: Target[] = [];
    for (const [index, label] of labels.entries()) {
      const target = await this.target(principal, label);
      if (target === undefined) problems.push(problem(`/labels/${index}`, "unmatched", "labelUnmatched"));
      else targets.push(target);
    }
    if (problems.length > 0)
      throw new MegalithError("serving.label_unmatched", { values: { count: problems.length }, problems: problems.slice(0, 100) });
    return this.insert(principal.organisation, principal.actor, labels, targets);
  }

  async of(organisation: string, decisionId: string): Promise<StoredLabel[]> {
    const found = await this.pool.query<{ id: string; value: string | number; event_time: Date; recorded_at: Date }>(
      "select id, value, event_time, recorded_at from label where organisation = $1 and decision_id = $2 order by id",
      [organisation, decisionId],
    );
    return found.rows.map((row) => ({ id: row.id, value: row.value, time: row.event_time, recordedAt: row.recorded_at }));
  }

  private async target(principal: Principal, label: LabelInput): Promise<Target | undefined> {
    const customerId = principal.kind === "customer" ? principal.customerId : null;
    if (label.decision !== undefined) {
      const id = uuidFromId("decision", label.decision);
      if (id === undefined) return undefined;
      return this.first("id = $3", [principal.organisation, customerId, id]);
    }
    if (label.service === undefined || label.reference === undefined) return undefined;
    const { service } = await this.catalogue.visible(principal, label.service);
    return this.first("service_id = $3 and reference = $4", [principal.organisation, customerId, service.id, label.reference]);
  }

  private async first(where: string, values: readonly unknown[]): Promise<Target | undefined> {
    const found = await this.pool.query<{ id: string; service_id: string }>(
      `select id, service_id from decision where organisation = $1 and ($2::uuid is null or customer_id = $2) and ${where} order by id desc limit 1`,
      [...values],
    );
    const row = found.rows[0];
    return row === undefined ? undefined : { decisionId: row.id, serviceId: row.service_id };
  }

  private async insert(organisation: string, actor: Actor, labels: readonly LabelInput[], targets: readonly Target[]) {
    const now = this.clock.now();
    const rows = labels.map((label, index) => ({
      id: this.newUuid(),
      organisation,
      service_id: targets[index]?.serviceId,
      decision_id: targets[index]?.decisionId,
      value: label.value,
      event_time: label.time,
      recorded_at: now.toISOString(),
      actor,
    }));
    const inserted = await this.pool.query(
      `insert into label select * from jsonb_to_recordset($1::jsonb) as r (
         id uuid, organisation uuid, service_id uuid, decision_id uuid, value jsonb, event_time timestamptz, recorded_at timestamptz, actor jsonb)
       on conflict (decision_id, event_time, value) do nothing returning id`,
      [JSON.stringify(rows)],
    );
    return { recorded: inserted.rows.length, repeated: labels.length - inserted.rows.length };
  }
}
