/**
 * Finds columns that know the answer: each suspect with evidence and a verdict.
 *
 * Left out by default: an out-of-fold single-column AUC of .995 or more, a copy of the target, an identifier, a column
 * declared as known only after the outcome, or one whose name says so together with statistical evidence. Merely strong
 * columns are reported and kept: an honest column can reach an AUC of .975.
 */
import type { Known, TableColumn } from "../tables/index.ts";
import { crossFittedAuc, type Look, looksOf, ratesOf, strengthOf } from "./column-strength.ts";
import { jumpsOf } from "./leak-jump.ts";
import { meaningOfName, type NameMeaning } from "./leak-words.ts";
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

export const leakLimits = { nearPerfect: 0.995, strong: 0.9, pureShare: 0.97, jump: 0.08, jumpColumns: 20 } as const;

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
    const present = ratesOf(look, (value) => !Number.isNaN(value), column);
    const nonZero = ratesOf(look, (value) => !Number.isNaN(value) && value !== 0, column);
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

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
