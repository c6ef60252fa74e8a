/**
 * CSV over HTTP: rows as they come, in the memory of a few; texts that a spreadsheet would run are made harmless.
 *
 * An export can be slow and hold a cursor, so few run at once and the others are told to come back.
 */
import { Readable } from "node:stream";
import { MegalithError } from "@megalith/contract";
import { csvText } from "@megalith/platform/tables";

/** Numbers stay numbers, also negative ones; null is an empty cell. */
export type CsvCell = string | number | bigint | boolean | null;

const atOnce = 4;
const retrySeconds = 5;

export class CsvExports {
  private count = 0;

  /**
   * @param pages  of rows, read while the caller reads.
   * @param signal aborts when the caller hangs up.
   * @throws MegalithError "server.overloaded" when too many exports run already.
   */
  reply(header: readonly string[], pages: AsyncIterable<readonly (readonly CsvCell[])[]>, signal: AbortSignal): Readable {
    if (this.count >= atOnce)
      throw new MegalithError("server.overloaded", { values: { seconds: retrySeconds }, retryAfterSeconds: retrySeconds });
    this.count++;
    const stream = Readable.from(textOf(header, pages), { objectMode: false, highWaterMark: 256 * 1024 });
    stream.once("close", () => this.count--);
    // Also for a caller that hung up before anything was sent.
    if (signal.aborted) stream.destroy();
    else signal.addEventListener("abort", () => stream.destroy(), { once: true });
    return stream;
  }
}

async function* textOf(header: readonly string[], pages: AsyncIterable<readonly (readonly CsvCell[])[]>): AsyncGenerator<string> {
  yield lineOf(header);
  for await (const rows of pages) if (rows.length > 0) yield rows.map(lineOf).join("");
}

function lineOf(cells: readonly CsvCell[]): string {
  return `${cells.map((cell) => (typeof cell === "string" ? csvText(cell) : cell === null ? "" : String(cell))).join(",")}\r\n`;
}
