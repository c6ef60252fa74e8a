/** What a person may choose of a training, checked against the columns there are. */
import { MegalithError, type Problem, type TrainingBody, unknownName } from "@megalith/contract";
import type { TrainParameters } from "@megalith/forest";
import type { Known, TableVersion } from "../tables/index.ts";
import type { TargetChoice } from "./task.ts";

export interface TrainingChoice extends TargetChoice {
  readonly target: string;
  readonly time?: string | undefined;
  readonly weight?: string | undefined;
  readonly ignore?: readonly string[] | undefined;
  readonly keep?: readonly string[] | undefined;
  readonly known?: Readonly<Record<string, Known>> | undefined;
  readonly parameters?: Partial<TrainParameters> | undefined;
  readonly folds?: number | undefined;
  readonly seed?: number | undefined;
}

type NamedColumns = Pick<TrainingChoice, "target" | "time" | "weight" | "ignore" | "keep">;

/** A request's choices, with what the table's schema declares. */
export function choiceOf(body: TrainingBody, table: Pick<TableVersion, "schema">): TrainingChoice {
  const { table: _table, version: _version, ...choice } = body;
  return { ...choice, known: Object.fromEntries(table.schema.map(({ name, known }) => [name, known])) };
}

/** @throws MegalithError "training.columns_unknown", naming every chosen column that `columns` lacks. */
export function checkColumns(columns: readonly { readonly name: string }[], choice: NamedColumns): void {
  const chosen: [string, string | undefined][] = [
    ["/target", choice.target],
    ["/time", choice.time],
    ["/weight", choice.weight],
  ];
  for (const [index, name] of (choice.ignore ?? []).entries()) chosen.push([`/ignore/${index}`, name]);
  for (const [index, name] of (choice.keep ?? []).entries()) chosen.push([`/keep/${index}`, name]);
  const names = columns.map(({ name }) => name);
  const known = new Set(names);
  refuseUnknown(
    chosen.flatMap(([path, name]) => (name === undefined || known.has(name) ? [] : [{ path, name }])),
    names,
  );
}

/** @throws MegalithError "training.columns_unknown" unless there is nothing to refuse. */
export function refuseUnknown(unknown: readonly { readonly path: string; readonly name: string }[], names: readonly string[]): void {
  if (unknown.length === 0) return;
  const problems = unknown.map(({ path, name }, index): Problem => unknownName(path, "unknown", "tableNoColumn", name, names, index));
  throw new MegalithError("training.columns_unknown", { values: { count: problems.length }, problems });
}
