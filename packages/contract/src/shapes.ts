/** Small schemas that many routes share: ids, names, times, money, pages of a list. */
import { type Static, type TSchema, Type } from "typebox";
import { formed, formedId } from "./forms.ts";
import type { IdKind } from "./identifiers.ts";

export function Id(kind: IdKind) {
  return Type.String(formedId(kind));
}

/** A name that may stand in an address; an alias, may change. */
export const Name = Type.String(formed("name"));

export const Title = Type.String({ minLength: 1, maxLength: 200 });

/** UTC, ISO 8601. */
export const Time = Type.String({ format: "date-time", description: "ISO 8601 in UTC." });
export const Day = Type.String(formed("day"));
export const Month = Type.String(formed("month"));

export const Nanos = Type.String(formed("nanos", "Money; one unit of the currency is 1,000,000,000 nano-units."));
/** Of a version or a revision; the most that its column holds. */
export const VersionNumber = Type.Integer({ minimum: 1, maximum: 2_147_483_647 });
/** The most that a count may be asked to be: still exact as a JSON number. */
export const countLimit = 1_000_000_000_000_000;

/** Of replies for spreadsheets. */
export const csvMedia = "text/csv; charset=utf-8";

export const Currency = Type.String(formed("currency"));
export const Money = Type.Object({ nanos: Nanos, currency: Currency });
export type Money = Static<typeof Money>;

/** Who sells or buys, as an invoice prints it; each part is null where it was not given. */
export const BillingIdentityShape = Type.Object({
  legalName: Type.Union([Title, Type.Null()]),
  address: Type.Union([Type.String({ minLength: 1, maxLength: 500, ...formed("address", "As it is printed.") }), Type.Null()]),
  taxId: Type.Union([Type.String({ minLength: 1, maxLength: 60, description: "Of any country, as it is printed." }), Type.Null()]),
});
export type BillingIdentityShape = Static<typeof BillingIdentityShape>;

/** Who made a change. */
export const Actor = Type.Object({
  kind: Type.Union([Type.Literal("member"), Type.Literal("key"), Type.Literal("job"), Type.Literal("admin"), Type.Literal("system")]),
  id: Type.Union([Type.String(), Type.Null()]),
  name: Type.String(),
});
export type Actor = Static<typeof Actor>;

export function List<T extends TSchema>(item: T) {
  return Type.Object({
    items: Type.Array(item),
    next: Type.Union([Type.String(), Type.Null()], { description: "Send as `after` for the next page; null at the end." }),
  });
}

export const ListQuery = Type.Object({
  after: Type.Optional(Type.String({ maxLength: 200 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
});

export const ProblemShape = Type.Object({
  path: Type.String(),
  code: Type.String(),
  message: Type.String(),
  expected: Type.Optional(Type.String()),
});

/** Every error reply of /api/v1. */
export const ErrorReply = Type.Object({
  error: Type.Object({
    code: Type.String(),
    message: Type.String(),
    values: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]))),
    problems: Type.Optional(Type.Array(ProblemShape)),
    requestId: Type.Optional(Type.String()),
  }),
});
export type ErrorReply = Static<typeof ErrorReply>;
