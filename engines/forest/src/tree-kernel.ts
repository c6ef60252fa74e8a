/**
 * The machine of coarse gradients in WebAssembly: one thread or two, each with its part of tree-part.ts, in one memory.
 */
import type { BinnedFeature } from "./bins.ts";
import { coarseSteps, fineStep, isCoarseEnough } from "./grid.ts";
import { treeKernel } from "./kernels/tree.ts";
import { treeSharedKernel } from "./kernels/tree-shared.ts";
import { sumBlocks } from "./objective.ts";
import { clearSplit, createSplit, findCategorySplit, type NodeSums, type Split } from "./split.ts";
import { createTeam, type StartThread } from "./team.ts";
import { type Group, layOutTree, type TreeLayout, type TreeShape } from "./tree-layout.ts";
import { histogramOffsets, type MachineOptions, placesOf, type TreeMachine, type TreeRows } from "./tree-machine.ts";
import { createTreePart, type OperationName } from "./tree-part.ts";

const compiled: { tree?: WebAssembly.Module; treeShared?: WebAssembly.Module } = {};

function compile(isShared: boolean): WebAssembly.Module {
  const name = isShared ? "treeShared" : "tree";
  const { base64 } = isShared ? treeSharedKernel : treeKernel;
  compiled[name] ??= new WebAssembly.Module(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)));
  return compiled[name];
}

function shapeOf({ table, parameters, rowCapacity, slots }: MachineOptions, parts: 1 | 2): TreeShape {
  const { leaves, minRows, minHessian, l2, minGain } = parameters;
  const valueBins = table.features.map((feature) => feature.valueBins);
  const isCategory = table.features.map((feature) => feature.kind === "category");
  return { rowCount: table.rowCount, rowCapacity, leaves, slots, valueBins, isCategory, parts, minRows, minHessian, l2, minGain };
}

function fillTable(bytes: Uint8Array, layout: TreeLayout, { features, rowCount }: MachineOptions["table"]): void {
  for (const { firstFeature, width, bins } of layout.groups)
    for (let feature = firstFeature; feature < firstFeature + width; feature++) {
      const column = (features[feature] as BinnedFeature).bins;
      bytes.set(column, layout.columns + feature * rowCount);
      let at = bins + feature - firstFeature;
      for (let row = 0; row < rowCount; row++, at += layout.rowBytes) bytes[at] = column[row] as number;
    }
}

/**
 * @param startThread  asks for a second thread; without shared memory, or with one column, there is none.
 * @throws RangeError or WebAssembly.CompileError where the kernel cannot start.
 */
export function startTreeKernel(options: MachineOptions, startThread?: StartThread): TreeMachine {
  const { table, parameters, rows: trainingRows } = options;
  const { features, rowCount } = table;
  const isShared = startThread !== undefined && features.length > 1 && typeof SharedArrayBuffer === "function";
  const shape = shapeOf(options, isShared ? 2 : 1);
  const layout = layOutTree(shape);
  const memory = new WebAssembly.Memory({ initial: layout.pages, maximum: layout.pages, shared: isShared });
  const module = compile(isShared);
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const { buffer } = memory;
  const local = createTreePart(exports as Parameters<typeof createTreePart>[0], buffer, shape);
  const bytes = new Uint8Array(buffer);
  const f64 = (at: number, length: number): Float64Array => new Float64Array(buffer, at, length);
  const i32 = (at: number, length: number): Int32Array => new Int32Array(buffer, at, length);
  fillTable(bytes, layout, table);
  i32(layout.places, rowCount).set(placesOf(rowCount, trainingRows));
  i32(layout.trainingRows, trainingRows.length).set(trainingRows);
  const own = {
    scores: f64(layout.scores, rowCount),
    gradient: f64(layout.gradient, rowCount),
    hessian: f64(layout.hessian, rowCount),
    binaryLogLoss,
  };
  const parts = Array.from({ length: shape.parts }, (_, part) => part);
  const found = layout.found.map((at) => f64(at, 16));
  const offsets = histogramOffsets(table);
  const histograms = Array.from({ length: options.slots }, (_, slot) =>
    f64(layout.histogramAt(slot, 0), offsets[features.length] as number),
  );
  const words = layout.entries.map((at) => new Uint32Array(buffer, at, options.rowCapacity * 2));
  const starts = layout.starts.map((at) => i32(at, shape.leaves));
  const counts = layout.counts.map((at) => i32(at, shape.leaves));
  const buffers = i32(layout.buffers, shape.leaves);
  const chosen = i32(layout.chosen, layout.groups.length);
  const byCategory = createSplit();
  let categories: readonly number[] = [];
  let tree: TreeRows | undefined;
  let steps = coarseSteps(0, 0);
  let largest = steps;
  const team = isShared ? createTeam(buffer, layout.control) : undefined;
  if (isShared) startThread({ module, memory, shape });

  /** Does an operation's parts, the second by the other thread if that is there. */
  function run(operation: OperationName, ...numbers: number[]): void {
    const isPosted = team?.post(operation, numbers) ?? false;
    local[operation](0, ...numbers);
    if (isPosted) team?.join();
    else if (shape.parts === 2) local[operation](1, ...numbers);
  }

  function largestFound(index: number): number {
    return Math.max(...parts.map((part) => found[part]?.[index] as number));
  }

  function begin(given: TreeRows): NodeSums | undefined {
    tree = given;
    const count = tree.rows.length;
    i32(layout.rows, count).set(tree.rows);
    if (tree.gradient.buffer !== buffer) own.gradient.set(tree.gradient);
    if (tree.hessian.buffer !== buffer) own.hessian.set(tree.hessian);
    run("largest", count);
    largest = { gradient: largestFound(0), hessian: largestFound(1) };
    steps = coarseSteps(largest.gradient, largest.hessian);
    run("quantise", count, 1 / steps.gradient, 1 / steps.hessian, tree.key);
    const [gradients, hessians, gradientSquares, gradientSizes] = [0, 1, 2, 3].map((index) =>
      parts.reduce((sum, part) => sum + Number(new BigInt64Array(buffer, layout.found[part as 0 | 1], 4)[index]), 0),
    ) as [number, number, number, number];
    if (!isCoarseEnough(count, { gradients, hessians, gradientSquares, gradientSizes })) return undefined;
    buffers[0] = 0;
    choose(tree.features);
    return { gradient: gradients * steps.gradient, hessian: hessians * steps.hessian, count };
  }

  function choose(onFeatures: Int32Array): void {
    chosen.fill(0);
    const { width } = layout.groups[0] as Group;
    for (const feature of onFeatures) {
      const group = Math.floor(feature / width);
      chosen[group] = (chosen[group] as number) | (1 << (feature % width));
    }
    categories = Array.from(onFeatures).filter((feature) => shape.isCategory[feature]);
  }

  function binaryLogLoss(target: Float64Array): () => number {
    target.forEach((value, row) => {
      bytes[layout.labels + row] = value;
    });
    return () => {
      run("gradients", trainingRows.length);
      return sumBlocks(trainingRows.length, (block, sums) => sums.set(f64(layout.lossSums + block * 32, 4)));
    };
  }

  /** Takes what the parts found, at `first` of each, if that is better. */
  function takeNumeric(first: number, best: Split): void {
    for (const part of parts) {
      const [gain = 0, feature = -1, bin = 0, missing = 0, gradient = 0, hessian = 0, count = 0] = found[part]?.subarray(first) ?? [];
      if (feature < 0 || gain < best.gain || (gain === best.gain && best.feature <= feature)) continue;
      best.gain = gain;
      best.feature = feature;
      best.isCategory = false;
      best.isSubset = false;
      best.bin = bin;
      best.missingLeft = missing as -1 | 0 | 1;
      Object.assign(best.left, { gradient, hessian, count });
    }
  }

  function findCategories(slot: number, node: NodeSums, best: Split): void {
    clearSplit(byCategory);
    for (const index of categories) {
      const feature = features[index] as BinnedFeature;
      findCategorySplit(histograms[slot] as Float64Array, offsets[index] as number, feature, index, node, parameters, byCategory);
    }
    const { gain, feature } = byCategory;
    if (feature < 0 || gain < best.gain || (gain === best.gain && best.feature <= feature)) return;
    const { left, leftBins, ...rest } = byCategory;
    Object.assign(best, rest);
    Object.assign(best.left, left);
    best.leftBins.set(leftBins);
  }

  return {
    own,
    begin,
    evaluate({ index, slot, sums, best }, sibling) {
      const own = [sums.gradient, sums.hessian, best === undefined ? 0 : sums.count] as const;
      const other = sibling?.sums ?? sums;
      const whole = sibling?.slot ?? -1;
      run("evaluate", slot, index, steps.gradient, steps.hessian, ...own, whole, other.gradient, other.hessian, other.count);
      if (best !== undefined) takeNumeric(0, best);
      if (sibling?.best !== undefined) takeNumeric(8, sibling.best);
      if (categories.length === 0) return;
      if (best !== undefined) findCategories(slot, sums, best);
      if (sibling?.best !== undefined) findCategories(sibling.slot, sibling.sums, sibling.best);
    },
    split(leaf, right, feature, goesLeft) {
      bytes.set(goesLeft, layout.goesLeft);
      run("split", leaf, right, feature);
      const other = 1 - (buffers[leaf] as number);
      buffers[leaf] = other;
      buffers[right] = other;
      return parts.reduce((sum, part) => sum + (counts[part]?.[leaf] as number), 0);
    },
    cover(leaf, weight) {
      let sum = 0;
      for (const part of parts) {
        const entries = words[buffers[leaf] as 0 | 1] as Uint32Array;
        const first = (starts[part]?.[leaf] as number) * 2;
        const end = first + (counts[part]?.[leaf] as number) * 2;
        const isAscending = (entries[first] as number) <= (entries[end - 2] as number);
        for (let at = 0; at < end - first; at += 2) sum += weight[entries[isAscending ? first + at : end - 2 - at] as number] as number;
      }
      return sum;
    },
    sumLeaves(leafCount) {
      const count = tree?.rows.length ?? 0;
      run("sumLeaves", leafCount, count, fineStep(largest.gradient, count), fineStep(largest.hessian, count));
      const sums = layout.leafSums.slice(0, shape.parts).map((at) => f64(at, leafCount * 2));
      return Float64Array.from({ length: leafCount * 2 }, (_, at) => sums.reduce((sum, own) => sum + (own[at] as number), 0));
    },
    addLeafValues(values, leafCount, scores, offset) {
      if (scores.buffer === buffer) {
        f64(layout.leafSums[0], leafCount).set(values.subarray(0, leafCount));
        run("addLeafValues", tree?.rows.length ?? 0);
        return;
      }
      const leafOf = new Uint16Array(buffer, layout.leafOf, rowCount);
      for (const row of tree?.rows ?? []) {
        const place = offset + row;
        scores[place] = (scores[place] as number) + (values[leafOf[row] as number] as number);
      }
    },
    addTreeValues(grown, sides, rows) {
      const { nodeCount, feature, left, right } = grown;
      const nodes = i32(layout.nodes, nodeCount * 4);
      for (let node = 0; node < nodeCount; node++)
        nodes.set([feature[node] as number, left[node] as number, right[node] as number, 0], node * 4);
      bytes.set(sides.subarray(0, nodeCount * 256), layout.sides);
      i32(layout.rows, rows.length).set(rows);
      run("addTreeValues", rows.length);
    },
    end: () => team?.end(),
  };
}
