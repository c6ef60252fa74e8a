/** The command as a person types it, against a server, in this process: a process of its own costs a second. */
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { runProgram } from "../packages/cli/src/program.ts";

interface Typing {
  readonly key: string;
  /** What standard input holds. */
  readonly piped?: string;
}

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export async function runCommand(url: string, words: readonly string[], { key, piped = "" }: Typing): Promise<Said> {
  let [out, err] = ["", ""];
  const code = await runProgram(words, {
    in: Readable.from([piped]),
    out: { write: (text) => (out += text) },
    err: { write: (text) => (err += text) },
    environment: { url, key },
    signal: new AbortController().signal,
    elapsedMs: () => performance.now(),
  });
  return { code, out, err };
}

/** Expects success, and gives the object that --json prints. */
export async function tellCommand<T>(url: string, words: readonly string[], typing: Typing): Promise<T> {
  const { code, out, err } = await runCommand(url, [...words, "--json"], typing);
  assert.equal(code, 0, `${words.join(" ")}\n${out}${err}`);
  return JSON.parse(out) as T;
}
