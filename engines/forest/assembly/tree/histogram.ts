/**
 * Sums rows by bin for a pair of groups of up to 14 columns each: 32 bytes a row, one bin a byte, 14 and 14 in their halves.
 *
 * A row's gradient (11 bits, signed), hessian (11 bits) and count of one share an i64, so that one add updates all three:
 * gradient << 39 | hessian << 14 | 1. That holds 16,383 rows; then flush() moves the sums into the leaf's histogram.
 * The sums of a group, i64[14][256], stay in the first cache. Rows are copied beside them first, 1,024 at a time: reading them
 * from where they lie inside the loop that adds would wait for memory at every row. A pair lies in one line of the cache,
 * so that one such wait serves both groups.
 *
 * Shapes: bins u8[table rows][32] (or [16] for one group), entries {u32 row, i16 gradient, u16 hessian}[count], stage
 * u8[2][1024][16], sums i64[2][14][256] at 0, histogram f64[bins][3].
 */
const secondStage: usize = 16_384;
/** Of the second group's sums. */
const second: usize = 28_672;

/** Copies the bins of up to 1,024 rows of a pair. */
export function gatherPair(bins: usize, entries: usize, count: i32, stage: usize): void {
  for (let index = 0; index < count; index++) {
    const row = bins + (<usize>load<u32>(entries) << 5);
    v128.store(stage, v128.load(row));
    v128.store(stage + secondStage, v128.load(row, 16));
    entries += 8;
    stage += 16;
  }
}

/** The same of the first group of a pair alone, or of the second. */
export function gatherFirst(bins: usize, entries: usize, count: i32, stage: usize): void {
  gatherHalf(bins, entries, count, stage);
}

export function gatherSecond(bins: usize, entries: usize, count: i32, stage: usize): void {
  gatherHalf(bins + 16, entries, count, stage + secondStage);
}

@inline
function gatherHalf(bins: usize, entries: usize, count: i32, stage: usize): void {
  for (let index = 0; index < count; index++) {
    v128.store(stage, v128.load(bins + (<usize>load<u32>(entries) << 5)));
    entries += 8;
    stage += 16;
  }
}

/** The same of a group that has no other. */
export function gatherOne(bins: usize, entries: usize, count: i32, stage: usize): void {
  for (let index = 0; index < count; index++) {
    v128.store(stage, v128.load(bins + (<usize>load<u32>(entries) << 4)));
    entries += 8;
    stage += 16;
  }
}

@inline
function add(at: usize, packed: i64): void {
  store<i64>(at, load<i64>(at) + packed);
}

@inline
function packed(entry: usize): i64 {
  return (<i64>load<i16>(entry, 4) << 39) + (<i64>load<u16>(entry, 6) << 14) + 1;
}

/** The bin of each byte of a word, times 8, beside its column's offset. */
@inline
function addWord(word: u32, packed: i64, columns: usize, width: i32): void {
  add(columns + ((word << 3) & 2040), packed);
  if (width > 1) add(columns + ((word >> 5) & 2040) + 2048, packed);
  if (width > 2) add(columns + ((word >> 13) & 2040) + 4096, packed);
  if (width > 3) add(columns + ((word >> 21) & 2040) + 6144, packed);
}

@inline
function addRows(stage: usize, entries: usize, count: i32, sums: usize, width: i32): void {
  for (let index = 0; index < count; index++) {
    const summand = packed(entries);
    addWord(load<u32>(stage, 0), summand, sums, width);
    if (width > 4) addWord(load<u32>(stage, 4), summand, sums + 8192, width - 4);
    if (width > 8) addWord(load<u32>(stage, 8), summand, sums + 16384, width - 8);
    if (width > 12) addWord(load<u32>(stage, 12), summand, sums + 24576, width - 12);
    entries += 8;
    stage += 16;
  }
}

export function add2(stage: usize, entries: usize, count: i32): void {
  addRows(stage, entries, count, 0, 2);
}

export function second2(stage: usize, entries: usize, count: i32): void {
  addRows(stage + secondStage, entries, count, second, 2);
}

export function add4(stage: usize, entries: usize, count: i32): void {
  addRows(stage, entries, count, 0, 4);
}

export function second4(stage: usize, entries: usize, count: i32): void {
  addRows(stage + secondStage, entries, count, second, 4);
}

export function add6(stage: usize, entries: usize, count: i32): void {
  addRows(stage, entries, count, 0, 6);
}

export function second6(stage: usize, entries: usize, count: i32): void {
  addRows(stage + secondStage, entries, count, second, 6);
}

export function add8(stage: usize, entries: usize, count: i32): void {
  addRows(stage, entries, count, 0, 8);
}

export function second8(stage: usize, entries: usize, count: i32): void {
  addRows(stage + secondStage, entries, count, second, 8);
}

export function add10(stage: usize, entries: usize, count: i32): void {
  addRows(stage, entries, count, 0, 10);
}

export function second10(stage: usize, entries: usize, count: i32): void {
  addRows(stage + secondStage, entries, count, second, 10);
}

export function add12(stage: usize, entries: usize, count: i32): void {
  addRows(stage, entries, count, 0, 12);
}

export function second12(stage: usize, entries: usize, count: i32): void {
  addRows(stage + secondStage, entries, count, second, 12);
}

export function add14(stage: usize, entries: usize, count: i32): void {
  addRows(stage, entries, count, 0, 14);
}

export function second14(stage: usize, entries: usize, count: i32): void {
  addRows(stage + secondStage, entries, count, second, 14);
}

@inline
function addChosen(word: u32, packed: i64, columns: usize, chosen: i32): void {
  if (chosen & 1) add(columns + ((word << 3) & 2040), packed);
  if (chosen & 2) add(columns + ((word >> 5) & 2040) + 2048, packed);
  if (chosen & 4) add(columns + ((word >> 13) & 2040) + 4096, packed);
  if (chosen & 8) add(columns + ((word >> 21) & 2040) + 6144, packed);
}

@inline
function addSomeRows(stage: usize, entries: usize, count: i32, sums: usize, chosen: i32): void {
  for (let index = 0; index < count; index++) {
    const summand = packed(entries);
    addChosen(load<u32>(stage, 0), summand, sums, chosen);
    addChosen(load<u32>(stage, 4), summand, sums + 8192, chosen >> 4);
    addChosen(load<u32>(stage, 8), summand, sums + 16384, chosen >> 8);
    addChosen(load<u32>(stage, 12), summand, sums + 24576, chosen >> 12);
    entries += 8;
    stage += 16;
  }
}

/** Only the columns whose bit of `chosen` is set. */
export function addSome(stage: usize, entries: usize, count: i32, chosen: i32): void {
  addSomeRows(stage, entries, count, 0, chosen);
}

export function secondSome(stage: usize, entries: usize, count: i32, chosen: i32): void {
  addSomeRows(stage + secondStage, entries, count, second, chosen);
}

/** Moves the sums of one column, i64[binCount] at `sums`, into its histogram, times the steps, and clears them. */
export function flush(sums: usize, histogram: usize, binCount: i32, gradientStep: f64, hessianStep: f64, isFirst: bool): void {
  for (let bin = 0; bin < binCount; bin++) {
    const packed = load<i64>(sums);
    store<i64>(sums, 0);
    let gradient = <f64>(<i32>(packed >> 39)) * gradientStep;
    let hessian = <f64>(<i32>(packed >> 14) & 0x1ffffff) * hessianStep;
    let count = <f64>(<i32>packed & 0x3fff);
    if (!isFirst) {
      gradient += load<f64>(histogram, 0);
      hessian += load<f64>(histogram, 8);
      count += load<f64>(histogram, 16);
    }
    store<f64>(histogram, gradient, 0);
    store<f64>(histogram, hessian, 8);
    store<f64>(histogram, count, 16);
    sums += 8;
    histogram += 24;
  }
}
