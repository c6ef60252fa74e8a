/**
 * Labels: what turned out to be true of a decision. Append-only; the same label again is harmless.
 *
 * A label is kept as it was sent, once its decision is the caller's and its value one that the target of the version that
 * answered can have.
 */
import { type Actor, MegalithError, type Problem, problem, uuidFromId } from "@megalith/contract";
import type { Pool } from "pg";
import type { Clock, NewUuid, Principal } from "../foundation/index.ts";
import type { RegistryService } from "../registry/index.ts";
import type { ServiceCatalogue } from "./catalogue.ts";
import { dayOfUuid } from "./decision-log.ts";
import { type Outcome, type OutcomeTarget, problemOfOutcome } from "./outcome.ts";

export interface LabelInput {
  /** Typed id `dec_…`; or a service's name and the caller's own reference. */
  readonly decision?: string | undefined;
  readonly service?: string | undefined;
  readonly reference?: string | undefined;
  readonly value: Outcome;
  readonly time: string;
}

export interface StoredLabel {
  readonly id: string;
  readonly value: Outcome;
  readonly time: Date;
  readonly recordedAt: Date;
}

interface Target {
  readonly decisionId: string;
  readonly serviceId: string;
  readonly versionId: string;
  readonly reference: string | null;
  /** How many decisions of the service the label may mean. */
  readonly alike: number;
}

interface TargetRow {
  id: string;
  service_id: string;
  version_id: string;
  reference: string | null;
  /** Decisions of the service with the reference; absent where the id was named. */
  alike?: bigint;
}

/** How far a caller's clock may be ahead of ours. */
const skewMs = 300_000;
const problemLimit = 100;

export class Labels {
  private readonly pool: Pool;
  private readonly clock: Clock;
  private readonly newUuid: NewUuid;
  private readonly catalogue: ServiceCatalogue;
  private readonly registry: RegistryService;

  constructor(options: { pool: Pool; clock: Clock; newUuid: NewUuid; catalogue: ServiceCatalogue; registry: RegistryService }) {
    this.pool = options.pool;
    this.clock = options.clock;
    this.newUuid = options.newUuid;
    this.catalogue = options.catalogue;
    this.registry = options.registry;
  }

  /**
   * All or nothing, each problem of each label told.
   * @throws MegalithError "serving.label_unmatched" when labels name no decision of the caller's; "serving.label_invalid".
   */
  async record(principal: Principal, labels: readonly LabelInput[]): Promise<{ recorded: number; repeated: number }> {
    const { organisation } = principal;
    const serviceIds = await this.services(principal, labels);
    const targets = await this.targets(principal, labels, serviceIds);
    const outcomes = await this.outcomes(organisation, targets);
    const latest = this.clock.now().getTime() + skewMs;
    const problems = labels.flatMap((label, index) => {
      const target = targets[index];
      if (target === undefined) return [problem(`/labels/${index}`, "unmatched", "labelUnmatched")];
      if (target.alike > 1)
        return [
          problem(`/labels/${index}/reference`, "ambiguous", "labelAmbiguous", { reference: label.reference ?? "", count: target.alike }),
        ];
      return problemsOf(label, target, serviceIds, outcomes.get(target.versionId), latest, `/labels/${index}`);
    });
    if (problems.length > 0) {
      const code = problems.some((one) => one.code !== "unmatched") ? "serving.label_invalid" : "serving.label_unmatched";
      throw new MegalithError(code, { values: { count: problems.length }, problems: problems.slice(0, problemLimit) });
    }
    return this.insert(organisation, principal.actor, labels, targets as readonly Target[]);
  }

  async of(organisation: string, decisionId: string): Promise<StoredLabel[]> {
    const found = await this.pool.query<{ id: string; value: Outcome; event_time: Date; recorded_at: Date }>(
      "select id, value, event_time, recorded_at from label where organisation = $1 and decision_id = $2 order by id",
      [organisation, decisionId],
    );
    return found.rows.map((row) => ({ id: row.id, value: row.value, time: row.event_time, recordedAt: row.recorded_at }));
  }

  /** Ids of the services that labels name. @throws MegalithError "request.not_found" for one that the caller may not see. */
  private async services(principal: Principal, labels: readonly LabelInput[]): Promise<ReadonlyMap<string, string>> {
    const names = new Set(labels.flatMap(({ service }) => (service === undefined ? [] : [service])));
    const ids = new Map<string, string>();
    for (const name of names) ids.set(name, (await this.catalogue.visible(principal, name)).service.id);
    return ids;
  }

  /** The decision of each label; undefined for one that is not there or not the caller's. */
  private async targets(
    principal: Principal,
    labels: readonly LabelInput[],
    serviceIds: ReadonlyMap<string, string>,
  ): Promise<(Target | undefined)[]> {
    const own = [principal.organisation, ...(principal.kind === "customer" ? [principal.customerId, principal.serviceIds] : [null, null])];
    const isOwn = "organisation = $1 and ($2::uuid is null or customer_id = $2) and ($3::uuid[] is null or service_id = any ($3))";
    const columns = "id, service_id, version_id, reference";
    const ids = labels.flatMap(({ decision }) => uuidFromId("decision", decision ?? "") ?? []);
    const found = new Map<string, Target>();
    if (ids.length > 0) {
      const text = `select ${columns} from decision where ${isOwn} and day = any ($4::date[]) and id = any ($5::uuid[])`;
      const { rows } = await this.pool.query<TargetRow>(text, [...own, [...new Set(ids.map(dayOfUuid))], ids]);
      for (const row of rows) found.set(row.id, toTarget(row));
    }
    for (const [service, serviceId] of serviceIds) {
      const references = labels.flatMap((label) =>
        label.service === service && label.decision === undefined ? (label.reference ?? []) : [],
      );
      const text = `select distinct on (reference) ${columns}, count(*) over (partition by reference) as alike from decision
        where ${isOwn} and service_id = $4 and reference = any ($5::text[]) order by reference, id desc`;
      if (references.length === 0) continue;
      const { rows } = await this.pool.query<TargetRow>(text, [...own, serviceId, references]);
      for (const row of rows) found.set(`${serviceId}/${row.reference}`, toTarget(row));
    }
    return labels.map(({ decision, service, reference }) => {
      if (decision !== undefined) return found.get(uuidFromId("decision", decision) ?? "");
      return service === undefined || reference === undefined ? undefined : found.get(`${serviceIds.get(service)}/${reference}`);
    });
  }

  /** What the versions that answered predict, by the versions' ids. */
  private async outcomes(organisation: string, targets: readonly (Target | undefined)[]): Promise<ReadonlyMap<string, OutcomeTarget>> {
    const outcomes = new Map<string, OutcomeTarget>();
    for (const versionId of new Set(targets.flatMap((target) => target?.versionId ?? []))) {
      const version = await this.registry.versionById(organisation, versionId);
      const { answerer, target, classes } = await this.catalogue.compileVersion(version);
      const { task, outputs } = answerer.forest;
      const unnamed = Array.from({ length: Math.max(2, outputs) }, (_, index) => String(index));
      outcomes.set(versionId, { task, target, classes: classes.length > 0 ? classes : unnamed });
    }
    return outcomes;
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

function toTarget(row: TargetRow): Target {
  return {
    decisionId: row.id,
    serviceId: row.service_id,
    versionId: row.version_id,
    reference: row.reference,
    alike: Number(row.alike ?? 1),
  };
}

function problemsOf(
  label: LabelInput,
  target: Target,
  serviceIds: ReadonlyMap<string, string>,
  outcome: OutcomeTarget | undefined,
  latest: number,
  path: string,
): Problem[] {
  const problems: Problem[] = [];
  if (label.service !== undefined && serviceIds.get(label.service) !== target.serviceId)
    problems.push(problem(`${path}/service`, "other", "labelService", { service: label.service }));
  if (label.reference !== undefined && label.reference !== target.reference)
    problems.push(problem(`${path}/reference`, "other", "labelReference", { reference: label.reference }));
  const wrong = outcome === undefined ? undefined : problemOfOutcome(label.value, outcome, `${path}/value`);
  if (wrong !== undefined) problems.push(wrong);
  if (Date.parse(label.time) > latest) problems.push(problem(`${path}/time`, "future", "labelFuture", { time: label.time }));
  return problems;
}
