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

/** A maker of UUIDv7 that never goes back, not even when the clock does. */
export function uuidMaker(clock: Clock, random: RandomBytes): NewUuid {
  // Drawn in bulk: a system call for every id would show on the hot path.
  const drawn = new Uint8Array(4096);
  let used = drawn.length;
  let last = 0;
  let counter = 0;
  return () => {
    if (used === drawn.length) {
      random(drawn);
      used = 0;
    }
    const bytes = drawn.subarray(used, used + 8);
    used += 8;
    const now = clock.now().getTime();
    if (now > last) {
      last = now;
      counter = (bytes[0] as number) & 0x7f;
    } else if (++counter > 0xfff) {
      last += 1;
      counter = 0;
    }
    const time = last.toString(16).padStart(12, "0");
    const counterHex = (0x7000 | counter).toString(16);
    const h = (index: number) => hex[bytes[index] as number] as string;
    const variant = hex[0x80 | ((bytes[1] as number) & 0x3f)] as string;
    return `${time.slice(0, 8)}-${time.slice(8)}-${counterHex}-${variant}${h(2)}-${h(3)}${h(4)}${h(5)}${h(6)}${h(7)}${hex[(bytes[0] as number) ^ 0x5a] as string}`;
  };
}
