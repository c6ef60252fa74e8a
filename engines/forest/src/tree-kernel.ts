/**
 * The machine of coarse gradients in WebAssembly: lays out the memory and calls assembly/tree.
 *
 * Bytes: the sums of a group of columns i64[14][256] at 0, then staged rows, small tables, histograms f64[slots][…][3],
 * entries u64[2][rows], bins by group u8[groups][table rows][16], to be added, and by column u8[columns][table rows], to part
 * rows (a cache holds a whole column). Then by table row: places u32, scores, gradient and hessian f64, leaf u16, label u8.
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
/** Rows whose packed sums cannot overflow: see assembly/tree/histogram.ts. */
const blockRows = 15_872;
const stageAt = 32_768;
const goesLeftAt = stageAt + 8_192;
const foundAt = goesLeftAt + 256;
const fixedBytes = foundAt + 64;
const mostBytes = 65_536 * 65_535;

let compiled: WebAssembly.Module | undefined;

/** Evenly wide groups of at most 14 columns, in their order. */
function groupsOf(featureCount: number): { readonly width: number; readonly count: number } {
  const count = Math.ceil(featureCount / groupColumns);
  return { width: Math.ceil(featureCount / count), count };
}

/** @throws RangeError or WebAssembly.CompileError where the kernel cannot start. */
export function startTreeKernel(options: MachineOptions): TreeMachine {
  const { table, parameters, rowCapacity } = options;
  const { features, rowCount } = table;
  const { minRows, minHessian, l2, minGain, leaves } = parameters;
  const offsets = histogramOffsets(table);
  const groups = groupsOf(features.length);
  let end = fixedBytes;
  const take = (bytes: number): number => {
    const at = end;
    end += Math.ceil(bytes / 64) * 64;
    return at;
  };
  const slotBytes = Math.ceil(((offsets[features.length] as number) * 8) / 64) * 64;
  const slotsAt = take(slotBytes * options.slots);
  const entriesAt = [take(rowCapacity * 8), take(rowCapacity * 8)] as const;
  const groupBytes = rowCount * 16;
  const binsAt = take(groupBytes * groups.count);
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
  features.forEach(({ bins }, feature) => {
    bytes.set(bins, columnsAt + feature * rowCount);
    let at = binsAt + Math.floor(feature / groups.width) * groupBytes + (feature % groups.width);
    for (let row = 0; row < rowCount; row++, at += 16) bytes[at] = bins[row] as number;
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
  const chosen = new Int32Array(groups.count);
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
      const group = Math.floor(feature / groups.width);
      chosen[group] = (chosen[group] as number) | (1 << (feature % groups.width));
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

  /** Adds up to blockRows rows to the sums at 0, for the chosen columns of a group. */
  function addRows(group: number, at: number, count: number): void {
    const mask = chosen[group] as number;
    const width = Math.min(groups.width, features.length - group * groups.width);
    const address = binsAt + group * groupBytes;
    if (mask !== (1 << width) - 1) call("addSome", address, at, count, stageAt, mask);
    else {
      call(`add${width + (width & 1)}`, address, at, count, stageAt);
      if (width % 2 === 1) bytes.fill(0, width * columnBytes, width * columnBytes + 8);
    }
  }

  function fill(slot: number, leaf: number): void {
    const count = counts[leaf] as number;
    const at = entryAddress(leaf);
    for (let group = 0; group < groups.count; group++) {
      if (chosen[group] === 0) continue;
      for (let first = 0; first < count; first += blockRows) {
        addRows(group, at + first * 8, Math.min(blockRows, count - first));
        for (let column = 0; column < groups.width; column++) {
          if ((((chosen[group] as number) >> column) & 1) === 0) continue;
          const feature = group * groups.width + column;
          const { valueBins } = features[feature] as BinnedFeature;
          const to = histogramAddress(slot, feature);
          kernel.flush?.(column * columnBytes, to, valueBins + 1, steps.gradient, steps.hessian, first === 0 ? 1 : 0);
        }
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
