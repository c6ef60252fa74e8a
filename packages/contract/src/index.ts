/** The front door of the contract: errors, identifiers, money, routes, shapes. */

export * from "./accounts.ts";
export * from "./billing.ts";
export * from "./calendar-day.ts";
export * from "./card-columns.ts";
export * from "./errors.ts";
export * from "./forms.ts";
export * from "./identifiers.ts";
export * from "./inference.ts";
export * from "./invoice-words.ts";
export * from "./leak-words.ts";
export * from "./megalith-error.ts";
export * from "./messages/translate.ts";
export * from "./metering.ts";
export * from "./money.ts";
export * from "./near-name.ts";
export * from "./openapi.ts";
export * from "./operations.ts";
export * from "./problems.ts";
export * from "./reason-words.ts";
export * from "./registry.ts";
export * from "./route.ts";
export * from "./routes.ts";
export * from "./serving.ts";
export * from "./shapes.ts";
export * from "./tables.ts";
export * from "./training.ts";
