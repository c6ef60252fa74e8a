/** A look before a training: what would be learned, how balanced it is, and which columns the leak guard suspects. */
import type { Task } from "../registry/index.ts";
import type { TableContent } from "../tables/index.ts";
import type { TrainingChoice } from "./choice.ts";
import { findLeaks, type Leak } from "./leak-guard.ts";
import { readTarget } from "./task.ts";

export interface TargetInspection {
  readonly task: Task;
  readonly positive: string | null;
  readonly classes: readonly { readonly name: string; readonly rows: number }[];
  readonly rows: number;
  readonly rowsWithoutTarget: number;
  readonly leaks: readonly Leak[];
}

/** Works column by column and yields between them, so a server goes on answering. @throws MegalithError "training.target_invalid". */
export async function inspectTarget(table: TableContent, choice: TrainingChoice): Promise<TargetInspection> {
  const column = table.columns.find(({ name }) => name === choice.target);
  if (column === undefined) throw new RangeError(`the table has no column ${choice.target}`);
  const target = readTarget(column, choice);
  const outside = new Set([choice.target, choice.time, choice.weight, ...(choice.ignore ?? [])]);
  const leaks: Leak[] = [];
  for (const candidate of table.columns) {
    if (outside.has(candidate.name)) continue;
    leaks.push(...findLeaks([candidate], target, { seed: choice.seed ?? 1, keep: new Set(choice.keep), known: choice.known ?? {} }));
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  const rows = target.classes.map(() => 0);
  if (rows.length > 0) for (const value of target.values) if (!Number.isNaN(value)) rows[value] = (rows[value] ?? 0) + 1;
  return {
    task: target.task,
    positive: target.positive,
    classes: target.classes.map((name, index) => ({ name, rows: rows[index] ?? 0 })),
    rows: table.rowCount,
    rowsWithoutTarget: target.missing,
    leaks,
  };
}
