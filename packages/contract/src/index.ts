/** The front door of the contract: errors, identifiers, money, routes, shapes. */
export * from "./errors.ts";
export * from "./identifiers.ts";
export * from "./money.ts";
export * from "./route.ts";
export * from "./shapes.ts";
export * from "./registry.ts";
export * from "./serving.ts";
export * from "./tables.ts";
export * from "./reason-words.ts";
export * from "./billing.ts";
export * from "./metering.ts";
export * from "./invoice-words.ts";
