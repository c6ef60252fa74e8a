/** Where in the wizard one is and what was chosen on the way: all of it in the address, so a reload, Back and a link find it. */
export const steps = ["file", "columns", "training", "service"] as const;
export type Step = (typeof steps)[number];

export interface Place {
  readonly table: string | null;
  readonly target: string;
  /** The class to find, of a target of two. */
  readonly positive: string | null;
  readonly ignored: readonly string[];
  readonly job: string | null;
  readonly model: string | null;
}

export function placeOf(search: URLSearchParams): Place {
  return {
    table: search.get("table"),
    target: search.get("target") ?? "",
    positive: search.get("positive"),
    ignored: search.getAll("ignore"),
    job: search.get("job"),
    model: search.get("model"),
  };
}

export function searchOf({ table, target, positive, ignored, job, model }: Place): URLSearchParams {
  const search = new URLSearchParams();
  const parts = { table, target: target === "" ? null : target, positive, job, model };
  for (const [name, value] of Object.entries(parts)) if (value !== null) search.set(name, value);
  for (const column of ignored) search.append("ignore", column);
  return search;
}

export function stepOf({ table, job, model }: Place): Step {
  if (table === null) return "file";
  if (model !== null) return "service";
  return job === null ? "columns" : "training";
}

/** The same place one or more steps earlier; undefined when the step is not behind. */
export function backTo(step: Step, place: Place): Place | undefined {
  if (steps.indexOf(step) >= steps.indexOf(stepOf(place))) return undefined;
  if (step === "file") return { table: null, target: "", positive: null, ignored: [], job: null, model: null };
  if (step === "columns") return { ...place, job: null, model: null };
  // A service step that was opened without its training has none to go back to.
  return place.job === null ? undefined : { ...place, model: null };
}
