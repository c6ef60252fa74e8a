/**
 * Brings an upload to disk: unpacked, bounded, hashed, measured, in one streamed pass. Nothing is held in memory whole.
 *
 * Work happens in a directory of its own below the staging folder; whatever fails, the directory goes. A name of a
 * person's file never becomes a path. What a killed process leaves behind, `sweepStaging` removes at the next start.
 */
import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, mkdtemp, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { MegalithError } from "@megalith/contract";
import { type TableLimits, wordBytes } from "./limits.ts";

const prefix = "import-";

export async function createWorkspace(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return mkdtemp(join(folder, prefix));
}

export async function removeWorkspace(workspace: string): Promise<void> {
  await rm(workspace, { recursive: true, force: true });
}

/** Removes what killed imports left in a staging folder; call it while none runs. Returns how many there were. */
export async function sweepStaging(folder: string): Promise<number> {
  const entries = await readdir(folder).catch(() => []);
  const orphans = entries.filter((entry) => entry.startsWith(prefix));
  for (const orphan of orphans) await removeWorkspace(join(folder, orphan));
  return orphans.length;
}

export interface StagedFile {
  readonly path: string;
  readonly compressed: boolean;
  /** As received, and as unpacked. */
  readonly sourceBytes: number;
  readonly bytes: number;
  /** SHA-256 of the unpacked bytes. */
  readonly sha256: string;
  /** Where the bytes stop being UTF-8; -1 when all are. */
  readonly firstInvalidUtf8: number;
  readonly zeroBytes: number;
  readonly returns: number;
  readonly newlines: number;
  /** A return followed at once by a newline. */
  readonly returnNewlines: number;
  readonly endsWithNewline: boolean;
}

export interface StageOptions {
  readonly limits: TableLimits;
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** Writes the unpacked source to `path`. @throws MegalithError "tables.empty", "tables.too_large", "tables.compression_*". */
export async function stageFile(source: string | Readable, path: string, options: StageOptions): Promise<StagedFile> {
  const input = typeof source === "string" ? createReadStream(source, { highWaterMark: 1 << 20 }) : source;
  const meter = new ContentMeter();
  const received = { bytes: 0 };
  const handle = await open(path, "wx", 0o600);
  try {
    const { compressed, stream } = await openContent(input, received, options.limits);
    await pipeline(stream, (chunks: AsyncIterable<Buffer>) => writeContent(chunks, handle, meter, received, compressed, options), {
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    if (meter.bytes === 0) throw new MegalithError("tables.empty");
    return { path, compressed, sourceBytes: received.bytes, ...meter.finish() };
  } catch (cause) {
    throw stagingError(cause, options.signal);
  } finally {
    if (!input.destroyed) input.destroy();
    await handle.close();
  }
}

async function writeContent(
  chunks: AsyncIterable<Buffer>,
  handle: FileHandle,
  meter: ContentMeter,
  received: { bytes: number },
  compressed: boolean,
  { limits, onBytes }: StageOptions,
): Promise<void> {
  for await (const chunk of chunks) {
    meter.add(chunk);
    if (meter.bytes > limits.unpackedBytes)
      throw new MegalithError("tables.too_large", { values: { limit: wordBytes(limits.unpackedBytes) } });
    if (compressed && meter.bytes > 2 ** 26 && meter.bytes > received.bytes * limits.unpackRatio)
      throw new MegalithError("tables.compression_bomb", { values: { limit: limits.unpackRatio } });
    await handle.writev([chunk]);
    onBytes?.(received.bytes);
  }
}

/** The source after a look at its first bytes: through gunzip when they say so. */
async function openContent(
  input: Readable,
  received: { bytes: number },
  limits: TableLimits,
): Promise<{ compressed: boolean; stream: Readable }> {
  const iterator = input[Symbol.asyncIterator]() as AsyncIterator<Buffer | string>;
  const head: Buffer[] = [];
  let headBytes = 0;
  while (headBytes < 4) {
    const next = await iterator.next();
    if (next.done === true) break;
    const chunk = toBuffer(next.value);
    head.push(chunk);
    headBytes += chunk.length;
  }
  const count = (chunk: Buffer): Buffer => {
    received.bytes += chunk.length;
    if (received.bytes > limits.sourceBytes)
      throw new MegalithError("tables.too_large", { values: { limit: wordBytes(limits.sourceBytes) } });
    return chunk;
  };
  async function* all(): AsyncGenerator<Buffer> {
    for (const chunk of head) yield count(chunk);
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield count(toBuffer(next.value));
  }
  const magic = Buffer.concat(head);
  const compressed = magic[0] === 0x1f && magic[1] === 0x8b;
  const plain = Readable.from(all(), { objectMode: false, highWaterMark: 1 << 20 });
  if (!compressed) return { compressed, stream: plain };
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  plain.on("error", (error) => gunzip.destroy(error));
  gunzip.on("close", () => plain.destroy());
  return { compressed, stream: plain.pipe(gunzip) };
}

function toBuffer(chunk: Buffer | string): Buffer {
  return typeof chunk === "string" ? Buffer.from(chunk) : chunk;
}

function stagingError(cause: unknown, signal: AbortSignal | undefined): unknown {
  if (cause instanceof MegalithError) return cause;
  if (signal?.aborted === true) return new MegalithError("tables.cancelled", { cause });
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? "";
  if (code === "ENOSPC" || code === "EDQUOT") return new MegalithError("tables.storage_full", { cause });
  if (code.startsWith("Z_")) return new MegalithError("tables.compression_damaged", { cause });
  return cause;
}

/** Counts and hashes the bytes that go by, and says where they stop being UTF-8. */
class ContentMeter {
  bytes = 0;
  private readonly hash = createHash("sha256");
  private firstInvalid = -1;
  private carry: Buffer = Buffer.alloc(0);
  private zeroBytes = 0;
  private returns = 0;
  private newlines = 0;
  private returnNewlines = 0;
  private lastByte = -1;

  add(chunk: Buffer): void {
    this.hash.update(chunk);
    if (this.firstInvalid < 0) this.checkUtf8(chunk);
    this.zeroBytes += countByte(chunk, 0);
    this.newlines += countByte(chunk, 10);
    this.countReturns(chunk);
    this.bytes += chunk.length;
  }

  finish(): Omit<StagedFile, "path" | "compressed" | "sourceBytes"> {
    if (this.firstInvalid < 0 && this.carry.length > 0) this.firstInvalid = this.bytes - this.carry.length;
    return {
      bytes: this.bytes,
      sha256: this.hash.digest("hex"),
      firstInvalidUtf8: this.firstInvalid,
      zeroBytes: this.zeroBytes,
      returns: this.returns,
      newlines: this.newlines,
      returnNewlines: this.returnNewlines,
      endsWithNewline: this.lastByte === 10,
    };
  }

  private countReturns(chunk: Buffer): void {
    if (this.lastByte === 13 && chunk[0] === 10) this.returnNewlines++;
    for (let at = chunk.indexOf(13); at >= 0; at = chunk.indexOf(13, at + 1)) {
      this.returns++;
      if (chunk[at + 1] === 10) this.returnNewlines++;
    }
    this.lastByte = chunk[chunk.length - 1] ?? this.lastByte;
  }

  private checkUtf8(chunk: Buffer): void {
    const joined = this.carry.length === 0 ? chunk : Buffer.concat([this.carry, chunk]);
    const start = this.bytes - this.carry.length;
    const whole = joined.length - unfinishedTail(joined);
    if (isUtf8(joined.subarray(0, whole))) {
      this.carry = Buffer.from(joined.subarray(whole));
      return;
    }
    this.firstInvalid = start + validPrefix(joined.subarray(0, whole));
  }
}

function countByte(chunk: Buffer, byte: number): number {
  let count = 0;
  for (let at = chunk.indexOf(byte); at >= 0; at = chunk.indexOf(byte, at + 1)) {
    count++;
    if (byte === 0 && count > 1024) return count;
  }
  return count;
}

/** Bytes of a character that a chunk's end cut in two. */
function unfinishedTail(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

/** Length of the longest valid UTF-8 prefix of bytes that are not valid as a whole, by halving. */
function validPrefix(bytes: Buffer): number {
  const trimmed = (length: number): number => length - unfinishedTail(bytes.subarray(0, length));
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isUtf8(bytes.subarray(0, trimmed(middle)))) good = middle;
    else bad = middle;
  }
  return trimmed(good);
}

/** Flushes a finished file to the disk, so that a rename cannot outrun its bytes. */
export async function syncFile(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export async function hashFile(path: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return { sha256: hash.digest("hex"), bytes: (await stat(path)).size };
}
