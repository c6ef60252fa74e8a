/**
 * Where everything of a tree kernel lies in its memory, from the shape of the training alone, so that threads agree.
 *
 * Bytes: the sums of two groups of columns i64[2][14][256] at 0, then staged rows, small tables, histograms
 * f64[slots][…][3], entries u64[2][rows], bins by pairs of groups u8[pairs][table rows][2][16], to be added, and by column
 * u8[columns][table rows], to part rows (a cache holds a whole column). Then by table row: places u32, scores, gradient and
 * hessian f64, leaf u16, label u8.
 */
import { lossBlockRows } from "./objective.ts";

const groupColumns = 14;
const columnBytes = 2_048;
const mostBytes = 65_536 * 65_535;

export const chunkRows = 1_024;
/** Rows whose packed sums cannot overflow: see assembly/tree/histogram.ts. */
export const blockRows = 15 * chunkRows;

export interface TreeShape {
  readonly rowCount: number;
  /** The most rows of a tree. */
  readonly rowCapacity: number;
  readonly leaves: number;
  readonly slots: number;
  readonly valueBins: readonly number[];
  readonly isCategory: readonly boolean[];
  /** Threads that share the work; the part of one is every second group and a share of the rows. */
  readonly parts: 1 | 2;
  readonly minRows: number;
  readonly minHessian: number;
  readonly l2: number;
  readonly minGain: number;
}

export interface Group {
  readonly firstFeature: number;
  readonly width: number;
  /** Address of its bin of row 0 and its first column. */
  readonly bins: number;
}

/** Evenly wide groups of at most 14 columns, in their order; as many for each part. */
function groupsOf({ valueBins, rowCount, parts }: TreeShape, rowBytes: number, binsAt: number): Group[] {
  const features = valueBins.length;
  const width = Math.ceil(features / groupCountOf(features, parts));
  return Array.from({ length: Math.ceil(features / width) }, (_, index) => ({
    firstFeature: index * width,
    width: Math.min(width, features - index * width),
    bins: binsAt + Math.floor(index / 2) * rowCount * rowBytes + (index % 2) * 16,
  }));
}

function groupCountOf(features: number, parts: number): number {
  return Math.ceil(Math.ceil(features / groupColumns) / parts) * parts;
}

/** @throws RangeError when no memory of a kernel is large enough. */
export function layOutTree(shape: TreeShape) {
  const { rowCount, rowCapacity, leaves, slots, valueBins, parts } = shape;
  const offsets = [0];
  for (const bins of valueBins) offsets.push((offsets.at(-1) as number) + (bins + 1) * 24);
  const rowBytes = groupCountOf(valueBins.length, parts) > 1 ? 32 : 16;
  let end = 65_536;
  const take = (bytes: number): number => {
    const at = end;
    end += Math.ceil(bytes / 64) * 64;
    return at;
  };
  const slotBytes = Math.ceil((offsets.at(-1) as number) / 64) * 64;
  const stage = take(chunkRows * 32);
  const control = take(256);
  const found = [take(128), take(128)] as const;
  const goesLeft = take(256);
  const chosen = take(valueBins.length * 4);
  const starts = [take(leaves * 4), take(leaves * 4)] as const;
  const counts = [take(leaves * 4), take(leaves * 4)] as const;
  const buffers = take(leaves * 4);
  const leafSums = [take(leaves * 16), take(leaves * 16)] as const;
  const nodes = take(leaves * 16);
  const sides = take(leaves * 256);
  const lossSums = take(Math.ceil(rowCapacity / lossBlockRows) * 32);
  const histograms = take(slotBytes * slots);
  const entries = [take(rowCapacity * 8), take(rowCapacity * 8)] as const;
  const pairs = Math.ceil(groupCountOf(valueBins.length, parts) / 2);
  const groups = groupsOf(shape, rowBytes, take(pairs * rowCount * rowBytes));
  const columns = take(rowCount * valueBins.length);
  const rows = take(rowCapacity * 4);
  const trainingRows = take(rowCapacity * 4);
  const places = take(rowCount * 4);
  const scores = take(rowCount * 8);
  const gradient = take(rowCount * 8);
  const hessian = take(rowCount * 8);
  const leafOf = take(rowCount * 2);
  const labels = take(rowCount);
  if (end > mostBytes) throw new RangeError("the table is larger than the memory of a kernel");
  return {
    ...{ groups, rowBytes, slotBytes, stage, control, found, goesLeft, chosen, starts, counts, buffers, leafSums, nodes, sides, lossSums },
    ...{ histograms, entries, columns, rows, trainingRows, places, scores, gradient, hessian, leafOf, labels },
    pages: Math.ceil(end / 65_536),
    histogramAt: (slot: number, feature: number): number => histograms + slot * slotBytes + (offsets[feature] as number),
    /** Of the group of sums that a group is added to: its place in its pair. */
    sumsAt: (group: number, column: number): number => ((group % 2) * groupColumns + column) * columnBytes,
  };
}

export type TreeLayout = ReturnType<typeof layOutTree>;
