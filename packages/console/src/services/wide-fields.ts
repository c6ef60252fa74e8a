/** Which fields of a form of two columns have a row of their own. */
import type { InputColumnShape } from "@megalith/contract";

/** What half of the form's width has room for, in characters. */
const halfRowLength = 20;

/** What a cell of the column is chosen from; empty where it is written. */
export function optionsOf({ kind, categories = [] }: InputColumnShape): readonly string[] {
  return kind === "boolean" ? ["true", "false"] : kind === "category" ? categories : [];
}

/** Those with long choices, and the one that would otherwise be left beside an empty half: the order of the columns stays. */
export function wideFields(columns: readonly InputColumnShape[]): ReadonlySet<string> {
  const wide = new Set(columns.filter((column) => optionsOf(column).some(({ length }) => length > halfRowLength)).map(({ name }) => name));
  let isLeft = true;
  for (const [index, { name }] of columns.entries()) {
    const next = columns[index + 1]?.name;
    if (wide.has(name)) isLeft = true;
    else if (isLeft && (next === undefined || wide.has(next))) wide.add(name);
    else isLeft = !isLeft;
  }
  return wide;
}
