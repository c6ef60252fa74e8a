/**
 * How often a test repeats: small in the suite that runs on each change, full in `npm run prove`.
 *
 * The runner of `prove` sets MEGALITH_PROVE; everything else runs the small counts with the same seed, so a failure repeats.
 * A proof also writes each count down, in the file that MEGALITH_PROVE_COUNTS names, one JSON line each.
 */
import { appendFileSync } from "node:fs";

export const seed = 20_261_125;

const isProof = process.env.MEGALITH_PROVE === "1";
const record = process.env.MEGALITH_PROVE_COUNTS;

/**
 * @param small runs in the suite, @param full runs in a proof.
 * @param name  what is counted, for the record of a proof.
 */
export function runCount(small: number, full: number, name = "cases"): number {
  if (!isProof) return small;
  if (record !== undefined) appendFileSync(record, `${JSON.stringify({ name, count: full })}\n`);
  return full;
}
