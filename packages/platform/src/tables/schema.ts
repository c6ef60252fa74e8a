/**
 * The schema of a table: what the import found, corrected by people.
 *
 * `known` tells when a column's value is known: "before" the decision, "after" the outcome only, or null (not declared).
 */
import { MegalithError, type Problem, pointerPart, problem, unknownName } from "@megalith/contract";
import { type Column, type ColumnKind, columnKinds } from "./column.ts";
import { mayConvert, misfitExpression } from "./conversion.ts";
import { Duckdb, text } from "./duckdb.ts";
import { defaultLimits } from "./limits.ts";

export type Known = "before" | "after" | null;

export interface SchemaColumn extends Column {
  readonly known: Known;
  /** A person chose the kind. */
  readonly corrected: boolean;
}

/** What a person says of one column; what is left out stays. */
export interface ColumnCorrection {
  readonly kind?: ColumnKind | undefined;
  readonly known?: Known | undefined;
}

/** All corrections of a table so far, by column name. */
export type Corrections = Readonly<Record<string, ColumnCorrection>>;

export function applyCorrections(columns: readonly Column[], corrections: Corrections): SchemaColumn[] {
  return columns.map((column) => {
    const own = Object.hasOwn(corrections, column.name) ? corrections[column.name] : undefined;
    return { ...column, kind: own?.kind ?? column.kind, known: own?.known ?? null, corrected: own?.kind !== undefined };
  });
}

export function mergeCorrections(earlier: Corrections, later: Corrections): Corrections {
  const merged = new Map<string, ColumnCorrection>(Object.entries(earlier));
  for (const [name, { kind, known }] of Object.entries(later)) {
    merged.set(name, { ...merged.get(name), ...(kind === undefined ? {} : { kind }), ...(known === undefined ? {} : { known }) });
  }
  return Object.fromEntries(merged);
}

/** @throws MegalithError "tables.schema_invalid" with every problem: unknown columns, kinds that the stored cells are not of. */
export async function checkCorrections(parquetPath: string, columns: readonly Column[], corrections: Corrections): Promise<void> {
  const problems: Problem[] = [];
  const doubtful: Column[] = [];
  const names = columns.map(({ name }) => name);
  for (const [name, { kind, known }] of Object.entries(corrections)) {
    const path = `/columns/${pointerPart(name)}`;
    const column = columns.find((candidate) => candidate.name === name);
    if (column === undefined) problems.push(unknownName(path, "unknown", "tableNoColumn", name, names, problems.length));
    if (known !== undefined && known !== null && known !== "before" && known !== "after")
      problems.push(problem(`${path}/known`, "known", "knownUnknown"));
    if (kind === undefined || column === undefined) continue;
    if (!columnKinds.includes(kind)) problems.push(problem(`${path}/kind`, "kind", "kindUnknown", { kinds: columnKinds.join(", ") }));
    else if (!mayConvert(column.storage, kind))
      problems.push(problem(`${path}/kind`, "kind", "kindImpossible", { name, kind: { key: `kindName.${kind}` } }));
    else doubtful.push({ ...column, kind });
  }
  problems.push(...(await findMisfits(parquetPath, doubtful)));
  if (problems.length > 0)
    throw new MegalithError("tables.schema_invalid", { values: { count: problems.length }, problems: problems.slice(0, 100) });
}

async function findMisfits(parquetPath: string, columns: readonly Column[]): Promise<Problem[]> {
  if (columns.length === 0) return [];
  return Duckdb.with({ files: [parquetPath], limits: defaultLimits }, async (duckdb) => {
    const counts = columns.map(
      (column) => `count(*) filter (${misfitExpression(column)}), min(${quoted(column)}) filter (${misfitExpression(column)})`,
    );
    const row = (await duckdb.rows(`select ${counts.join(", ")} from read_parquet(${text(parquetPath)})`))[0] ?? [];
    return columns.flatMap(({ name, kind }, index): Problem[] => {
      const count = Number(row[index * 2]);
      if (count === 0) return [];
      const path = `/columns/${pointerPart(name)}/kind`;
      return [
        problem(path, "kind", "misfitsSuch", {
          name,
          count,
          kind: { key: `kindName.${kind}` },
          example: String(row[index * 2 + 1]).slice(0, 60),
        }),
      ];
    });
  });
}

function quoted(column: Column): string {
  return `cast("${column.name.replaceAll('"', '""')}" as varchar)`;
}
