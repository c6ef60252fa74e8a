/** A record as the form holds it (text) and as it is sent (by kind); an empty field is a missing value. */
import type { InputColumnShape } from "@megalith/contract";

export type Cell = string | number | boolean | null;
export type FormRecord = Readonly<Record<string, string>>;

export function exampleForm(columns: readonly InputColumnShape[]): FormRecord {
  return Object.fromEntries(columns.map((column) => [column.name, column.example === null ? "" : String(column.example)]));
}

/** A text that is no number is sent as it stands, so the server says what is wrong with it. */
export function recordOf(columns: readonly InputColumnShape[], form: FormRecord): Record<string, Cell> {
  return Object.fromEntries(
    columns.map((column): [string, Cell] => {
      const text = (form[column.name] ?? "").trim();
      if (text === "") return [column.name, null];
      if (column.kind === "boolean") return [column.name, text === "true"];
      if (column.kind === "numeric" && Number.isFinite(Number(text))) return [column.name, Number(text)];
      return [column.name, text];
    }),
  );
}
