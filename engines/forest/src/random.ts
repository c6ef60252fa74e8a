/**
 * A seeded generator of the engine's own, so that one seed gives one model on every machine.
 *
 * Source: Blackman & Vigna 2021 (xoshiro128**), seeded by a Weyl sequence through a 32-bit finaliser.
 */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  next(): number;
}

export function createRandom(seed: number): Random {
  let weyl = (Math.floor(seed) ^ Math.floor(seed / 4294967296)) >>> 0;
  const word = (): number => {
    weyl = (weyl + 0x9e3779b9) >>> 0;
    let z = weyl;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  let a = word();
  let b = word();
  let c = word();
  let d = word() | 1;
  return {
    next(): number {
      const product = Math.imul(b, 5);
      const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
      const shifted = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= shifted;
      d = (d << 11) | (d >>> 21);
      return result / 4294967296;
    },
  };
}

/** Chooses exactly `chosen` of `items` without replacement, in their order, into `out`. */
export function sampleInOrder(random: Random, items: Int32Array, chosen: number, out: Int32Array): void {
  let needed = chosen;
  let written = 0;
  for (let index = 0; index < items.length && needed > 0; index++) {
    if (random.next() * (items.length - index) < needed) {
      out[written++] = items[index] as number;
      needed--;
    }
  }
}
