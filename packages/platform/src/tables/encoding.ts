/**
 * Finds out in which encoding a file's text is written, and decodes it as a stream.
 *
 * Order: byte order mark; UTF-16 by where its zero bytes stand; UTF-8 when every byte of the file is valid; then
 * GB18030 against Windows-1252 and others by their byte pairs, on bytes around the first that is not UTF-8.
 * UTF-8 with a stray bad byte is told apart from another encoding: there the file is refused, not garbled.
 */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { MegalithError } from "@megalith/contract";
import { analyse } from "chardet";
import type { StagedFile } from "./staging.ts";

export interface Encoding {
  /** A label of the WHATWG encoding standard, for example `gb18030`. */
  readonly name: string;
  /** Bytes of the byte order mark to skip. */
  readonly markBytes: number;
}

const sampleBytes = 1 << 20;
const marks: readonly [string, readonly number[]][] = [
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["gb18030", [0x84, 0x31, 0x95, 0x33]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
];

/** @throws MegalithError "tables.encoding_unknown", "tables.format_unknown". */
export async function detectEncoding(file: StagedFile, wanted: string | undefined): Promise<Encoding> {
  const head = await readBytes(file.path, 0, sampleBytes);
  const [first, second, third, fourth] = head;
  if (
    (first === 0 && second === 0 && third === 0xfe && fourth === 0xff) ||
    (first === 0xff && second === 0xfe && third === 0 && fourth === 0)
  )
    throw new MegalithError("tables.format_unknown", { values: { format: "UTF-32 text" } });
  const mark = marks.find(([, bytes]) => bytes.every((byte, index) => head[index] === byte));
  if (wanted !== undefined) {
    const name = canonicalEncoding(wanted);
    return { name, markBytes: mark?.[0] === name ? mark[1].length : 0 };
  }
  if (mark !== undefined) return { name: mark[0], markBytes: mark[1].length };
  const wide = file.zeroBytes > 0 ? detectUtf16(head) : undefined;
  if (wide !== undefined) return { name: wide, markBytes: 0 };
  if (file.firstInvalidUtf8 < 0) return { name: "utf-8", markBytes: 0 };
  const start = Math.max(0, file.firstInvalidUtf8 - 4096);
  return { name: detectByteEncoding(await fromLineStart(file.path, start)), markBytes: 0 };
}

/** @throws MegalithError "tables.encoding_unknown". */
export function canonicalEncoding(label: string): string {
  try {
    return new TextDecoder(label.trim()).encoding;
  } catch (cause) {
    throw new MegalithError("tables.encoding_unknown", { values: { encoding: label.slice(0, 40) }, cause });
  }
}

async function readBytes(path: string, position: number, length: number): Promise<Buffer> {
  const handle = await open(path, "r");
  try {
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await handle.read(buffer, 0, length, position);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** A sample that does not begin in the middle of a character, when there is a line end near. */
async function fromLineStart(path: string, start: number): Promise<Buffer> {
  const bytes = await readBytes(path, start, sampleBytes);
  if (start === 0) return bytes;
  const lineEnd = bytes.indexOf(10);
  return lineEnd < 0 || lineEnd > 4096 ? bytes : bytes.subarray(lineEnd + 1);
}

/** UTF-16 without a mark: its line ends, delimiters and spaces put a zero byte always on the same side. */
function detectUtf16(bytes: Buffer): "utf-16le" | "utf-16be" | undefined {
  const structural = new Set([9, 10, 13, 32, 34, 44, 59, 124]);
  let little = 0;
  let big = 0;
  let zeroPairs = 0;
  for (let index = 0; index + 1 < bytes.length; index += 2) {
    const first = bytes[index] as number;
    const second = bytes[index + 1] as number;
    if (first === 0 && second === 0) zeroPairs++;
    else if (second === 0 && structural.has(first)) little++;
    else if (first === 0 && structural.has(second)) big++;
  }
  if (zeroPairs > 0 || little + big < 1) return undefined;
  const name = little > big * 20 ? "utf-16le" : big > little * 20 ? "utf-16be" : undefined;
  return name !== undefined && decodes(bytes.subarray(0, bytes.length & ~1), name) ? name : undefined;
}

function decodes(bytes: Buffer, encoding: string): boolean {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** The encoding of bytes that are not all UTF-8. */
export function detectByteEncoding(bytes: Buffer): string {
  const pairs = countPairs(bytes);
  if (pairs.utf8 > 0 && pairs.utf8Broken <= Math.max(1, pairs.utf8 * 0.1) && pairs.utf8 > pairs.utf8Broken) return "utf-8";
  if (pairs.gbCommon >= pairs.gbRare * 4 && pairs.gbCommon > pairs.gbBroken * 50 && decodes(bytes, "gb18030")) return eastAsian(bytes);
  const guess = analyse(bytes).find(
    (match) => match.confidence >= 60 && /^(Shift_JIS|EUC-JP|EUC-KR|Big5|windows-125\d|KOI8-R)$/.test(match.name),
  );
  if (guess !== undefined && decodes(bytes, guess.name) && singleByteFits(guess.name, pairs)) return canonicalEncoding(guess.name);
  return pairs.gbCommon > pairs.gbRare + pairs.gbBroken && decodes(bytes, "gb18030") ? "gb18030" : "windows-1252";
}

/** GB18030 unless the letters of Japanese, Korean or Big5 text fit clearly better. */
function eastAsian(bytes: Buffer): string {
  const matches = analyse(bytes);
  const confidence = (name: string): number => matches.find((match) => match.name === name)?.confidence ?? 0;
  const own = confidence("GB18030");
  const rival = ["EUC-KR", "EUC-JP", "Big5", "Shift_JIS"].find(
    (name) => confidence(name) >= 50 && confidence(name) > own + 20 && decodes(bytes, name),
  );
  return rival === undefined ? "gb18030" : canonicalEncoding(rival);
}

function singleByteFits(name: string, pairs: BytePairs): boolean {
  return !/^(windows|KOI8)/i.test(name) || pairs.highBytes > 20;
}

interface BytePairs {
  utf8: number;
  utf8Broken: number;
  /** Pairs in the common Chinese area, in the rest of GB18030, and high bytes that fit nowhere in it. */
  gbCommon: number;
  gbRare: number;
  gbBroken: number;
  highBytes: number;
}

function countPairs(bytes: Buffer): BytePairs {
  const counts: BytePairs = { utf8: 0, utf8Broken: 0, gbCommon: 0, gbRare: 0, gbBroken: 0, highBytes: 0 };
  for (let index = 0; index < bytes.length; ) {
    if ((bytes[index] as number) < 0x80) index++;
    else index += countUtf8(bytes, index, counts);
  }
  for (let index = 0; index < bytes.length; ) {
    if ((bytes[index] as number) < 0x80) index++;
    else index += countGb(bytes, index, counts);
  }
  return counts;
}

function countUtf8(bytes: Buffer, index: number, counts: BytePairs): number {
  const lead = bytes[index] as number;
  const length = lead >= 0xf0 && lead < 0xf5 ? 4 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xc2 && lead < 0xe0 ? 2 : 0;
  let good = length > 0;
  for (let next = 1; next < length; next++) if (((bytes[index + next] ?? 0) & 0xc0) !== 0x80) good = false;
  if (good) counts.utf8++;
  else counts.utf8Broken++;
  return good ? length : 1;
}

function countGb(bytes: Buffer, index: number, counts: BytePairs): number {
  counts.highBytes++;
  const lead = bytes[index] as number;
  const trail = bytes[index + 1] ?? 0;
  if (trail >= 0xa1 && ((lead >= 0xb0 && lead <= 0xf7) || (lead >= 0xa1 && lead <= 0xa3))) counts.gbCommon++;
  else if (lead > 0x80 && trail >= 0x40 && trail !== 0x7f) counts.gbRare++;
  else if (trail >= 0x30 && trail <= 0x39 && (bytes[index + 2] ?? 0) > 0x80) {
    counts.gbRare++;
    return 4;
  } else {
    counts.gbBroken++;
    return 1;
  }
  return 2;
}

/**
 * The file's text, in pieces. With `replace`, bytes that do not fit become U+FFFD instead of an error.
 * @throws MegalithError "tables.encoding_invalid", naming the line.
 */
export async function* decodeFile(path: string, encoding: Encoding, replace: boolean): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding.name, { fatal: !replace, ignoreBOM: true });
  let line = 1;
  for await (const chunk of createReadStream(path, { start: encoding.markBytes, highWaterMark: 1 << 20 })) {
    const text = decodePiece(decoder, chunk as Buffer, encoding.name, line);
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) line++;
    yield text;
  }
  const rest = decodePiece(decoder, undefined, encoding.name, line);
  if (rest !== "") yield rest;
}

function decodePiece(decoder: TextDecoder, chunk: Buffer | undefined, encoding: string, line: number): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (cause) {
    const inside = chunk === undefined ? 0 : linesBeforeFault(chunk, encoding);
    throw new MegalithError("tables.encoding_invalid", { values: { encoding, line: line + inside }, cause });
  }
}

/** Line ends before the first byte that does not fit. A chunk may begin inside a character: the best of four starts counts. */
function linesBeforeFault(chunk: Buffer, encoding: string): number {
  const starts = encoding.startsWith("utf-16") ? [0] : [0, 1, 2, 3];
  const [best = chunk] = starts
    .map((start) => decodablePrefix(chunk.subarray(start), encoding))
    .sort((left, right) => right.length - left.length);
  return new TextDecoder(encoding).decode(best, { stream: true }).split("\n").length - 1;
}

function decodablePrefix(bytes: Buffer, encoding: string): Buffer {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (decodes(bytes.subarray(0, middle), encoding)) good = middle;
    else bad = middle;
  }
  return bytes.subarray(0, good);
}
