/** The words of a service: its settings, their defaults and rules. Ids are bare uuids. */
import { type Actor, type ExplanationPolicy, MegalithError, type Problem, problem, unknownName } from "@megalith/contract";

export type Release = "none" | "metrics" | "structure" | "parameters" | "logic";

/** Settings in force; a change makes a new revision. */
export interface ServiceSettings {
  readonly model: string;
  readonly explanation: ExplanationPolicy;
  readonly release: Release;
  /** Name of the plan; null is free. */
  readonly plan: string | null;
  /** The input column that carries a transaction's value in currency units. */
  readonly valueColumn: string | null;
  readonly required: readonly string[];
  readonly retentionDays: number;
  readonly status: "open" | "paused";
}

export interface PublishedService {
  readonly id: string;
  readonly organisation: string;
  readonly name: string;
  readonly title: string;
  readonly kind: "risk";
  readonly revisionId: string;
  readonly revision: number;
  readonly settings: ServiceSettings;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly updatedBy: Actor;
}

export const defaultSettings: Omit<ServiceSettings, "model"> = {
  explanation: { kind: "top", count: 5 },
  release: "metrics",
  plan: null,
  valueColumn: null,
  required: [],
  retentionDays: 365,
  status: "open",
};

/** What settings name must be there: columns among the model's inputs, a plan that exists. @throws MegalithError "serving.settings_invalid". */
export function checkSettings(settings: ServiceSettings, columns: readonly { name: string; kind: string }[], planExists: boolean): void {
  const problems: Problem[] = [];
  const byName = new Map(columns.map((column) => [column.name, column]));
  const numeric = columns.filter(({ kind }) => kind === "numeric").map(({ name }) => name);
  settings.required.forEach((name, index) => {
    if (byName.has(name)) return;
    problems.push(unknownName(`/required/${index}`, "unknown", "modelNoColumn", name, [...byName.keys()], problems.length));
  });
  if (settings.valueColumn !== null && byName.get(settings.valueColumn)?.kind !== "numeric")
    problems.push(unknownName("/valueColumn", "unknown", "modelNoNumericColumn", settings.valueColumn, numeric, problems.length));
  if (settings.plan !== null && !planExists) problems.push(problem("/plan", "unknown", "planUnknown", { plan: settings.plan }));
  if (problems.length > 0) throw new MegalithError("serving.settings_invalid", { values: { count: problems.length }, problems });
}
