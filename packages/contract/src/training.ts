/** Jobs: work that outlives a request, with progress; training is one. */
import { type Static, Type } from "typebox";
import { defineRoute } from "./route.ts";
import { Actor, Id, List, ListQuery, Name, ProblemShape, Time, VersionNumber } from "./shapes.ts";

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);
const Column = Type.String({ minLength: 1, maxLength: 200 });

export const TrainingBody = Type.Object({
  table: Name,
  version: Type.Optional(VersionNumber),
  target: Column,
  task: Type.Optional(Type.Union([Type.Literal("binary"), Type.Literal("multiclass"), Type.Literal("regression")])),
  positive: Type.Optional(Type.String({ maxLength: 200 })),
  time: Type.Optional(Column),
  weight: Type.Optional(Column),
  ignore: Type.Optional(Type.Array(Column, { maxItems: 5000 })),
  keep: Type.Optional(Type.Array(Column, { maxItems: 5000 })),
  folds: Type.Optional(Type.Integer({ minimum: 1, maximum: 20 })),
  seed: Type.Optional(Type.Integer({ minimum: 0, maximum: 4_294_967_295 })),
  parameters: Type.Optional(
    Type.Partial(
      Type.Object({
        rounds: Type.Integer({
          minimum: 1,
          maximum: 10_000,
          description: "Exactly so many boosting rounds, or with earlyStoppingRounds at most; chosen by held-out rows when absent.",
        }),
        earlyStoppingRounds: Type.Integer({
          minimum: 0,
          maximum: 10_000,
          description: "Stop after so many rounds without a lower held-out loss; 0 grows all rounds.",
        }),
        leaves: Type.Integer({ minimum: 2, maximum: 4096 }),
        rate: Type.Number({ exclusiveMinimum: 0, maximum: 1 }),
        minRows: Type.Integer({ minimum: 1, maximum: 1_000_000_000 }),
        bins: Type.Integer({ minimum: 2, maximum: 255 }),
        l2: Type.Number({ minimum: 0 }),
      }),
    ),
  ),
});
export type TrainingBody = Static<typeof TrainingBody>;

export const JobShape = Type.Object({
  id: Id("job"),
  kind: Type.Literal("training"),
  state: Type.Union([
    Type.Literal("queued"),
    Type.Literal("running"),
    Type.Literal("done"),
    Type.Literal("failed"),
    Type.Literal("cancelled"),
  ]),
  progress: Type.Object({
    phase: Type.String(),
    done: Type.Integer({ description: "Rounds done, over all forests." }),
    total: Type.Integer({ description: "Rounds to do if no held-out loss falls any more." }),
    round: Type.Optional(Type.Integer({ description: "Of the forests under way." })),
    most: Type.Optional(Type.Integer({ description: "Rounds that they grow at most." })),
    best: Type.Optional(Type.Integer({ description: "Rounds of the lowest held-out loss so far." })),
  }),
  model: Name,
  input: Type.Record(Type.String(), Type.Unknown()),
  /** Of a job that is done: the version it made. */
  version: Nullable(Type.Integer()),
  error: Nullable(Type.Object({ code: Type.String(), message: Type.String(), problems: Type.Optional(Type.Array(ProblemShape)) })),
  createdAt: Time,
  createdBy: Actor,
  startedAt: Nullable(Time),
  endedAt: Nullable(Time),
});
export type JobShape = Static<typeof JobShape>;

/** What a training would learn, before it is started. */
export const TargetInspectionShape = Type.Object({
  task: Type.Union([Type.Literal("binary"), Type.Literal("multiclass"), Type.Literal("regression")]),
  positive: Nullable(Type.String()),
  classes: Type.Array(Type.Object({ name: Type.String(), rows: Type.Integer() })),
  rows: Type.Integer({ description: "Rows looked at, 10,000 at most." }),
  rowsWithoutTarget: Type.Integer(),
  leaks: Type.Array(
    Type.Object({
      column: Type.String(),
      verdict: Type.Union([Type.Literal("left_out"), Type.Literal("kept")]),
      reason: Type.String(),
      evidence: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
      words: Type.String({ description: "Reason and evidence in words, in the language asked for." }),
    }),
  ),
});
export type TargetInspectionShape = Static<typeof TargetInspectionShape>;

const JobParams = Type.Object({ job: Id("job") });

export const trainingRoutes = {
  startTraining: defineRoute({
    method: "POST",
    path: "/api/v1/models/{model}/trainings",
    summary: "Trains a model on a table; the reply is a job, its result a new version.",
    description:
      "What is left out is inferred: the task from the target, the rounds by held-out rows. Suspects of the leak guard are left out unless `keep` names them. Follow the job at `/api/v1/jobs/{job}/events`.",
    tag: "training",
    access: { kind: "provider", role: "engineer" },
    params: Type.Object({ model: Name }),
    body: TrainingBody,
    status: 202,
    response: JobShape,
    errors: [
      "tables.not_found",
      "tables.version_not_found",
      "training.columns_unknown",
      "training.parameters_invalid",
      "training.target_invalid",
      "training.weight_invalid",
    ],
  }),
  inspectTarget: defineRoute({
    method: "POST",
    path: "/api/v1/training-inspections",
    summary: "Tells what a training would learn and which columns the leak guard suspects; nothing is trained or kept.",
    description: "Looks at 10,000 rows at most; a training looks at all and may find more.",
    tag: "training",
    access: { kind: "provider", role: "analyst" },
    body: TrainingBody,
    response: TargetInspectionShape,
    errors: [
      "tables.not_found",
      "tables.version_not_found",
      "training.columns_unknown",
      "training.parameters_invalid",
      "training.target_invalid",
      "training.weight_invalid",
      "training.no_columns",
    ],
  }),
  listJobs: defineRoute({
    method: "GET",
    path: "/api/v1/jobs",
    summary: "Jobs, newest first.",
    description: "Of every state. `input` is what was asked for, `version` what came of it.",
    tag: "training",
    access: { kind: "provider", role: "viewer" },
    query: ListQuery,
    response: List(JobShape),
  }),
  readJob: defineRoute({
    method: "GET",
    path: "/api/v1/jobs/{job}",
    summary: "One job.",
    description: "A failed job says why by code, message and problems, as a refused request would.",
    tag: "training",
    access: { kind: "provider", role: "viewer" },
    params: JobParams,
    response: JobShape,
  }),
  cancelJob: defineRoute({
    method: "POST",
    path: "/api/v1/jobs/{job}/cancel",
    summary: "Cancels a job that has not ended.",
    description: "A job that runs stops within seconds and leaves nothing behind.",
    tag: "training",
    access: { kind: "provider", role: "engineer" },
    params: JobParams,
    response: JobShape,
    errors: ["training.job_ended"],
  }),
  jobEvents: defineRoute({
    method: "GET",
    path: "/api/v1/jobs/{job}/events",
    summary: "A job's progress as server-sent events; ends with the job.",
    description: "One event `job` for each change; its data is the job as JSON. Ask with `Accept: text/event-stream`.",
    tag: "training",
    access: { kind: "provider", role: "viewer" },
    params: JobParams,
    responseType: "text/event-stream",
  }),
} as const;
