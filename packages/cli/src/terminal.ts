/**
 * What a command can touch outside: streams, the environment, a signal and time. A test hands in its own.
 *
 * Results go to stdout, everything else to stderr. With --json stdout carries exactly one object.
 */
import type { CommandEnvironment } from "./environment.ts";

export interface TextSink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export interface TextSource extends AsyncIterable<string | Uint8Array> {
  readonly isTTY?: boolean | undefined;
}

export interface Terminal {
  readonly in: TextSource;
  readonly out: TextSink;
  readonly err: TextSink;
  readonly environment: CommandEnvironment;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  /** Monotonic milliseconds. */
  readonly elapsedMs: () => number;
}

export function printJson(terminal: Terminal, value: unknown): void {
  terminal.out.write(`${JSON.stringify(value)}\n`);
}

/** Columns padded to their widest cell. */
export function printTable(terminal: Terminal, header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((name, index) => Math.max(name.length, ...rows.map((row) => row[index]?.length ?? 0)));
  for (const row of [header, ...rows])
    terminal.out.write(
      `${row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join("  ")
        .trimEnd()}\n`,
    );
}

export interface Progress {
  /** @param note what changes within a label. */
  show(label: string, done: number, total: number, note?: string): void;
  end(): void;
}

const barWidth = 24;
const lineEveryMs = 2000;

/** A bar that redraws itself on a terminal; elsewhere a line now and then. */
export function startProgress(terminal: Terminal): Progress {
  const { err } = terminal;
  const redraws = err.isTTY === true;
  let shownAt = Number.NEGATIVE_INFINITY;
  let lastLabel = "";
  return {
    show(label, done, total, note) {
      const now = terminal.elapsedMs();
      if (now - shownAt < (redraws ? 80 : lineEveryMs) && label === lastLabel) return;
      shownAt = now;
      lastLabel = label;
      const share = total > 0 ? Math.min(1, done / total) : 0;
      const text = note === undefined ? label : `${label}, ${note}`;
      const percent = `${Math.round(share * 100)}%`.padStart(4);
      if (!redraws) {
        err.write(`${text} ${percent.trim()}\n`);
        return;
      }
      const filled = Math.round(share * barWidth);
      err.write(`\r\x1b[K${"█".repeat(filled)}${"░".repeat(barWidth - filled)}${percent}  ${text}`);
    },
    end() {
      if (redraws) err.write("\r\x1b[K");
    },
  };
}
