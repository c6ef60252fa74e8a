/**
 * The artifact's layout, shared by encoder and decoder. All numbers are little-endian.
 *
 *   0  "MGLF" | 4 format version u32 | 8 header bytes u32 | 12 CRC-32 of all other bytes u32
 *   16 header: canonical JSON, padded with spaces to a multiple of 8
 *   …  arrays in the order of `sections`, each padded with zeros to a multiple of 8
 *
 * It holds no time, path, host or person: equal forests have equal bytes.
 */
export const magic = [0x4d, 0x47, 0x4c, 0x46] as const;
export const formatVersion = 1;
export const prefixBytes = 16;

export type ElementType = "i32" | "u32" | "u8" | "f64";

export interface ArrayCounts {
  readonly trees: number;
  readonly nodes: number;
  readonly leaves: number;
  readonly words: number;
  readonly features: number;
  readonly outputs: number;
}

export interface Section {
  readonly name: string;
  readonly type: ElementType;
  count(counts: ArrayCounts): number;
}

export const sections = [
  { name: "base", type: "f64", count: (c: ArrayCounts) => c.outputs },
  { name: "gain", type: "f64", count: (c: ArrayCounts) => c.features },
  { name: "splits", type: "f64", count: (c: ArrayCounts) => c.features },
  { name: "nodeOffset", type: "i32", count: (c: ArrayCounts) => c.trees + 1 },
  { name: "leafOffset", type: "i32", count: (c: ArrayCounts) => c.trees + 1 },
  { name: "feature", type: "i32", count: (c: ArrayCounts) => c.nodes },
  { name: "threshold", type: "f64", count: (c: ArrayCounts) => c.nodes },
  { name: "left", type: "i32", count: (c: ArrayCounts) => c.nodes },
  { name: "right", type: "i32", count: (c: ArrayCounts) => c.nodes },
  { name: "defaultLeft", type: "u8", count: (c: ArrayCounts) => c.nodes },
  { name: "categoryOffset", type: "i32", count: (c: ArrayCounts) => c.nodes },
  { name: "categoryBits", type: "u32", count: (c: ArrayCounts) => c.words },
  { name: "leafValue", type: "f64", count: (c: ArrayCounts) => c.leaves },
  { name: "leafCover", type: "f64", count: (c: ArrayCounts) => c.leaves },
] as const satisfies readonly Section[];

export const elementBytes: Record<ElementType, number> = { i32: 4, u32: 4, u8: 1, f64: 8 };

export function paddedTo8(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
  return remainder;
});

/** CRC-32 (IEEE 802.3) of the artifact but its own four bytes. */
export function checksumOf(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let index = 0; index < 12; index++) crc = (table[(crc ^ (bytes[index] as number)) & 255] as number) ^ (crc >>> 8);
  for (let index = 16; index < bytes.length; index++) crc = (table[(crc ^ (bytes[index] as number)) & 255] as number) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
