/** The invoice as a pure function: lines, rounding, fees, prepaid parts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { roundToCurrency } from "@megalith/contract";
import fc from "fast-check";
import { runCount } from "../../../../test/counts.ts";
import type { UsageLine } from "../metering/index.ts";
import { computeInvoice, computeInvoices, type Terms } from "./invoice.ts";
import type { Prices } from "./plan.ts";

const seed = 20_261_125;
const runs = runCount(200, 10_000, "invoices");

const flat: Prices = {
  tiers: [{ upTo: null, priceNanos: 2_000_000n }],
  valueShare: null,
  reasonsSurchargeNanos: 0n,
  monthlyFeeNanos: 0n,
  includedUnits: 0,
};

function usage(part: Partial<UsageLine> & Pick<UsageLine, "count" | "amountNanos">): UsageLine {
  return { serviceId: "s", planVersionId: "v1", currency: "EUR", tier: 0, included: false, prepaid: false, reasonsCount: 0, ...part };
}

function terms(prices: Partial<Prices>, version = 1): Terms {
  return { plan: "standard", version, prices: { ...flat, ...prices } };
}

test("units, share, reasons and fee are lines of their own, and what the facts cost is all there", () => {
  const prices: Partial<Prices> = {
    tiers: [
      { upTo: 2, priceNanos: 10_000_000n },
      { upTo: null, priceNanos: 1_000_000n },
    ],
    valueShare: { hundredthsOfBasisPoint: 100, floorNanos: 0n, capNanos: null },
    reasonsSurchargeNanos: 500_000n,
    monthlyFeeNanos: 20_000_000_000n,
    includedUnits: 1,
  };
  const lines = [
    usage({ included: true, count: 1, reasonsCount: 1, amountNanos: 500_000n + 7n }),
    usage({ tier: 0, count: 1, reasonsCount: 1, amountNanos: 10_500_000n }),
    usage({ tier: 1, count: 3, reasonsCount: 2, amountNanos: 3_000_000n + 1_000_000n + 5n }),
  ];
  const invoice = computeInvoice("EUR", lines, new Map([["v1", terms(prices)]]));
  assert.deepEqual(
    invoice.lines.map(({ kind, tier, quantity, exactNanos }) => [kind, tier, quantity, exactNanos]),
    [
      ["monthly_fee", null, 1, 20_000_000_000n],
      ["included", null, 1, 0n],
      ["units", { from: 1, upTo: 2 }, 1, 10_000_000n],
      ["units", { from: 3, upTo: null }, 3, 3_000_000n],
      ["value_share", null, 5, 12n],
      ["reasons_surcharge", null, 4, 2_000_000n],
    ],
  );
  assert.equal(invoice.exactNanos, 20_000_000_000n + lines.reduce((sum, line) => sum + line.amountNanos, 0n));
});

test("a change of prices leaves two lines, and the fee is due once, by the version that was used first", () => {
  const versions = new Map([
    ["v1", terms({ monthlyFeeNanos: 5_000_000_000n }, 1)],
    ["v2", terms({ monthlyFeeNanos: 9_000_000_000n, tiers: [{ upTo: null, priceNanos: 4_000_000n }] }, 2)],
  ]);
  const lines = [
    usage({ planVersionId: "v2", count: 10, amountNanos: 40_000_000n }),
    usage({ planVersionId: "v1", count: 10, amountNanos: 20_000_000n }),
  ];
  const invoice = computeInvoice("EUR", lines, versions);
  assert.deepEqual(
    invoice.lines.map(({ kind, planVersion, amountNanos }) => [kind, planVersion, amountNanos]),
    [
      ["monthly_fee", 1, 5_000_000_000n],
      ["units", 1, 20_000_000n],
      ["units", 2, 40_000_000n],
    ],
  );
});

test("two currencies are two invoices, and usage of one is refused by the other", () => {
  const lines = [
    usage({ count: 1, amountNanos: 2_000_000n }),
    usage({ currency: "JPY", planVersionId: "v2", count: 1, amountNanos: 2_000_000n }),
  ];
  const versions = new Map([
    ["v1", terms({})],
    ["v2", { ...terms({}), plan: "yen" }],
  ]);
  assert.deepEqual(
    computeInvoices(lines, versions).map(({ currency, lines: own }) => [currency, own.length]),
    [
      ["EUR", 1],
      ["JPY", 1],
    ],
  );
  assert.throws(() => computeInvoice("EUR", lines, versions), RangeError);
});

test("what a prepaid balance paid is not due again", () => {
  const lines = [usage({ count: 5, amountNanos: 10_000_000n, prepaid: true }), usage({ count: 10, amountNanos: 20_000_000n })];
  const invoice = computeInvoice("EUR", lines, new Map([["v1", terms({})]]));
  assert.deepEqual([invoice.totalNanos, invoice.prepaidNanos, invoice.dueNanos], [30_000_000n, 10_000_000n, 20_000_000n]);
});

test("each line is rounded once, half to even, and the lines sum to the total", () => {
  const line = fc.record({
    serviceId: fc.constantFrom("a", "b"),
    tier: fc.constant(0),
    count: fc.integer({ min: 1, max: 1_000_000 }),
    reasonsShare: fc.integer({ min: 0, max: 100 }),
    shareNanos: fc.bigInt({ min: 0n, max: 10n ** 15n }),
    prepaid: fc.boolean(),
  });
  const nanos = fc.bigInt({ min: 0n, max: 10n ** 12n });
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 6 }),
      nanos,
      nanos,
      nanos,
      fc.constantFrom("EUR", "JPY", "KWD"),
      (given, unit, surcharge, fee, currency) => {
        const prices = terms({
          tiers: [{ upTo: null, priceNanos: unit }],
          reasonsSurchargeNanos: surcharge,
          monthlyFeeNanos: fee,
          valueShare: { hundredthsOfBasisPoint: 1, floorNanos: 0n, capNanos: null },
        });
        const lines = given.map(({ reasonsShare, shareNanos, ...rest }) => {
          const reasonsCount = Math.floor((rest.count * reasonsShare) / 100);
          return usage({
            ...rest,
            currency,
            reasonsCount,
            amountNanos: unit * BigInt(rest.count) + surcharge * BigInt(reasonsCount) + shareNanos,
          });
        });
        const invoice = computeInvoice(currency, lines, new Map([["v1", prices]]));
        let total = 0n;
        let exact = 0n;
        for (const made of invoice.lines) {
          assert.equal(made.amountNanos, roundToCurrency(made.exactNanos, currency));
          if (made.unitNanos !== null) assert.equal(made.exactNanos, made.unitNanos * BigInt(made.quantity));
          total += made.amountNanos;
          exact += made.exactNanos;
        }
        assert.equal(invoice.totalNanos, total);
        assert.equal(invoice.dueNanos + invoice.prepaidNanos, total);
        const ledger = lines.reduce((sum, { amountNanos }) => sum + amountNanos, 0n);
        assert.equal(invoice.exactNanos, exact);
        assert.equal(exact, ledger + (lines.length > 0 ? fee : 0n));
      },
    ),
    { seed, numRuns: runs },
  );
});
