/**
 * An artifact on its way to a server with its card before it: magic `mglcard1`, the card's length in bytes (u32, big-endian),
 * the card as JSON, then the artifact. A plain artifact is taken too; its card is what its own bytes tell.
 *
 * A card is the trainer's word about how good the model is and how it was trained. What the artifact itself tells (task, columns,
 * target, classes, importances) is taken from it, and a card that says otherwise is refused.
 */
import { MegalithError } from "@megalith/contract";
import { cardOfArtifact } from "./artifact-card.ts";
import type { Card, Metric } from "./model.ts";

const magic = Buffer.from("mglcard1", "latin1");
const headBytes = magic.length + 4;
const cardLimitBytes = 4 * 1024 * 1024;
const cardDepthLimit = 20;

/** What is kept of a card that arrives; anything else in it is left behind. */
const keptFields = [
  "rows",
  "rowsWithoutTarget",
  "evaluation",
  "columns",
  "warnings",
  "leaks",
  "rounds",
  "parameters",
  "seed",
  "trees",
  "leaves",
  "example",
  "table",
] as const;

export function joinCard(card: Card, artifact: Uint8Array): Uint8Array {
  const text = Buffer.from(JSON.stringify(card), "utf8");
  const head = Buffer.alloc(headBytes);
  magic.copy(head);
  head.writeUInt32BE(text.length, magic.length);
  return Buffer.concat([head, text, artifact]);
}

/** @throws MegalithError "registry.artifact_invalid" for a body that is no artifact, or whose card is not the artifact's own. */
export function splitCard(body: Uint8Array): { readonly artifact: Uint8Array; readonly card: Card } {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!bytes.subarray(0, magic.length).equals(magic)) return { artifact: body, card: cardOfArtifact(body) };
  const length = bytes.length < headBytes ? 0 : bytes.readUInt32BE(magic.length);
  if (length === 0 || length > cardLimitBytes || headBytes + length > bytes.length) throw invalid("its card is cut off or too long.");
  const artifact = new Uint8Array(bytes.subarray(headBytes + length));
  const own = cardOfArtifact(artifact);
  return { artifact, card: merge(own, parse(bytes.toString("utf8", headBytes, headBytes + length))) };
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value) && text.isWellFormed() && !text.includes("\\u0000") && isFlat(value, cardDepthLimit)) return value;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  throw invalid("its card is not a JSON object of printable text, at most 20 levels deep.");
}

/** No deeper than `depth`: what lies deeper would exhaust the stacks of those who read it later. */
function isFlat(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return depth > 0 && Object.values(value).every((inner) => isFlat(inner, depth - 1));
}

function merge(own: Card, given: Record<string, unknown>): Card {
  if (given.task !== own.task) throw invalid(`its card tells of the task ${JSON.stringify(given.task)}, the artifact of ${own.task}.`);
  if (JSON.stringify(namesOf(given.columns)) !== JSON.stringify(namesOf(own.columns)))
    throw invalid("its card tells of other columns than the artifact.");
  for (const field of ["target", "positive", "classes"] as const)
    if (given[field] !== undefined && JSON.stringify(given[field]) !== JSON.stringify(own[field]))
      throw invalid(`its card tells of another ${field} than the artifact.`);
  const kept = keptFields.filter((field) => given[field] !== undefined).map((field) => [field, given[field]]);
  return { ...own, ...Object.fromEntries(kept), metrics: metricsOf(given.metrics) };
}

function metricsOf(value: unknown): Record<string, Metric> {
  if (!isRecord(value)) throw invalid("its card has no metrics.");
  const entries = Object.entries(value).map(([name, metric]): [string, Metric] => {
    const { value: measured, low, high, constant } = isRecord(metric) ? metric : {};
    if (!/^[A-Za-z][A-Za-z0-9]{0,39}$/.test(name) || typeof measured !== "number" || !areNumbers(low, high, constant))
      throw invalid(`the metric ${name.slice(0, 40)} of its card is no number with an interval.`);
    return [
      name,
      {
        value: measured,
        ...(typeof low === "number" && typeof high === "number" ? { low, high } : {}),
        ...(typeof constant === "number" ? { constant } : {}),
      },
    ];
  });
  return Object.fromEntries(entries);
}

function areNumbers(...values: readonly unknown[]): boolean {
  return values.every((value) => value === undefined || typeof value === "number");
}

function namesOf(columns: unknown): unknown[] {
  return Array.isArray(columns) ? columns.map((column: unknown) => (isRecord(column) ? column.name : column)) : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(reason: string): MegalithError {
  return new MegalithError("registry.artifact_invalid", { values: { reason } });
}
