/**
 * Finds columns that know the answer: each suspect with evidence and a verdict.
 *
 * Left out by default: an out-of-fold single-column AUC of .995 or more, a copy of the target, an identifier, a column
 * declared as known only after the outcome, or one whose name says so together with statistical evidence. Merely strong
 * columns are reported and kept: an honest column can reach an AUC of .975.
 *
 * The single-column score is cross-fitted: a bin's rate comes from the other folds, so an identifier does not look strong.
 */
import type { Known, TableColumn } from "../tables/index.ts";
import { jumpsOf } from "./leak-jump.ts";
import { meaningOfName, type NameMeaning } from "./leak-words.ts";
import { auc, smallRandom } from "./metrics.ts";
import type { Target } from "./task.ts";

export interface Leak {
  readonly column: string;
  readonly verdict: "left_out" | "kept";
  readonly reason: "declared_after" | "copy_of_target" | "identifier" | "near_perfect" | "after_by_name" | "strong";
  readonly evidence: Readonly<Record<string, number | string>>;
}

export interface LeakOptions {
  readonly seed: number;
  /** Columns that a person wants to keep whatever is found. */
  readonly keep: ReadonlySet<string>;
  readonly known: Readonly<Record<string, Known>>;
}

export const leakLimits = { nearPerfect: 0.995, strong: 0.9, pureShare: 0.97, rowsLooked: 100_000, jump: 0.08, jumpColumns: 20 } as const;

const folds = 4;
const bins = 64;

interface Look {
  readonly rows: Int32Array;
  /** [rows looked]; 1 is the positive class, or above the median of a number. */
  readonly truth: Float64Array;
  readonly fold: Uint8Array;
  readonly baseRate: number;
}

export function findLeaks(columns: readonly TableColumn[], target: Target, options: LeakOptions): Leak[] {
  const looks = looksOf(target, options.seed);
  const judged = columns.map((column) => ({ column, ...judge(column, target, looks, options.known[column.name] ?? null) }));
  const jumps = looks.length === 1 ? findJumps(judged, looks[0] as Look, options.known) : new Map<TableColumn, Leak>();
  return judged.flatMap(({ column, leak }) => {
    const found = jumps.get(column) ?? leak;
    if (found === undefined) return [];
    return [options.keep.has(column.name) ? { ...found, verdict: "kept" as const } : found];
  });
}

interface Judged {
  readonly column: TableColumn;
  /** AUC of the column alone. */
  readonly strength: number;
  readonly leak: Leak | undefined;
}

/** Of the columns that only their names speak against, those that know the answer together with the others. */
function findJumps(judged: readonly Judged[], look: Look, known: LeakOptions["known"]): Map<TableColumn, Leak> {
  const staying = judged.filter(({ leak }) => leak?.verdict !== "left_out");
  const isSuspect = ({ column }: Judged): boolean => known[column.name] !== "before" && meaningOf(column) !== null;
  const suspects = staying.filter(isSuspect);
  const others = staying
    .filter((one) => !isSuspect(one))
    .sort((a, b) => b.strength - a.strength)
    .slice(0, leakLimits.jumpColumns);
  const jumps = jumpsOf(
    suspects.map(({ column }) => column),
    others.map(({ column }) => column),
    look,
  );
  const found = new Map<TableColumn, Leak>();
  suspects.forEach(({ column, strength }, index) => {
    const jump = jumps[index] as number;
    if (jump < leakLimits.jump) return;
    const evidence = { auc: round(strength), name: meaningOf(column) as string, jump: round(jump) };
    found.set(column, { column: column.name, verdict: "left_out", reason: "after_by_name", evidence });
  });
  return found;
}

function judge(column: TableColumn, target: Target, looks: readonly Look[], known: Known): Omit<Judged, "column"> {
  const strength = strengthOf(column, looks);
  return { strength, leak: leakOf(column, target, looks, known, strength) };
}

function leakOf(column: TableColumn, target: Target, looks: readonly Look[], known: Known, strength: number): Leak | undefined {
  const leak = (verdict: Leak["verdict"], reason: Leak["reason"], evidence: Leak["evidence"]): Leak => ({
    column: column.name,
    verdict,
    reason,
    evidence,
  });
  const score = Math.round(strength * 10_000) / 10_000;
  if (known === "after") return leak("left_out", "declared_after", { auc: score, declared: "known only after the outcome" });
  if (isCopy(column, target)) return leak("left_out", "copy_of_target", { auc: score });
  const distinctShare = identifierShare(column);
  if (distinctShare !== undefined) return leak("left_out", "identifier", { distinctShare: Math.round(distinctShare * 1000) / 1000 });
  if (strength >= leakLimits.nearPerfect && known !== "before") return leak("left_out", "near_perfect", { auc: score });
  const meaning = known === "before" ? null : meaningOf(column);
  const evidence = meaning === null ? undefined : statisticalEvidence(column, looks, meaning);
  if (meaning !== null && evidence !== undefined) return leak("left_out", "after_by_name", { auc: score, name: meaning, ...evidence });
  return strength >= leakLimits.strong ? leak("kept", "strong", { auc: score }) : undefined;
}

/** Sums received and latest values are numbers or dates; a text such as a payment method is neither. */
function meaningOf(column: TableColumn): NameMeaning {
  const meaning = meaningOfName(column.name);
  const isAmount = column.kind === "numeric" || column.kind === "date";
  return meaning === "after_the_outcome" || isAmount ? meaning : null;
}

/** AUC of the column alone; of several classes the mean over them by their share, as one rare class is easily told apart. */
function strengthOf(column: TableColumn, looks: readonly Look[]): number {
  if (looks.length === 1) return crossFittedAuc(column, looks[0] as Look);
  const weight = looks.reduce((sum, look) => sum + look.baseRate, 0);
  return looks.reduce((sum, look) => sum + look.baseRate * crossFittedAuc(column, look), 0) / weight;
}

/** One look for a binary target or a number, one a class for more. */
function looksOf(target: Target, seed: number): Look[] {
  const random = smallRandom(seed);
  let rows = Int32Array.from(target.values.keys()).filter((row) => !Number.isNaN(target.values[row] as number));
  if (rows.length > leakLimits.rowsLooked) {
    const step = rows.length / leakLimits.rowsLooked;
    rows = Int32Array.from({ length: leakLimits.rowsLooked }, (_, index) => rows[Math.floor((index + random()) * step)] as number);
  }
  const fold = Uint8Array.from(rows, () => Math.floor(random() * folds));
  const look = (isPositive: (value: number) => boolean): Look => {
    const truth = Float64Array.from(rows, (row) => Number(isPositive(target.values[row] as number)));
    return { rows, truth, fold, baseRate: truth.reduce((sum, value) => sum + value, 0) / truth.length };
  };
  if (target.task === "binary") return [look((value) => value === 1)];
  if (target.task === "multiclass") return target.classes.map((_, index) => look((value) => value === index));
  const sorted = Float64Array.from(rows, (row) => target.values[row] as number).sort();
  const median = sorted[sorted.length >> 1] as number;
  return [look((value) => value > median)];
}

/** AUC of a one-column table of rates, each row scored by the rates of the other folds. Missing is a bin of its own. */
function crossFittedAuc(column: TableColumn, look: Look): number {
  const bin = binsOf(column, look.rows);
  const count = bin.reduce((most, value) => Math.max(most, value), 0) + 1;
  const hits = new Float64Array(count * folds);
  const seen = new Float64Array(count * folds);
  look.rows.forEach((_, index) => {
    const cell = (bin[index] as number) * folds + (look.fold[index] as number);
    hits[cell] = (hits[cell] as number) + (look.truth[index] as number);
    seen[cell] = (seen[cell] as number) + 1;
  });
  const predicted = Float64Array.from(look.rows, (_, index) => {
    let otherHits = 0;
    let otherSeen = 0;
    for (let fold = 0; fold < folds; fold++) {
      if (fold === look.fold[index]) continue;
      otherHits += hits[(bin[index] as number) * folds + fold] as number;
      otherSeen += seen[(bin[index] as number) * folds + fold] as number;
    }
    return (otherHits + look.baseRate * 5) / (otherSeen + 5);
  });
  const value = auc(look.truth, predicted);
  return Number.isNaN(value) ? 0.5 : value;
}

/** Quantile bins of numbers, codes of categories; 0 is missing. A value that many rows have keeps a bin of its own. */
function binsOf(column: TableColumn, rows: Int32Array): Int32Array {
  const own = Float64Array.from(rows, (row) => column.values[row] as number);
  if (column.kind === "category") return Int32Array.from(own, (value) => (Number.isNaN(value) ? 0 : value + 1));
  const edges = edgesOf(own.filter((value) => !Number.isNaN(value)).sort());
  return Int32Array.from(own, (value) => {
    if (Number.isNaN(value)) return 0;
    let low = 0;
    let high = edges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((edges[middle] as number) <= value) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  });
}

/**
 * Where bins begin, in order. Values that fill several quantiles, such as the zeros of an amount that few rows have, would hide
 * whatever is rarer than a quantile: the others get quantiles of their own.
 */
function edgesOf(sorted: Float64Array): Float64Array {
  const quantiles = quantilesOf(sorted);
  const heavy = new Set(quantiles.filter((value, index) => value === quantiles[index - 1]));
  const edges = new Set(quantiles);
  if (heavy.size > 0) {
    const others = sorted.filter((value) => !heavy.has(value));
    for (const value of quantilesOf(others)) edges.add(value);
    for (const value of heavy) {
      const above = others.find((other) => other > value);
      if (above !== undefined) edges.add(above);
    }
  }
  return Float64Array.from(edges).sort();
}

function quantilesOf(sorted: Float64Array): Float64Array {
  return sorted.length === 0
    ? sorted
    : Float64Array.from({ length: bins }, (_, index) => sorted[Math.floor((index * sorted.length) / bins)] as number);
}

/** Each value of the column goes with one value of the target and back. */
function isCopy(column: TableColumn, target: Target): boolean {
  const forth = new Map<number, number>();
  const back = new Map<number, number>();
  let rows = 0;
  for (let row = 0; row < target.values.length; row++) {
    const truth = target.values[row] as number;
    if (Number.isNaN(truth)) continue;
    const value = Number.isNaN(column.values[row] as number) ? Number.NEGATIVE_INFINITY : (column.values[row] as number);
    if ((forth.get(value) ?? truth) !== truth || (back.get(truth) ?? value) !== value) return false;
    forth.set(value, truth);
    back.set(truth, value);
    rows++;
  }
  return rows > 10 && back.size > 1;
}

/** Texts or whole numbers that are (nearly) different in every row: the share, or undefined when it is no identifier. */
function identifierShare(column: TableColumn): number | undefined {
  const rows = column.values.length;
  if (rows < 100 || column.kind === "boolean" || column.kind === "date") return undefined;
  const distinct = new Set<number>();
  let present = 0;
  let rising = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (const value of column.values) {
    if (Number.isNaN(value)) continue;
    if (column.kind === "numeric" && !Number.isInteger(value)) return undefined;
    present++;
    distinct.add(value);
    if (value > last) rising++;
    last = value;
  }
  if (present < rows * 0.5) return undefined;
  const share = distinct.size / present;
  if (column.kind === "category") return share > 0.95 ? share : undefined;
  const namedSo = /(^|[_\W])(id|uuid|guid|key|number|no|nr|code|account|reference|ref)$/i.test(
    column.name.replaceAll(/([a-z])([A-Z])/g, "$1_$2"),
  );
  return share > 0.999 && (rising > present * 0.999 || namedSo) ? share : undefined;
}

/** What speaks for a name's suspicion: nearly pure non-zero values, missingness that follows the outcome, or a strength of its own. */
function statisticalEvidence(column: TableColumn, looks: readonly Look[], meaning: string): Record<string, number> | undefined {
  for (const look of looks) {
    const present = rates(look, (value) => !Number.isNaN(value), column);
    const nonZero = rates(look, (value) => !Number.isNaN(value) && value !== 0, column);
    const strength = crossFittedAuc(column, look);
    const enough = Math.max(20, look.rows.length * 0.002);
    const purity = nonZero.count >= enough && nonZero.count < look.rows.length * 0.95 ? Math.max(nonZero.rate, 1 - nonZero.rate) : 0;
    const pure = nonZero.rate > 0.5 ? purity >= 0.9 : purity >= leakLimits.pureShare && look.baseRate > 0.08;
    if (column.kind !== "category" && pure && meaning !== "latest_value") return { nonZeroPurity: round(purity) };
    const missing = look.rows.length - present.count;
    if (missing >= enough && present.count >= enough) {
      const missingRate = (look.baseRate * look.rows.length - present.rate * present.count) / missing;
      const follows = Math.abs(missingRate - present.rate);
      if (follows > 0.3 && follows > look.baseRate) return { missingFollowsOutcome: round(follows) };
    }
    const needed = meaning === "latest_value" ? 0.75 : meaning === "payments_received" ? 0.62 : 0.56;
    if (strength >= needed) return { strength: round(strength) };
  }
  return undefined;
}

function rates(look: Look, matches: (value: number) => boolean, column: TableColumn): { count: number; rate: number } {
  let count = 0;
  let hits = 0;
  look.rows.forEach((row, index) => {
    if (!matches(column.values[row] as number)) return;
    count++;
    hits += look.truth[index] as number;
  });
  return { count, rate: count === 0 ? 0 : hits / count };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
