/**
 * CSV over HTTP: rows as they come, in the memory of a few; texts that a spreadsheet would run are made harmless.
 *
 * An export can be slow and hold a cursor, so few run at once and the others are told to come back.
 */
import { Readable } from "node:stream";
import type { Principal } from "@megalith/platform/foundation";
import { csvText } from "@megalith/platform/tables";
import { Places, placeName } from "./places.ts";

/** Numbers stay numbers, also negative ones; null is an empty cell. */
export type CsvCell = string | number | bigint | boolean | null;

const atOnce = 8;
const atOnceOfOne = 2;
const retrySeconds = 5;

export class CsvExports {
  private readonly idleMs: number;
  private readonly places = new Places(atOnce, atOnceOfOne);

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
    const giveBack = this.places.take(placeName(caller), retrySeconds);
    const stream = Readable.from(
      textOf(header, pages, () => idle.refresh()),
      { objectMode: false, highWaterMark: 256 * 1024 },
    );
    const idle = setTimeout(() => stream.destroy(new Error("the export was not read on")), this.idleMs).unref();
    stream.once("close", () => {
      clearTimeout(idle);
      giveBack();
    });
    // Also for a caller that hung up before anything was sent.
    if (signal.aborted) stream.destroy();
    else signal.addEventListener("abort", () => stream.destroy(), { once: true });
    return stream;
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
