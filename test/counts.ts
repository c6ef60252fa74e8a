/**
 * How often a property test repeats: small in the suite that runs on each change, full in `npm run prove`.
 *
 * The runner of `prove` sets MEGALITH_PROVE; everything else runs the small counts with the same seed, so a failure repeats.
 */
export const seed = 20_261_125;

const isProof = process.env.MEGALITH_PROVE === "1";

/** @param small runs in the suite, @param full runs in a proof. */
export function runCount(small: number, full: number): number {
  return isProof ? full : small;
}
