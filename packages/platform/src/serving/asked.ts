/** What a call asks: its records, whom they are about, and under which keys a repeat of each will be known. */
import { hash } from "node:crypto";
import { type DecideBody, MegalithError, type Problem, problem } from "@megalith/contract";
import type { NewUuid } from "../foundation/index.ts";
import type { FactIdentity } from "../metering/index.ts";

export type Cells = Readonly<Record<string, string | number | boolean | null>>;

export interface Asked {
  readonly records: readonly Cells[];
  readonly references: readonly (string | null)[];
  readonly subjects: readonly (string | null)[];
}

/** What a call is known by. */
export interface AskedUnder {
  readonly service: string;
  readonly body: DecideBody;
  readonly idempotencyKey: string | undefined;
  /** Tells calls apart that ask for different things with the same body and key. */
  readonly variant?: string | undefined;
}

/** In the place of a digest that nothing will ever be compared with. */
const nothingAsked = new Uint8Array(32);

/** @throws MegalithError "serving.record_invalid" for parts that do not go together. */
export function readAsked(body: DecideBody): Asked {
  const problems: Problem[] = [];
  if ((body.record === undefined) === (body.records === undefined)) problems.push(problem("", "one_of", "recordOrRecords"));
  const records = (body.records ?? (body.record === undefined ? [] : [body.record])) as readonly Cells[];
  const references = parallel(body.reference, body.references, records.length, "reference", problems);
  const subjects = parallel(body.subject, body.subjects, records.length, "subject", problems);
  if (references.length > 1) findTwice(references, problems);
  if (problems.length > 0) throw new MegalithError("serving.record_invalid", { values: { count: problems.length }, problems });
  return { records, references, subjects };
}

/** True when the caller gave something by which it can ask again. */
export function canRepeat({ idempotencyKey }: AskedUnder, { references }: Asked): boolean {
  return idempotencyKey !== undefined || (references.length > 0 && !references.includes(null));
}

/**
 * One a record. An Idempotency-Key stands for the whole call; a reference for its record, in whatever call of the service it comes
 * again; without either nobody can ask again.
 */
export function identify(under: AskedUnder, asked: Asked, newUuid: NewUuid): FactIdentity[] {
  const { idempotencyKey, service } = under;
  if (!canRepeat(under, asked)) {
    const key = `q:${newUuid()}`;
    return asked.records.map((_, place) => ({ key, place, digest: nothingAsked }));
  }
  const { records, references, subjects } = asked;
  if (idempotencyKey === undefined)
    return records.map((record, index) => {
      const own = [[references[index] ?? null], [subjects[index] ?? null], [record]] as const;
      return { key: `r:${service}/${references[index]}`, place: 0, ...digestsOf(under, ["one", "many"], ...own) };
    });
  const digests = digestsOf(under, [under.body.record === undefined ? "many" : "one"], references, subjects, records);
  return records.map((_, place) => ({ key: `k:${idempotencyKey}`, place, ...digests }));
}

/** A record is the same in whatever order its columns come, and whether one is null or left out. */
function plainText(record: Cells): string {
  const names = Object.keys(record).sort();
  return JSON.stringify(names.flatMap((name) => (record[name] === null ? [] : [[name, record[name]]])));
}

/** Of all that the answer depends on. Release 0.1.0 took records as they were written, and told a list of one from the one. */
function digestsOf(
  { service, variant = "", body }: AskedUnder,
  forms: readonly ["one" | "many", ...("one" | "many")[]],
  references: readonly (string | null)[],
  subjects: readonly (string | null)[],
  records: readonly Cells[],
): Pick<FactIdentity, "digest" | "earlierDigests"> {
  const of = (form: "one" | "many", write: (record: Cells) => string): Uint8Array => {
    const head = JSON.stringify([service, variant, form, body.eventTime ?? null, references, subjects]);
    return hash("sha256", [head, ...records.map(write)].join("\n"), "buffer");
  };
  const written = (record: Cells): string => JSON.stringify(record);
  return { digest: of(forms[0], plainText), earlierDigests: () => forms.map((form) => of(form, written)) };
}

function parallel(
  one: string | undefined,
  many: readonly string[] | undefined,
  count: number,
  name: string,
  problems: Problem[],
): (string | null)[] {
  if (one === undefined && many === undefined) return new Array<null>(count).fill(null);
  if (many !== undefined && many.length !== count)
    problems.push(problem(`/${name}s`, "length", "parallelLength", { name: `${name}s`, found: many.length, count }));
  if (one !== undefined && count > 1) problems.push(problem(`/${name}`, "single", "singleOnly", { name }));
  for (const text of many ?? (one === undefined ? [] : [one]))
    if (!text.isWellFormed() || text.includes("\0")) problems.push(problem(`/${name}`, "characters", "characters", { name }));
  return Array.from({ length: count }, (_, index) => many?.[index] ?? (count === 1 ? (one ?? null) : null));
}

function findTwice(references: readonly (string | null)[], problems: Problem[]): void {
  const seen = new Map<string, number>();
  for (const [index, reference] of references.entries()) {
    if (reference === null) continue;
    const first = seen.get(reference);
    if (first === undefined) seen.set(reference, index);
    else problems.push(problem(`/references/${index}`, "unique", "referenceTwice", { reference, first }));
  }
}
