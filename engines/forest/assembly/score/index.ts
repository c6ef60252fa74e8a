/**
 * Raw scores: eight walks at once, eight trees of one row or eight rows of one tree; src/score-plan.ts lays out the memory.
 *
 * A step has no branch that a row decides: the right child lies behind the left one, and a leaf leads to itself, so every
 * walk takes as many steps as its tree is deep. Values add up in the order of the trees, as in src/score.ts: equal bits.
 */
@inline
function step(at: i32, nodes: usize, rare: usize, bits: usize, row: usize): i32 {
  const node = nodes + (<usize>at << 4);
  const value = load<f64>(row + <usize>load<i32>(node, 8));
  const threshold = load<f64>(node, 0);
  const left = <i32>(value <= threshold);
  if ((left | <i32>(value > threshold)) == 0) return load<i32>(node, 12) + 1 - rareSide(at, value, rare, bits);
  return load<i32>(node, 12) + 1 - left;
}

/** The side of a missing value or a category: 1 is left. */
function rareSide(at: i32, value: f64, rare: usize, bits: usize): i32 {
  const set = load<i32>(rare + (<usize>at << 3), 0);
  const flags = load<i32>(rare + (<usize>at << 3), 4);
  if (set >= 0 && value >= 0 && value < <f64>(flags >> 1)) {
    const code = <i32>value;
    return (load<u32>(bits + (<usize>(set + (code >> 5)) << 2)) >> (code & 31)) & 1;
  }
  return flags & 1;
}

@inline
function add(out: usize, value: usize, at: i32): void {
  store<f64>(out, load<f64>(out) + load<f64>(value + (<usize>at << 3)));
}

/** Trees: i32[4] each: root, depth of its group of eight, byte offset of its output, depth. Count is a multiple of 8. */
export function scoreRow(trees: usize, count: i32, nodes: usize, values: usize, rare: usize, bits: usize, row: usize, out: usize): void {
  for (let tree = trees, end = trees + (<usize>count << 4); tree < end; tree += 128) {
    let a = load<i32>(tree, 0), b = load<i32>(tree, 16), c = load<i32>(tree, 32), d = load<i32>(tree, 48);
    let e = load<i32>(tree, 64), f = load<i32>(tree, 80), g = load<i32>(tree, 96), h = load<i32>(tree, 112);
    for (let left = load<i32>(tree, 4); left > 0; left--) {
      a = step(a, nodes, rare, bits, row);
      b = step(b, nodes, rare, bits, row);
      c = step(c, nodes, rare, bits, row);
      d = step(d, nodes, rare, bits, row);
      e = step(e, nodes, rare, bits, row);
      f = step(f, nodes, rare, bits, row);
      g = step(g, nodes, rare, bits, row);
      h = step(h, nodes, rare, bits, row);
    }
    add(out + <usize>load<i32>(tree, 8), values, a);
    add(out + <usize>load<i32>(tree, 24), values, b);
    add(out + <usize>load<i32>(tree, 40), values, c);
    add(out + <usize>load<i32>(tree, 56), values, d);
    add(out + <usize>load<i32>(tree, 72), values, e);
    add(out + <usize>load<i32>(tree, 88), values, f);
    add(out + <usize>load<i32>(tree, 104), values, g);
    add(out + <usize>load<i32>(tree, 120), values, h);
  }
}

/** Rows f64[rowCount][stride / 8], out f64[rowCount][outStride / 8]; rowCount is a multiple of 8. */
export function scoreRows(trees: usize, count: i32, nodes: usize, values: usize, rare: usize, bits: usize, rows: usize, out: usize, rowCount: i32, stride: usize, outStride: usize): void {
  for (let tree = trees, end = trees + (<usize>count << 4); tree < end; tree += 16) {
    const root = load<i32>(tree, 0);
    const depth = load<i32>(tree, 12);
    let to = out + <usize>load<i32>(tree, 8);
    let row = rows;
    for (let group = 0; group < rowCount; group += 8) {
      let a = root, b = root, c = root, d = root, e = root, f = root, g = root, h = root;
      for (let left = depth; left > 0; left--) {
        a = step(a, nodes, rare, bits, row);
        b = step(b, nodes, rare, bits, row + stride);
        c = step(c, nodes, rare, bits, row + 2 * stride);
        d = step(d, nodes, rare, bits, row + 3 * stride);
        e = step(e, nodes, rare, bits, row + 4 * stride);
        f = step(f, nodes, rare, bits, row + 5 * stride);
        g = step(g, nodes, rare, bits, row + 6 * stride);
        h = step(h, nodes, rare, bits, row + 7 * stride);
      }
      add(to, values, a);
      add(to + outStride, values, b);
      add(to + 2 * outStride, values, c);
      add(to + 3 * outStride, values, d);
      add(to + 4 * outStride, values, e);
      add(to + 5 * outStride, values, f);
      add(to + 6 * outStride, values, g);
      add(to + 7 * outStride, values, h);
      row += 8 * stride;
      to += 8 * outStride;
    }
  }
}
