/** The front door of training. */
export type { TrainingChoice } from "./choice.ts";
export type { Evaluation, Scheme } from "./evaluation.ts";
export type { TargetInspection } from "./inspection.ts";
export type { Job, JobState } from "./job.ts";
export { TrainingJobs } from "./jobs.ts";
export type { Leak } from "./leak-guard.ts";
export { createRecordEncoder, type RecordEncoder } from "./record-encoder.ts";
export type { Target } from "./task.ts";
export type { TrainingProgress } from "./tracker.ts";
export { recode, type TrainedModel, type TrainingOptions, trainModel } from "./train-model.ts";
export { TrainingWorker, type TrainingWorkerOptions } from "./worker.ts";
