/** The front door of metering: facts become durable usage. */
export { type CallFacts, deriveUsageId, type Fact, type MeterOutcome } from "./fact.ts";
export { Meter, type MeterOptions } from "./meter.ts";
