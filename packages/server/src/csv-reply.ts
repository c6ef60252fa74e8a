/**
 * CSV over HTTP: rows as they come, in the memory of a few; texts that a spreadsheet would run are made harmless.
 *
 * An export can be slow and hold a cursor, so few run at once and the others are told to come back.
 */
import { Readable } from "node:stream";
import { MegalithError } from "@megalith/contract";
import type { Principal } from "@megalith/platform/foundation";
import { csvText } from "@megalith/platform/tables";

/** Numbers stay numbers, also negative ones; null is an empty cell. */
export type CsvCell = string | number | bigint | boolean | null;

const atOnce = 8;
const atOnceOfOne = 2;
const retrySeconds = 5;

export class CsvExports {
  private readonly idleMs: number;
  private readonly running = new Map<string, number>();

  /** @param idleMs how long a caller may take for the next piece before its place is given away. */
  constructor(idleMs = 120_000) {
    this.idleMs = idleMs;
  }

  /**
   * @param caller whose places are counted: one customer cannot take all.
   * @param pages  of rows, read while the caller reads.
   * @param signal aborts when the caller hangs up.
   * @throws MegalithError "server.overloaded" when too many exports run already.
   */
  reply(
    caller: Principal,
    header: readonly string[],
    pages: AsyncIterable<readonly (readonly CsvCell[])[]>,
    signal: AbortSignal,
  ): Readable {
    const name = caller.kind === "customer" ? caller.customerId : "";
    this.take(name);
    const stream = Readable.from(
      textOf(header, pages, () => idle.refresh()),
      { objectMode: false, highWaterMark: 256 * 1024 },
    );
    const idle = setTimeout(() => stream.destroy(new Error("the export was not read on")), this.idleMs).unref();
    stream.once("close", () => {
      clearTimeout(idle);
      this.giveBack(name);
    });
    // Also for a caller that hung up before anything was sent.
    if (signal.aborted) stream.destroy();
    else signal.addEventListener("abort", () => stream.destroy(), { once: true });
    return stream;
  }

  private take(name: string): void {
    const own = this.running.get(name) ?? 0;
    const all = this.running.values().reduce((sum, count) => sum + count, 0);
    if (own >= atOnceOfOne || all >= atOnce)
      throw new MegalithError("server.overloaded", { values: { seconds: retrySeconds }, retryAfterSeconds: retrySeconds });
    this.running.set(name, own + 1);
  }

  private giveBack(name: string): void {
    const left = (this.running.get(name) ?? 1) - 1;
    if (left === 0) this.running.delete(name);
    else this.running.set(name, left);
  }
}

async function* textOf(
  header: readonly string[],
  pages: AsyncIterable<readonly (readonly CsvCell[])[]>,
  onRead: () => void,
): AsyncGenerator<string> {
  yield lineOf(header);
  onRead();
  for await (const rows of pages) {
    if (rows.length > 0) yield rows.map(lineOf).join("");
    onRead();
  }
}

function lineOf(cells: readonly CsvCell[]): string {
  return `${cells.map((cell) => (typeof cell === "string" ? csvText(cell) : cell === null ? "" : String(cell))).join(",")}\r\n`;
}
