/**
 * Sums the gradients, hessians and rows of one leaf by bin: src/histogram.ts lays out the memory and holds the twin.
 *
 * Summands lie on the grid of src/grid.ts, so their sums are exact and the order is free. One vector add updates gradient
 * and hessian together. A histogram is f64[bins][4]: gradient, hessian, rows, nothing.
 */
@inline
function add(at: usize, pair: v128): void {
  v128.store(at, f64x2.add(v128.load(at), pair));
  store<f64>(at, load<f64>(at, 16) + 1, 16);
}

/** @param bins u8[table rows] @param rows i32[count] @param pairs f64[count][2] */
export function sumBins(bins: usize, rows: usize, pairs: usize, count: i32, histogram: usize, binCount: i32): void {
  memory.fill(histogram, 0, <usize>binCount << 5);
  let index: i32 = 0;
  for (; index + 4 <= count; index += 4) {
    const a = <usize>load<u8>(bins + <usize>load<u32>(rows, 0)) << 5;
    const b = <usize>load<u8>(bins + <usize>load<u32>(rows, 4)) << 5;
    const c = <usize>load<u8>(bins + <usize>load<u32>(rows, 8)) << 5;
    const d = <usize>load<u8>(bins + <usize>load<u32>(rows, 12)) << 5;
    add(histogram + a, v128.load(pairs, 0));
    add(histogram + b, v128.load(pairs, 16));
    add(histogram + c, v128.load(pairs, 32));
    add(histogram + d, v128.load(pairs, 48));
    rows += 16;
    pairs += 64;
  }
  for (; index < count; index++) {
    add(histogram + (<usize>load<u8>(bins + <usize>load<u32>(rows)) << 5), v128.load(pairs));
    rows += 4;
    pairs += 16;
  }
}
