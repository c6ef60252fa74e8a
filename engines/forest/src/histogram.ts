/**
 * Histograms of one leaf after another: by the kernel of assembly/histogram, or where it cannot start by the twin here.
 *
 * Summands lie on the grid of grid.ts, so sums are exact and both give the same bits. The kernel holds a copy of the bins:
 * where WebAssembly is missing, or memory for it (4 GB at most), the twin works on the table itself.
 *
 * Shapes: histogram of a feature f64[valueBins + 1][3] = gradient, hessian, row count; the last bin is missing.
 */
import type { BinnedFeature, BinnedTable } from "./bins.ts";
import { histogramKernel } from "./kernels/histogram.ts";

export interface HistogramSummer {
  /** Takes the rows of a leaf, rows[start … start + count - 1]. */
  load(rows: Int32Array, start: number, count: number, gradient: Float64Array, hessian: Float64Array): void;
  /** Overwrites the histogram of one feature, at `offset`, with the sums over the rows taken last. */
  sum(featureIndex: number, histogram: Float64Array, offset: number): void;
}

type SumBins = (bins: number, rows: number, pairs: number, count: number, histogram: number, binCount: number) => void;

/** 256 bins of 32 bytes. */
const binsBytes = 8192;
const mostBytes = 65_536 * 65_535;
let compiled: WebAssembly.Module | undefined;

export function startHistograms(table: BinnedTable, rowCapacity: number): HistogramSummer {
  try {
    return startHistogramKernel(table, rowCapacity);
  } catch {
    return startHistogramTwin(table, rowCapacity);
  }
}

/** @throws RangeError or WebAssembly.CompileError where the kernel cannot start. */
export function startHistogramKernel(table: BinnedTable, rowCapacity: number): HistogramSummer {
  const pairsAt = binsBytes;
  const rowsAt = pairsAt + rowCapacity * 16;
  const tableAt = rowsAt + rowCapacity * 4;
  const bytes = tableAt + table.rowCount * table.features.length;
  if (bytes > mostBytes) throw new RangeError("the table is larger than the memory of a kernel");
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / 65_536) });
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(histogramKernel.base64), (letter) => letter.charCodeAt(0)));
  const sumBins = new WebAssembly.Instance(compiled, { env: { memory } }).exports.sumBins as SumBins;
  table.features.forEach((feature, index) => {
    new Uint8Array(memory.buffer, tableAt + index * table.rowCount, table.rowCount).set(feature.bins);
  });
  const sums = new Float64Array(memory.buffer, 0, binsBytes / 8);
  const pairs = new Float64Array(memory.buffer, pairsAt, rowCapacity * 2);
  const taken = new Int32Array(memory.buffer, rowsAt, rowCapacity);
  let rowCount = 0;
  return {
    load(rows, start, count, gradient, hessian) {
      rowCount = count;
      for (let index = 0; index < count; index++) {
        const row = rows[start + index] as number;
        taken[index] = row;
        pairs[index * 2] = gradient[row] as number;
        pairs[index * 2 + 1] = hessian[row] as number;
      }
    },
    sum(featureIndex, histogram, offset) {
      const binCount = (table.features[featureIndex] as BinnedFeature).valueBins + 1;
      sumBins(tableAt + featureIndex * table.rowCount, rowsAt, pairsAt, rowCount, 0, binCount);
      for (let bin = 0; bin < binCount; bin++) {
        histogram[offset + bin * 3] = sums[bin * 4] as number;
        histogram[offset + bin * 3 + 1] = sums[bin * 4 + 1] as number;
        histogram[offset + bin * 3 + 2] = sums[bin * 4 + 2] as number;
      }
    },
  };
}

export function startHistogramTwin(table: BinnedTable, rowCapacity: number): HistogramSummer {
  const orderedGradient = new Float64Array(rowCapacity);
  const orderedHessian = new Float64Array(rowCapacity);
  const taken = new Int32Array(rowCapacity);
  let rowCount = 0;
  return {
    load(rows, start, count, gradient, hessian) {
      rowCount = count;
      for (let index = 0; index < count; index++) {
        const row = rows[start + index] as number;
        taken[index] = row;
        orderedGradient[index] = gradient[row] as number;
        orderedHessian[index] = hessian[row] as number;
      }
    },
    sum(featureIndex, histogram, offset) {
      const { bins, valueBins } = table.features[featureIndex] as BinnedFeature;
      histogram.fill(0, offset, offset + (valueBins + 1) * 3);
      for (let index = 0; index < rowCount; index++) {
        const at = offset + (bins[taken[index] as number] as number) * 3;
        histogram[at] = (histogram[at] as number) + (orderedGradient[index] as number);
        histogram[at + 1] = (histogram[at + 1] as number) + (orderedHessian[index] as number);
        histogram[at + 2] = (histogram[at + 2] as number) + 1;
      }
    },
  };
}
