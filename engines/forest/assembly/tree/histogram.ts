/**
 * Sums rows by bin for a group of up to 14 columns at once: 16 bytes a row, one bin a byte.
 *
 * A row's gradient (11 bits, signed), hessian (11 bits) and count of one share an i64, so that one add updates all three:
 * gradient << 39 | hessian << 14 | 1. That holds 15,872 rows; then flush() moves the sums into the leaf's histogram.
 * The sums of a group, i64[14][256] at address 0, stay in the first cache beside a few hundred rows, which are copied there
 * first: reading them from where they lie inside the loop that adds would wait for memory at every row.
 *
 * Shapes: bins u8[table rows][16], entries {u32 row, i16 gradient, u16 hessian}[count], histogram f64[bins][3].
 */
const chunkRows: i32 = 512;

@inline
function add(at: usize, packed: i64): void {
  store<i64>(at, load<i64>(at) + packed);
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
function gather(bins: usize, entries: usize, count: i32, stage: usize): void {
  for (let index = 0; index < count; index++) {
    v128.store(stage, v128.load(bins + (<usize>load<u32>(entries) << 4)));
    entries += 8;
    stage += 16;
  }
}

@inline
function packed(entry: usize): i64 {
  return (<i64>load<i16>(entry, 4) << 39) + (<i64>load<u16>(entry, 6) << 14) + 1;
}

@inline
function addRows(bins: usize, entries: usize, count: i32, stage: usize, width: i32): void {
  for (let first = 0; first < count; first += chunkRows) {
    const rows = min(chunkRows, count - first);
    gather(bins, entries, rows, stage);
    let cells = stage;
    for (let index = 0; index < rows; index++) {
      const summand = packed(entries);
      addWord(load<u32>(cells, 0), summand, 0, width);
      if (width > 4) addWord(load<u32>(cells, 4), summand, 8192, width - 4);
      if (width > 8) addWord(load<u32>(cells, 8), summand, 16384, width - 8);
      if (width > 12) addWord(load<u32>(cells, 12), summand, 24576, width - 12);
      entries += 8;
      cells += 16;
    }
  }
}

export function add2(bins: usize, entries: usize, count: i32, stage: usize): void {
  addRows(bins, entries, count, stage, 2);
}

export function add4(bins: usize, entries: usize, count: i32, stage: usize): void {
  addRows(bins, entries, count, stage, 4);
}

export function add6(bins: usize, entries: usize, count: i32, stage: usize): void {
  addRows(bins, entries, count, stage, 6);
}

export function add8(bins: usize, entries: usize, count: i32, stage: usize): void {
  addRows(bins, entries, count, stage, 8);
}

export function add10(bins: usize, entries: usize, count: i32, stage: usize): void {
  addRows(bins, entries, count, stage, 10);
}

export function add12(bins: usize, entries: usize, count: i32, stage: usize): void {
  addRows(bins, entries, count, stage, 12);
}

export function add14(bins: usize, entries: usize, count: i32, stage: usize): void {
  addRows(bins, entries, count, stage, 14);
}

@inline
function addChosen(word: u32, packed: i64, columns: usize, chosen: i32): void {
  if (chosen & 1) add(columns + ((word << 3) & 2040), packed);
  if (chosen & 2) add(columns + ((word >> 5) & 2040) + 2048, packed);
  if (chosen & 4) add(columns + ((word >> 13) & 2040) + 4096, packed);
  if (chosen & 8) add(columns + ((word >> 21) & 2040) + 6144, packed);
}

/** Only the columns whose bit of `chosen` is set. */
export function addSome(bins: usize, entries: usize, count: i32, stage: usize, chosen: i32): void {
  for (let first = 0; first < count; first += chunkRows) {
    const rows = min(chunkRows, count - first);
    gather(bins, entries, rows, stage);
    let cells = stage;
    for (let index = 0; index < rows; index++) {
      const summand = packed(entries);
      addChosen(load<u32>(cells, 0), summand, 0, chosen);
      addChosen(load<u32>(cells, 4), summand, 8192, chosen >> 4);
      addChosen(load<u32>(cells, 8), summand, 16384, chosen >> 8);
      addChosen(load<u32>(cells, 12), summand, 24576, chosen >> 12);
      entries += 8;
      cells += 16;
    }
  }
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
