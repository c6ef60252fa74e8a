/**
 * What each operation is sent and answers, as a caller sees it: shown in OpenAPI and the reference, checked against the schemas
 * by a test. An operation without its examples does not compile.
 */
import type { TSchema } from "typebox";
import type { BodyOf, ReplyOf } from "../route.ts";
import type { routes } from "../routes.ts";
import { decisionsExamples } from "./decisions.ts";
import { modelsExamples } from "./models.ts";
import { moneyExamples } from "./money.ts";
import { peopleExamples } from "./people.ts";
import { tablesExamples } from "./tables.ts";

type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [K in keyof T]: Frozen<T[K]> }
    : T;

/** A request where there is a body, a reply where one is JSON or text. */
type ExampleOf<R> = (R extends { readonly body: TSchema } ? { readonly request: Frozen<BodyOf<R>> } : object) &
  (R extends { readonly response: TSchema }
    ? { readonly reply: Frozen<ReplyOf<R>> }
    : R extends { readonly responseType: `text/${"csv" | "plain" | "event-stream"}${string}` }
      ? { readonly reply: string }
      : object);

export interface OperationExample {
  readonly request?: unknown;
  readonly reply?: unknown;
}

const all: { readonly [Name in keyof typeof routes]: ExampleOf<(typeof routes)[Name]> } = {
  ...peopleExamples,
  ...tablesExamples,
  ...modelsExamples,
  ...decisionsExamples,
  ...moneyExamples,
};

export { parameterExample } from "./story.ts";

export const examples: Readonly<Record<string, OperationExample>> = all;
