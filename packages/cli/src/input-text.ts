/** Small inputs that a person writes: a record or a plan as JSON or YAML, from a file, a flag or standard input. */
import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { MegalithError } from "@megalith/contract";
import { parse } from "yaml";
import type { Terminal } from "./terminal.ts";

/** The text of a file; of `-` that of standard input. @throws MegalithError "command.input_invalid" where a person would have to type it. */
export async function readInput(path: string, terminal: Terminal): Promise<string> {
  if (path !== "-") return readFile(path, "utf8");
  if (terminal.in.isTTY === true)
    throw new MegalithError("command.input_invalid", {
      values: { source: "Standard input", reason: "nothing is piped in; give a file or a flag instead" },
    });
  return text(Readable.from(terminal.in));
}

/**
 * An object out of JSON or, from a file, YAML. Integers of any size keep their digits: beyond 2^53 they are bigint.
 * @param source how to call it when it cannot be used.
 * @throws MegalithError "command.input_invalid".
 */
export function parseObject(text: string, source: string): Record<string, unknown> {
  const refuse = (reason: string, cause?: unknown): MegalithError =>
    new MegalithError("command.input_invalid", { values: { source, reason }, cause });
  let value: unknown;
  try {
    // JSON first: YAML reads the same, but complains in words of its own about what was meant as JSON.
    value = /^\s*[{["]/.test(text) ? (JSON.parse(text) as unknown) : (parse(text, { maxAliasCount: 0, intAsBigInt: true }) as unknown);
  } catch (cause) {
    throw refuse((cause as Error).message.split("\n")[0]?.replace(/[.:]$/, "") ?? "", cause);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw refuse(`one object is needed, and this is ${Array.isArray(value) ? "a list" : value === null ? "empty" : `a ${typeof value}`}`);
  return value as Record<string, unknown>;
}
