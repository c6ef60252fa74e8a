/**
 * The file for request lines while standard output is a terminal, where people read what to do next.
 *
 * It holds the last lines, in two parts of bounded size: `requests.log` and, before it, `requests.log.1`. The log is a
 * help, no record: what cannot be written is dropped, and no request waits for it.
 */
import { appendFile, rename, stat } from "node:fs/promises";

export interface RequestFile {
  /** Appends after what was handed over before; returns at once. */
  write(text: string): void;
  /** Settles when all of it is on its way to the disk. */
  flushed(): Promise<void>;
}

const partBytes = 32 * 1024 * 1024;
/** Handed over and not yet written: beyond, lines are dropped. */
const waitingBytes = 8 * 1024 * 1024;

/** @param limitBytes of one part. */
export function requestFile(path: string, limitBytes = partBytes): RequestFile {
  let last = Promise.resolve();
  let waiting = 0;
  const append = async (text: string): Promise<void> => {
    const present = await stat(path).catch(() => undefined);
    if (present !== undefined && present.size > 0 && present.size + Buffer.byteLength(text) > limitBytes) await rename(path, `${path}.1`);
    await appendFile(path, text, { mode: 0o600 });
  };
  return {
    write(text) {
      if (waiting + text.length > waitingBytes) return;
      waiting += text.length;
      last = last
        .then(() => append(text))
        .catch(() => undefined)
        .then(() => {
          waiting -= text.length;
        });
    },
    flushed: () => last,
  };
}
