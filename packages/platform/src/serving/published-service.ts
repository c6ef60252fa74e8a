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

/** What a publisher says of the price: a plan, or that the service is free. */
export interface PriceChange {
  readonly plan?: string | null | undefined;
  readonly free?: boolean | undefined;
}

/**
 * The plan after a change. A service becomes free because somebody said so, never because a plan was left out.
 * @param current the plan before; undefined for a new service. @param problems gets what is wrong with the change.
 */
export function planAfter({ plan, free }: PriceChange, current: string | null | undefined, problems: Problem[]): string | null {
  if (free === true) {
    if (typeof plan === "string") problems.push(problem("/free", "clash", "freeAndPlan", { plan }));
    return null;
  }
  if (typeof plan === "string") return plan;
  const after = plan === undefined ? (current ?? null) : null;
  const isSaid = after !== null || (current === null && free === undefined);
  if (!isSaid) problems.push(problem("/plan", "required", "planOrFree"));
  return after;
}

/**
 * What settings name must be there: columns among the model's inputs, a plan that exists.
 * @param problems those that were found before. @throws MegalithError "serving.settings_invalid" with all of them.
 */
export function checkSettings(
  settings: ServiceSettings,
  columns: readonly { name: string; kind: string }[],
  planExists: boolean,
  problems: Problem[] = [],
): void {
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
