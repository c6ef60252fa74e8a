import type { ModelShape, VersionDetailShape, VersionShape } from "../registry.ts";
import type { JobShape, TargetInspectionShape, TrainingBody } from "../training.ts";
import { ids, owner, sha256, times } from "./story.ts";

const training: TrainingBody = { table: "loans", target: "outcome", positive: "bad", time: "granted_on", ignore: ["comment"], folds: 5 };
const job: JobShape = {
  id: ids.job,
  kind: "training",
  state: "running",
  progress: { phase: "evaluation", done: 120, total: 600 },
  model: "credit-risk",
  input: training,
  version: null,
  error: null,
  createdAt: times.made,
  createdBy: owner,
  startedAt: times.made,
  endedAt: null,
};
const done: JobShape = {
  ...job,
  state: "done",
  progress: { phase: "training", done: 600, total: 600 },
  version: 2,
  endedAt: "2026-05-04T08:30:41.000Z",
};
const leak: TargetInspectionShape["leaks"][number] = {
  column: "recoveries",
  verdict: "left_out",
  reason: "after_by_name",
  evidence: { auc: 0.942, name: "payments_received" },
  words: "Its name and its values say that it is written afterwards: AUC alone 0.942; its name speaks of payments received",
};
const version: VersionShape = {
  id: ids.version,
  model: "credit-risk",
  number: 2,
  sha256,
  sizeBytes: 100_600,
  task: "binary",
  metrics: { auc: { value: 0.797, low: 0.766, high: 0.826 } },
  createdAt: times.made,
  createdBy: { kind: "job", id: ids.job, name: "training of credit-risk" },
  champion: true,
};
const detail: VersionDetailShape = {
  ...version,
  card: {
    table: { name: "loans", version: 1, rows: 1000 },
    target: "outcome",
    positive: "bad",
    rows: 1000,
    seed: 1,
    trees: 120,
    columns: [{ name: "duration", kind: "numeric" }],
    leaks: [leak],
    importances: [{ column: "duration", share: 0.31, splits: 163 }],
  },
};
const model: ModelShape = {
  id: ids.model,
  name: "credit-risk",
  createdAt: times.made,
  createdBy: owner,
  versionCount: 2,
  champion: version,
};

export const modelsExamples = {
  startTraining: { request: training, reply: { ...job, state: "queued", startedAt: null } },
  inspectTarget: {
    request: training,
    reply: {
      task: "binary",
      positive: "bad",
      classes: [
        { name: "good", rows: 700 },
        { name: "bad", rows: 300 },
      ],
      rows: 1000,
      rowsWithoutTarget: 0,
      leaks: [leak],
    },
  },
  listJobs: { reply: { items: [done], next: null } },
  readJob: { reply: job },
  cancelJob: { reply: { ...job, state: "cancelled", endedAt: times.asked } },
  jobEvents: { reply: `event: job\ndata: ${JSON.stringify(done)}\n\n` },
  listModels: { reply: { items: [model], next: null } },
  readModel: { reply: model },
  listModelVersions: { reply: { items: [version], next: null } },
  addModelVersion: { reply: { ...detail, created: true } },
  readModelVersion: { reply: detail },
  readArtifact: {},
  promoteVersion: { request: { number: 2, note: "better on the newest quarter" }, reply: model },
  rollBackChampion: { request: { note: "too strict on young firms" }, reply: model },
  listChampions: {
    reply: { items: [{ number: 2, sha256, from: times.made, actor: owner, note: "better on the newest quarter" }], next: null },
  },
} as const;
