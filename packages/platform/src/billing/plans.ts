/**
 * The plans of an organisation: make, change by version, and look up the price in force, often.
 *
 * Looked-up plans stay in memory for a second. A new version begins at least five seconds after it was made, so no
 * replica can still hold a plan without it when its time comes.
 */
import { MegalithError, problem } from "@megalith/contract";
import type { Pool } from "pg";
import { type Caller, type Clock, inTransaction, isUniqueViolation, type NewUuid, recordChange } from "../foundation/index.ts";
import { addPrice } from "../metering/index.ts";
import { checkPlan, findPriceProblems, type Plan, type PlanVersion, type Prices, refuse, toPrice, unknownZone, versionAt } from "./plan.ts";
import { findPlans, insertPlan, insertVersion, knowsZone } from "./plan-store.ts";

export interface NewPlan {
  readonly name: string;
  readonly title?: string | undefined;
  readonly currency: string;
  readonly timeZone: string;
  readonly prices: Prices;
}

const keptMs = 1000;
export const noticeMs = 5000;

export class Plans {
  private readonly pool: Pool;
  private readonly clock: Clock;
  private readonly newUuid: NewUuid;
  private readonly kept = new Map<string, { readonly until: number; readonly plan: Promise<Plan | undefined> }>();

  constructor(options: { pool: Pool; clock: Clock; newUuid: NewUuid }) {
    this.pool = options.pool;
    this.clock = options.clock;
    this.newUuid = options.newUuid;
  }

  /** @throws MegalithError "billing.plan_invalid", "billing.plan_name_taken". */
  async create(caller: Caller, given: NewPlan): Promise<Plan> {
    checkPlan(given, given.prices);
    if (!(await knowsZone(this.pool, given.timeZone))) refuse([unknownZone(given.timeZone)]);
    const now = this.clock.now();
    const made = { createdAt: now, createdBy: caller.actor };
    const { name, currency, timeZone, prices } = given;
    const plan = { id: this.newUuid(), organisation: caller.organisation, name, title: given.title ?? name, currency, timeZone, ...made };
    const version = { id: this.newUuid(), planId: plan.id, number: 1, validFrom: now, prices, ...made };
    try {
      await inTransaction(this.pool, async (client) => {
        await insertPlan(client, plan);
        await insertVersion(client, caller.organisation, version);
        await addPrice(client, toPrice(plan, version), now);
        const change = {
          action: "billing.plan_created",
          subjectKind: "plan",
          subjectId: plan.id,
          subjectName: name,
          detail: { currency, timeZone },
        };
        await recordChange(client, caller, this.newUuid(), now, change);
      });
    } catch (error) {
      if (isUniqueViolation(error, "plan_organisation_name_key"))
        throw new MegalithError("billing.plan_name_taken", { values: { plan: name } });
      throw error;
    }
    return { ...plan, versions: [version] };
  }

  /** @param validFrom at least five seconds ahead and after every other version; without it, five seconds from now. */
  async addVersion(caller: Caller, name: string, prices: Prices, validFrom?: Date): Promise<Plan> {
    await inTransaction(this.pool, async (client) => {
      await client.query("select from plan where organisation = $1 and name = $2 for update", [caller.organisation, name]);
      const plan = (await findPlans(client, caller.organisation, name))[0];
      if (plan === undefined) throw notFound(name);
      const now = this.clock.now();
      const newest = plan.versions[0] as PlanVersion;
      const soonest = new Date(Math.max(now.getTime() + noticeMs, newest.validFrom.getTime() + 1));
      const problems = findPriceProblems(prices);
      const from = validFrom ?? soonest;
      if (from < soonest) problems.push(problem("/validFrom", "early", "validFromEarly", { soonest: soonest.toISOString() }));
      refuse(problems);
      const version = {
        id: this.newUuid(),
        planId: plan.id,
        number: newest.number + 1,
        validFrom: from,
        prices,
        createdAt: now,
        createdBy: caller.actor,
      };
      await insertVersion(client, caller.organisation, version);
      await addPrice(client, toPrice(plan, version), now);
      const detail = { number: version.number, validFrom: from.toISOString() };
      const change = { action: "billing.plan_version_added", subjectKind: "plan", subjectId: plan.id, subjectName: name, detail };
      await recordChange(client, caller, this.newUuid(), now, change);
    });
    this.kept.delete(keyOf(caller.organisation, name));
    return this.read(caller.organisation, name);
  }

  list(organisation: string): Promise<Plan[]> {
    return findPlans(this.pool, organisation);
  }

  /** @throws MegalithError "billing.plan_not_found". */
  async read(organisation: string, name: string): Promise<Plan> {
    const plan = (await findPlans(this.pool, organisation, name))[0];
    if (plan === undefined) throw notFound(name);
    return plan;
  }

  async exists(organisation: string, name: string): Promise<boolean> {
    return (await findPlans(this.pool, organisation, name)).length > 0;
  }

  /** Bare uuid of the version in force. Cost: memory, and one query a second and plan. */
  async versionAt(organisation: string, name: string, at: Date): Promise<string> {
    const key = keyOf(organisation, name);
    const now = this.clock.now().getTime();
    let entry = this.kept.get(key);
    if (entry === undefined || entry.until <= now || entry.until > now + keptMs) {
      entry = { until: now + keptMs, plan: findPlans(this.pool, organisation, name).then((plans) => plans[0]) };
      this.kept.set(key, entry);
      entry.plan.catch(() => this.kept.delete(key));
    }
    const plan = await entry.plan;
    if (plan !== undefined) return versionAt(plan, at).id;
    this.kept.delete(key);
    throw notFound(name);
  }
}

function keyOf(organisation: string, name: string): string {
  return `${organisation}/${name}`;
}

function notFound(plan: string): MegalithError {
  return new MegalithError("billing.plan_not_found", { values: { plan } });
}
