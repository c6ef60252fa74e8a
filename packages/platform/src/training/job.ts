/** The words of jobs. Ids are bare uuids. */
import type { Actor, ErrorValues, Problem, TrainingBody } from "@megalith/contract";

export type JobState = "queued" | "running" | "done" | "failed" | "cancelled";

export interface JobError {
  readonly code: string;
  readonly message: string;
  /** Absent from what release 0.1.0 kept. */
  readonly values?: ErrorValues;
  readonly problems?: readonly Problem[];
}

export interface Job {
  readonly id: string;
  readonly organisation: string;
  readonly kind: "training";
  readonly state: JobState;
  readonly progress: {
    readonly phase: string;
    readonly done: number;
    readonly total: number;
    readonly round?: number;
    readonly most?: number;
    readonly best?: number;
  };
  readonly model: string;
  readonly tableVersionId: string;
  readonly input: TrainingBody & { readonly version: number };
  readonly version: number | null;
  readonly error: JobError | null;
  readonly createdAt: Date;
  readonly createdBy: Actor;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
}

export interface JobRow {
  id: string;
  organisation: string;
  kind: "training";
  state: JobState;
  progress: Job["progress"];
  model: string;
  table_version_id: string;
  input: Job["input"];
  version_number: number | null;
  error: JobError | null;
  created_at: Date;
  created_by: Actor;
  started_at: Date | null;
  ended_at: Date | null;
}

export function toJob(row: JobRow): Job {
  return {
    id: row.id,
    organisation: row.organisation,
    kind: row.kind,
    state: row.state,
    progress: row.progress,
    model: row.model,
    tableVersionId: row.table_version_id,
    input: row.input,
    version: row.version_number,
    error: row.error,
    createdAt: row.created_at,
    createdBy: row.created_by,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  };
}

/** True when nothing will change any more. */
export function hasEnded(state: JobState): boolean {
  return state === "done" || state === "failed" || state === "cancelled";
}
