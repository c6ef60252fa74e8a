/**
 * New ids: UUIDv7, time-ordered, from a clock and a random source that a test can drive.
 *
 * Within one millisecond a counter keeps the order (RFC 9562, method 1: 12 counter bits in rand_a).
 */
import { randomFillSync } from "node:crypto";

export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** Fills the array with random bytes. */
export type RandomBytes = (bytes: Uint8Array) => void;

export const systemRandom: RandomBytes = (bytes) => {
  randomFillSync(bytes);
};

/** Gives a new bare uuid. */
export type NewUuid = () => string;

const hex = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, "0"));

const hexDigits = "0123456789abcdef";

/** A maker of UUIDv7 that never goes back, not even when the clock does. */
export function uuidMaker(clock: Clock, random: RandomBytes): NewUuid {
  // Drawn in bulk: a system call for every id would show on the hot path.
  const drawn = new Uint8Array(4096);
  let used = drawn.length;
  let last = 0;
  let counter = 0;
  let head = "";
  let headTime = 0;
  return () => {
    if (used === drawn.length) {
      random(drawn);
      used = 0;
    }
    const first = used;
    used += 8;
    const now = clock.now().getTime();
    if (now > last) {
      last = now;
      counter = (drawn[first] as number) & 0x7f;
    } else if (++counter > 0xfff) {
      last += 1;
      counter = 0;
    }
    if (headTime !== last) {
      const time = last.toString(16).padStart(12, "0");
      head = `${time.slice(0, 8)}-${time.slice(8)}-7`;
      headTime = last;
    }
    const h = (index: number) => hex[drawn[first + index] as number] as string;
    const variant = hex[0x80 | ((drawn[first + 1] as number) & 0x3f)] as string;
    const count = `${hexDigits[counter >> 8] as string}${hex[counter & 0xff] as string}`;
    return `${head}${count}-${variant}${h(2)}-${h(3)}${h(4)}${h(5)}${h(6)}${h(7)}${hex[(drawn[first] as number) ^ 0x5a] as string}`;
  };
}
