/** SQL of plans. Every query names the organisation. */
import type { Actor, PricesShape } from "@megalith/contract";
import type { Pool, PoolClient } from "pg";
import { type Plan, type PlanVersion, readPrices, showPrices } from "./plan.ts";

type Queryable = Pool | PoolClient;

interface PlanRow {
  id: string;
  organisation: string;
  name: string;
  title: string;
  currency: string;
  time_zone: string;
  created_at: Date;
  created_by: Actor;
}

interface VersionRow {
  id: string;
  plan_id: string;
  number: number;
  valid_from: Date;
  prices: PricesShape;
  created_at: Date;
  created_by: Actor;
}

export async function findPlans(client: Queryable, organisation: string, name?: string): Promise<Plan[]> {
  const plans = await client.query<PlanRow>(
    "select * from plan where organisation = $1 and ($2::text is null or name = $2) order by name",
    [organisation, name ?? null],
  );
  if (plans.rows.length === 0) return [];
  const versions = await client.query<VersionRow>(
    "select * from plan_version where organisation = $1 and plan_id = any ($2::uuid[]) order by number desc",
    [organisation, plans.rows.map((row) => row.id)],
  );
  return plans.rows.map((row) => ({
    id: row.id,
    organisation: row.organisation,
    name: row.name,
    title: row.title,
    currency: row.currency,
    timeZone: row.time_zone,
    createdAt: row.created_at,
    createdBy: row.created_by,
    versions: versions.rows.filter((version) => version.plan_id === row.id).map(toVersion),
  }));
}

export async function insertPlan(client: Queryable, plan: Omit<Plan, "versions">): Promise<void> {
  await client.query(
    "insert into plan (id, organisation, name, title, currency, time_zone, created_at, created_by) values ($1, $2, $3, $4, $5, $6, $7, $8)",
    [plan.id, plan.organisation, plan.name, plan.title, plan.currency, plan.timeZone, plan.createdAt, JSON.stringify(plan.createdBy)],
  );
}

export async function insertVersion(client: Queryable, organisation: string, version: PlanVersion): Promise<void> {
  await client.query(
    "insert into plan_version (id, organisation, plan_id, number, valid_from, prices, created_at, created_by) values ($1, $2, $3, $4, $5, $6, $7, $8)",
    [
      version.id,
      organisation,
      version.planId,
      version.number,
      version.validFrom,
      JSON.stringify(showPrices(version.prices)),
      version.createdAt,
      JSON.stringify(version.createdBy),
    ],
  );
}

/** True when PostgreSQL knows the time zone as well. */
export async function knowsZone(client: Queryable, timeZone: string): Promise<boolean> {
  const found = await client.query("select from pg_timezone_names where lower(name) = lower($1)", [timeZone]);
  return found.rowCount !== 0;
}

function toVersion(row: VersionRow): PlanVersion {
  return {
    id: row.id,
    planId: row.plan_id,
    number: row.number,
    validFrom: row.valid_from,
    prices: readPrices(row.prices),
    createdAt: row.created_at,
    createdBy: row.created_by,
  };
}
