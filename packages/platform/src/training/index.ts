/** The front door of training. */
export type { TrainingChoice } from "./choice.ts";
export { type Evaluation, planEvaluation, type Scheme } from "./evaluation.ts";
export type { TargetInspection } from "./inspection.ts";
export { hasEnded, type Job, type JobState } from "./job.ts";
export { TrainingJobs } from "./jobs.ts";
export { findLeaks, type Leak } from "./leak-guard.ts";
export { createRecordEncoder, type RecordEncoder } from "./record-encoder.ts";
export { nameOf, readTarget, type Target } from "./task.ts";
export { recode, type TrainedModel, type TrainingOptions, type TrainingProgress, trainModel } from "./train-model.ts";
export { TrainingWorker, type TrainingWorkerOptions } from "./worker.ts";
