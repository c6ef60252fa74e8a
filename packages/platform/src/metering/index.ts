/** The front door of metering: facts become durable usage. */
export { type Credit, closeMonth, type MeterAccount, MeterAccounts } from "./account.ts";
export {
  type CallFacts,
  deriveUsageId,
  type Fact,
  type FactIdentity,
  isRepeatable,
  type KeptDecision,
  type MeterOutcome,
  type RecordedFact,
} from "./fact.ts";
export { Ledger, readLines, type Usage, type UsageFilter, type UsageLine, type UsagePlace, type UsageSum } from "./ledger.ts";
export { Meter, type MeterOptions } from "./meter.ts";
export { addPrice, type Price, priceFact, shareOf, tierAt } from "./price.ts";
export { streamUsage } from "./usage-stream.ts";
