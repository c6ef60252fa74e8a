/**
 * What one fact costs.
 *
 * Price = unit price of the tier of the day (0 for units included in the month) + share of the value, half to even,
 * within floor and cap + surcharge for reasons. A missing value counts as 0, so the floor is charged.
 */
import { divideHalfEven } from "@megalith/contract";
import type { Pool, PoolClient } from "pg";

export interface Price {
  /** The plan version's bare uuid. */
  readonly id: string;
  readonly organisation: string;
  readonly planId: string;
  readonly currency: string;
  /** IANA name; days and months are its days and months. */
  readonly timeZone: string;
  /** Units of the month that cost no unit price. */
  readonly includedUnits: number;
  /** In order; `from` is the first unit of the day, the first tier's is 1. */
  readonly tiers: readonly { readonly from: number; readonly priceNanos: bigint }[];
  /** Hundredths of a basis point are millionths. */
  readonly share: { readonly hundredthsOfBasisPoint: number; readonly floorNanos: bigint; readonly capNanos: bigint | null } | null;
  readonly reasonsSurchargeNanos: bigint;
}

const millionths = 1_000_000n;

export function priceFact(
  price: Price,
  fact: { readonly dayOrdinal: number; readonly monthOrdinal: number; readonly valueNanos: bigint | null; readonly withReasons: boolean },
): bigint {
  const unit = fact.monthOrdinal > price.includedUnits ? tierAt(price, fact.dayOrdinal).priceNanos : 0n;
  return unit + shareOf(price, fact.valueNanos) + (fact.withReasons ? price.reasonsSurchargeNanos : 0n);
}

export function tierAt(price: Price, dayOrdinal: number): Price["tiers"][number] {
  const tier = price.tiers.findLast(({ from }) => from <= dayOrdinal);
  if (tier === undefined) throw new RangeError("a price has a tier that begins at 1");
  return tier;
}

export function shareOf(price: Price, valueNanos: bigint | null): bigint {
  if (price.share === null) return 0n;
  const { hundredthsOfBasisPoint, floorNanos, capNanos } = price.share;
  const share = divideHalfEven((valueNanos ?? 0n) * BigInt(hundredthsOfBasisPoint), millionths);
  if (share < floorNanos) return floorNanos;
  return capNanos !== null && share > capNanos ? capNanos : share;
}

/** Makes a price known to the meter, in the transaction that makes the plan version. */
export async function addPrice(client: Pool | PoolClient, price: Price, createdAt: Date): Promise<void> {
  await client.query(
    `insert into price (id, organisation, plan_id, currency, time_zone, included_units, tier_starts, tier_prices, share_hundredths,
       share_floor_nanos, share_cap_nanos, reasons_surcharge_nanos, created_at)
     values ($1, $2, $3, $4, $5, $6, $7::bigint[], $8::numeric[], $9, $10, $11, $12, $13)`,
    [
      price.id,
      price.organisation,
      price.planId,
      price.currency,
      price.timeZone,
      price.includedUnits,
      price.tiers.map(({ from }) => from),
      price.tiers.map(({ priceNanos }) => priceNanos.toString()),
      price.share?.hundredthsOfBasisPoint ?? null,
      (price.share?.floorNanos ?? 0n).toString(),
      price.share?.capNanos?.toString() ?? null,
      price.reasonsSurchargeNanos.toString(),
      createdAt,
    ],
  );
}
