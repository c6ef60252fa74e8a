/** Errors as their replies: one example for each code, under the name of its schema. */
import { errorGuide, exampleValues } from "./error-guide.ts";
import { type ErrorCode, errors } from "./errors.ts";
import { translate } from "./messages/translate.ts";
import { problem } from "./problems.ts";

export type ErrorSchema = "ErrorReply" | "InferenceErrorReply";

/** The name of a code's example among the components. */
export function errorExampleName(schema: ErrorSchema, code: ErrorCode): string {
  return `${schema}.${code}`;
}

interface ErrorExample {
  readonly summary: ErrorCode;
  /** What causes it and what to do. */
  readonly description: string;
  readonly value: unknown;
}

/** @returns the reply as it would be sent, its message filled. */
export function errorExample(schema: ErrorSchema, code: ErrorCode): ErrorExample {
  const { status, message } = errors[code];
  const names = [...message.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string);
  const values = Object.fromEntries(names.map((name) => [name, exampleValues[name] as string | number]));
  const text = translate("en", `error.${code}`, values);
  const { cause, remedy } = errorGuide[code];
  const told = { summary: code, description: `${cause} ${remedy}` };
  if (schema === "InferenceErrorReply") return { ...told, value: { error: text } };
  const error = {
    code,
    message: text,
    ...(names.length === 0 ? {} : { values }),
    ...(message.includes("problems") ? { problems: [problemExample()] } : {}),
    ...(status === 404 || status === 401 ? {} : { requestId: "req_01a214ca6c9a7009a9cedb8961498d11" }),
  };
  return { ...told, value: { error } };
}

/** As it is sent: its words, without the data that they are made from. */
function problemExample(): object {
  const { path, code, message, expected } = problem("/record/purpos", "unknown", "modelNoColumn", {
    name: "purpos",
    meant: { key: "hint.meant", values: { near: "purpose" } },
    right: "one of duration, amount, purpose",
  });
  return { path, code, message, expected };
}
