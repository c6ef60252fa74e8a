/** The front door of training. */
export { type Evaluation, planEvaluation, type Scheme } from "./evaluation.ts";
export { findLeaks, type Leak, leakLimits } from "./leak-guard.ts";
export { createRecordEncoder, type RecordEncoder } from "./record-encoder.ts";
export { nameOf, readTarget, type Target } from "./task.ts";
export { recode, type TrainedModel, type TrainingChoice, type TrainingOptions, type TrainingProgress, trainModel } from "./train-model.ts";
