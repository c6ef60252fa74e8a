/** Calls and prices for tests of the meter. */
import { createHash, randomUUID } from "node:crypto";
import type { Pool } from "pg";
import { type CallFacts, deriveUsageId, type KeptDecision } from "./fact.ts";
import { addPrice, type Price } from "./price.ts";

export interface World {
  readonly organisation: string;
  readonly serviceId: string;
}

export async function makeWorld(pool: Pool): Promise<World> {
  const organisation = randomUUID();
  await pool.query("insert into organisation (id, name, created_at) values ($1, 'Provider', now())", [organisation]);
  return { organisation, serviceId: randomUUID() };
}

export async function makePrice(pool: Pool, world: World, terms: Partial<Price> = {}): Promise<Price> {
  const price: Price = {
    id: randomUUID(),
    organisation: world.organisation,
    planId: randomUUID(),
    currency: "EUR",
    timeZone: "UTC",
    includedUnits: 0,
    tiers: [{ from: 1, priceNanos: 2_000_000n }],
    share: null,
    reasonsSurchargeNanos: 0n,
    ...terms,
  };
  await addPrice(pool, price, new Date());
  return price;
}

export interface CallWish {
  readonly customerId: string;
  readonly price?: Price | null;
  readonly key?: string;
  /** A key a fact, in place of one for all. */
  readonly keys?: readonly string[];
  readonly asked?: string;
  readonly at?: string | Date;
  /** One value a fact; null is none. */
  readonly values?: readonly (bigint | null)[];
  readonly withReasons?: boolean;
  readonly decision?: KeptDecision;
}

export function makeCall(world: World, wish: CallWish): CallFacts {
  const shared = `q:${randomUUID()}`;
  const digest = createHash("sha256")
    .update(wish.asked ?? "the same")
    .digest();
  const time = new Date(wish.at ?? "2026-03-15T12:00:00Z");
  return {
    organisation: world.organisation,
    customerId: wish.customerId,
    serviceId: world.serviceId,
    keyId: null,
    planVersionId: wish.price?.id ?? null,
    eventTime: time,
    recordedTime: time,
    facts: (wish.values ?? [null]).map((valueNanos, index) => ({
      ...identify(wish, shared, index),
      digest,
      usageId: deriveUsageId(wish.customerId, identify(wish, shared, index)),
      decisionId: randomUUID(),
      valueNanos,
      withReasons: wish.withReasons ?? false,
    })),
    decision: wish.decision ?? null,
  };
}

function identify({ key, keys }: CallWish, shared: string, index: number): { key: string; place: number } {
  const own = keys?.[index];
  return own === undefined ? { key: key ?? shared, place: index } : { key: own, place: 0 };
}

export async function countUsage(pool: Pool, customerId: string): Promise<number> {
  const found = await pool.query<{ count: bigint }>("select count(*) from usage where customer_id = $1", [customerId]);
  return Number(found.rows[0]?.count);
}
