/**
 * Gradient-boosted trees: train, score, explain, and keep as bytes. Pure: numbers in, numbers out.
 */
export { type BinnedFeature, type BinnedTable, binTable } from "./bins.ts";
export type { FeatureColumn, TrainingData } from "./data.ts";
export { decodeForest } from "./decode.ts";
export { encodeForest } from "./encode.ts";
export { ForestError, type ForestErrorCode } from "./error.ts";
export { createExplainer, type Explainer } from "./explain.ts";
export type { FeatureKind, Forest, ForestFeature, ForestImportances, ForestTask, ForestTrees } from "./forest.ts";
export { forestLimits } from "./forest.ts";
export { defaultTrainParameters, suggestParameters, type TrainParameters, validateParameters } from "./parameters.ts";
export { createScorer, type Scorer } from "./score.ts";
export { type StartThread, serveThread, type ThreadWork } from "./team.ts";
export { type RoundProgress, type TrainedForest, type TrainOptions, trainForest, trainingRounds } from "./train.ts";
