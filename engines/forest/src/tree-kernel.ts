/**
 * The machine of coarse gradients in WebAssembly: lays out the memory and calls assembly/tree.
 *
 * Bytes: the sums of two groups of columns i64[2][14][256] at 0, then staged rows, small tables, histograms
 * f64[slots][…][3], entries u64[2][rows], bins by pairs of groups u8[pairs][table rows][2][16], to be added, and by column
 * u8[columns][table rows], to part rows (a cache holds a whole column). Then by table row: places u32, scores, gradient and hessian f64, leaf u16, label u8.
 */
import type { BinnedFeature } from "./bins.ts";
import { coarseSteps, fineStep, isCoarseEnough } from "./grid.ts";
import { treeKernel } from "./kernels/tree.ts";
import { type FillBlock, sumBlocks } from "./objective.ts";
import type { NodeSums } from "./split.ts";
import { histogramOffsets, type MachineOptions, placesOf, type TreeMachine, type TreeRows } from "./tree-machine.ts";

type Kernel = Record<string, (...numbers: number[]) => number>;

const groupColumns = 14;
const columnBytes = 2_048;
const groupSumBytes = groupColumns * columnBytes;
const chunkRows = 1_024;
/** Rows whose packed sums cannot overflow: see assembly/tree/histogram.ts. */
const blockRows = 15 * chunkRows;
const stageAt = 65_536;
const goesLeftAt = stageAt + chunkRows * 32;
const foundAt = goesLeftAt + 256;
const fixedBytes = foundAt + 64;
const mostBytes = 65_536 * 65_535;

let compiled: WebAssembly.Module | undefined;

interface Group {
  readonly firstFeature: number;
  readonly width: number;
  /** Bytes from the table's bins to this group's of row 0. */
  readonly offset: number;
}

/** Evenly wide groups of at most 14 columns, in their order. */
function groupsOf(featureCount: number, rowCount: number, rowBytes: number): Group[] {
  const count = Math.ceil(featureCount / groupColumns);
  const width = Math.ceil(featureCount / count);
  return Array.from({ length: count }, (_, index) => ({
    firstFeature: index * width,
    width: Math.min(width, featureCount - index * width),
    offset: Math.floor(index / 2) * rowCount * rowBytes + (index % 2) * 16,
  }));
}

/** @throws RangeError or WebAssembly.CompileError where the kernel cannot start. */
export function startTreeKernel(options: MachineOptions): TreeMachine {
  const { table, parameters, rowCapacity } = options;
  const { features, rowCount } = table;
  const { minRows, minHessian, l2, minGain, leaves } = parameters;
  const offsets = histogramOffsets(table);
  const rowBytes = features.length > groupColumns ? 32 : 16;
  const groups = groupsOf(features.length, rowCount, rowBytes);
  let end = fixedBytes;
  const take = (bytes: number): number => {
    const at = end;
    end += Math.ceil(bytes / 64) * 64;
    return at;
  };
  const slotBytes = Math.ceil(((offsets[features.length] as number) * 8) / 64) * 64;
  const slotsAt = take(slotBytes * options.slots);
  const entriesAt = [take(rowCapacity * 8), take(rowCapacity * 8)] as const;
  const binsAt = take(Math.ceil(groups.length / 2) * rowCount * rowBytes);
  const columnsAt = take(rowCount * features.length);
  const rowsAt = take(rowCapacity * 4);
  const placesAt = take(rowCount * 4);
  const trainingRowsAt = take(rowCapacity * 4);
  const scoresAt = take(rowCount * 8);
  const labelsAt = take(rowCount);
  const gradientAt = take(rowCount * 8);
  const hessianAt = take(rowCount * 8);
  const leafOfAt = take(rowCount * 2);
  const leafSumsAt = take(leaves * 16);
  if (end > mostBytes) throw new RangeError("the table is larger than the memory of a kernel");
  const memory = new WebAssembly.Memory({ initial: Math.ceil(end / 65_536) });
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(treeKernel.base64), (letter) => letter.charCodeAt(0)));
  const kernel = new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Kernel;
  const bytes = new Uint8Array(memory.buffer);
  const f64 = (at: number, length: number): Float64Array => new Float64Array(memory.buffer, at, length);
  new Int32Array(memory.buffer, placesAt, rowCount).set(placesOf(rowCount, options.rows));
  groups.forEach(({ firstFeature, width, offset }) => {
    for (let feature = firstFeature; feature < firstFeature + width; feature++) {
      const { bins } = features[feature] as BinnedFeature;
      bytes.set(bins, columnsAt + feature * rowCount);
      let at = binsAt + offset + feature - firstFeature;
      for (let row = 0; row < rowCount; row++, at += rowBytes) bytes[at] = bins[row] as number;
    }
  });
  new Int32Array(memory.buffer, trainingRowsAt, rowCapacity).set(options.rows);
  const own = {
    scores: f64(scoresAt, rowCount),
    gradient: f64(gradientAt, rowCount),
    hessian: f64(hessianAt, rowCount),
    binaryLogLoss,
  };
  const found = f64(foundAt, 5);
  const integers = new BigInt64Array(memory.buffer, foundAt, 4);
  const histograms = Array.from({ length: options.slots }, (_, slot) =>
    f64(slotsAt + slot * slotBytes, offsets[features.length] as number),
  );
  const entries = entriesAt.map((at) => new Uint32Array(memory.buffer, at, rowCapacity * 2));
  const starts = new Int32Array(leaves);
  const counts = new Int32Array(leaves);
  const buffers = new Uint8Array(leaves);
  /** A bit for each column of a group that the tree may use. */
  const chosen = new Int32Array(groups.length);
  let tree: TreeRows | undefined;
  let steps = coarseSteps(0, 0);
  let largest = steps;

  function histogramAddress(slot: number, feature: number): number {
    return slotsAt + slot * slotBytes + (offsets[feature] as number) * 8;
  }

  function entryAddress(leaf: number): number {
    return entriesAt[buffers[leaf] as 0 | 1] + (starts[leaf] as number) * 8;
  }

  function begin(given: TreeRows): NodeSums | undefined {
    tree = given;
    const count = tree.rows.length;
    new Int32Array(memory.buffer, rowsAt, count).set(tree.rows);
    if (tree.gradient.buffer !== memory.buffer) own.gradient.set(tree.gradient);
    if (tree.hessian.buffer !== memory.buffer) own.hessian.set(tree.hessian);
    largest = { gradient: call("largest", gradientAt, rowsAt, count), hessian: call("largest", hessianAt, rowsAt, count) };
    steps = coarseSteps(largest.gradient, largest.hessian);
    const inverses = [1 / steps.gradient, 1 / steps.hessian] as const;
    call("quantise", rowsAt, count, placesAt, gradientAt, hessianAt, ...inverses, tree.key, entriesAt[0], foundAt);
    const [gradients = 0, hessians = 0, gradientSquares = 0, gradientSizes = 0] = Array.from(integers, Number);
    if (!isCoarseEnough(count, { gradients, hessians, gradientSquares, gradientSizes })) return undefined;
    starts[0] = 0;
    counts[0] = count;
    buffers[0] = 0;
    chosen.fill(0);
    for (const feature of tree.features) {
      const { width } = groups[0] as Group;
      const group = Math.floor(feature / width);
      chosen[group] = (chosen[group] as number) | (1 << (feature % width));
    }
    return { gradient: gradients * steps.gradient, hessian: hessians * steps.hessian, count };
  }

  function binaryLogLoss(target: Float64Array): () => number {
    const labels = bytes.subarray(labelsAt, labelsAt + rowCount);
    target.forEach((value, row) => {
      labels[row] = value;
    });
    const fill: FillBlock = (from, count, sums) => {
      call("binaryGradients", trainingRowsAt + from * 4, count, labelsAt, scoresAt, gradientAt, hessianAt, foundAt);
      sums.set(found.subarray(0, 4));
    };
    return () => sumBlocks(options.rows.length, fill);
  }

  function call(name: string, ...numbers: number[]): number {
    return (kernel[name] as (...numbers: number[]) => number)(...numbers);
  }

  /** Adds staged rows to the sums of one group, for its chosen columns. */
  function addStaged(group: number, at: number, count: number): void {
    const mask = chosen[group] as number;
    const { width } = groups[group] as Group;
    const name = group % 2 === 0 ? "add" : "second";
    if (mask === 0) return;
    if (mask !== (1 << width) - 1) call(`${name}Some`, stageAt, at, count, mask);
    else call(`${name}${width + (width & 1)}`, stageAt, at, count);
    if (width % 2 === 1) clearPadding((group % 2) * groupSumBytes + width * columnBytes);
  }

  /** An odd width adds a column that is not there, whose bin is 0 at every row. */
  function clearPadding(at: number): void {
    bytes.fill(0, at, at + 8);
  }

  function flushGroup(group: number, slot: number, isFirst: boolean): void {
    const { firstFeature, width } = groups[group] as Group;
    for (let column = 0; column < width; column++) {
      if ((((chosen[group] as number) >> column) & 1) === 0) continue;
      const { valueBins } = features[firstFeature + column] as BinnedFeature;
      const from = (group % 2) * groupSumBytes + column * columnBytes;
      const to = histogramAddress(slot, firstFeature + column);
      call("flush", from, to, valueBins + 1, steps.gradient, steps.hessian, isFirst ? 1 : 0);
    }
  }

  function fill(slot: number, leaf: number): void {
    const count = counts[leaf] as number;
    const at = entryAddress(leaf);
    for (let pair = 0; pair < groups.length; pair += 2) {
      const halves = pair + 1 < groups.length ? [pair, pair + 1] : [pair];
      if (halves.every((group) => chosen[group] === 0)) continue;
      const bins = binsAt + (groups[pair] as Group).offset;
      const gather = rowBytes === 32 ? "gatherPair" : "gatherOne";
      for (let first = 0; first < count; first += blockRows) {
        const end = Math.min(count, first + blockRows);
        for (let from = first; from < end; from += chunkRows) {
          const rows = Math.min(chunkRows, end - from);
          call(gather, bins, at + from * 8, rows, stageAt);
          for (const group of halves) addStaged(group, at + from * 8, rows);
        }
        for (const group of halves) flushGroup(group, slot, first === 0);
      }
    }
  }

  return {
    own,
    begin,
    fill,
    subtract(whole, part) {
      if (tree?.features.length === features.length) {
        kernel.subtract?.(histogramAddress(whole, 0), histogramAddress(part, 0), offsets[features.length] as number);
        return;
      }
      for (const feature of tree?.features ?? []) {
        const length = (offsets[feature + 1] as number) - (offsets[feature] as number);
        kernel.subtract?.(histogramAddress(whole, feature), histogramAddress(part, feature), length);
      }
    },
    histogram: (slot) => histograms[slot] as Float64Array,
    findNumeric(slot, feature, node, best) {
      const { valueBins } = features[feature] as BinnedFeature;
      const denominator = node.hessian + l2;
      const parent = (denominator > 0 ? (node.gradient * node.gradient) / denominator : 0) + minGain;
      const { gradient, hessian, count } = node;
      const at = histogramAddress(slot, feature);
      const find = kernel.findNumeric as (...numbers: number[]) => number;
      const gain = find(at, valueBins, gradient, hessian, count, minRows, minHessian, l2, parent, best.gain, foundAt);
      if (!(gain > best.gain)) return;
      best.gain = gain;
      best.feature = feature;
      best.isCategory = false;
      best.isSubset = false;
      best.bin = found[0] as number;
      best.missingLeft = found[1] as -1 | 0 | 1;
      best.left.gradient = found[2] as number;
      best.left.hessian = found[3] as number;
      best.left.count = found[4] as number;
    },
    part(leaf, right, feature, goesLeft) {
      bytes.set(goesLeft, goesLeftAt);
      const start = starts[leaf] as number;
      const count = counts[leaf] as number;
      const other = 1 - (buffers[leaf] as number);
      const to = entriesAt[other as 0 | 1] + start * 8;
      const lefts = call("partition", entryAddress(leaf), count, columnsAt + feature * rowCount, goesLeftAt, to);
      counts[leaf] = lefts;
      starts[right] = start + lefts;
      counts[right] = count - lefts;
      buffers[leaf] = other;
      buffers[right] = other;
      return lefts;
    },
    cover(leaf, weight) {
      const words = entries[buffers[leaf] as 0 | 1] as Uint32Array;
      const first = (starts[leaf] as number) * 2;
      const last = first + ((counts[leaf] as number) - 1) * 2;
      const [from, to, step] = (words[first] as number) <= (words[last] as number) ? [first, last, 2] : [last, first, -2];
      let sum = 0;
      for (let at = from; at !== to + step; at += step) sum += weight[words[at] as number] as number;
      return sum;
    },
    sumLeaves(leafCount) {
      const count = tree?.rows.length ?? 0;
      for (let leaf = 0; leaf < leafCount; leaf++) call("labelLeaf", entryAddress(leaf), counts[leaf] as number, leafOfAt, leaf);
      const sums = f64(leafSumsAt, leafCount * 2).fill(0);
      const fine = [fineStep(largest.gradient, count), fineStep(largest.hessian, count)] as const;
      call("sumLeaves", rowsAt, count, leafOfAt, gradientAt, hessianAt, ...fine, leafSumsAt);
      return sums;
    },
    addLeafValues(values, leafCount, scores, offset) {
      if (scores.buffer === memory.buffer) {
        f64(leafSumsAt, leafCount).set(values.subarray(0, leafCount));
        call("addLeafValues", rowsAt, tree?.rows.length ?? 0, leafOfAt, leafSumsAt, scoresAt);
        return;
      }
      const leafOf = new Uint16Array(memory.buffer, leafOfAt, rowCount);
      for (const row of tree?.rows ?? []) {
        const place = offset + row;
        scores[place] = (scores[place] as number) + (values[leafOf[row] as number] as number);
      }
    },
  };
}
