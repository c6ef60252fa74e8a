/**
 * The engine's one error class. Codes live in the `forest.` namespace of the product's catalogue;
 * `problems` lists everything that is wrong with an input at once.
 */
export type ForestErrorCode =
  | "forest.parameters_invalid"
  | "forest.data_invalid"
  | "forest.target_invalid"
  | "forest.target_one_class"
  | "forest.metadata_invalid"
  | "forest.model_corrupt"
  | "forest.model_version_unsupported";

export class ForestError extends Error {
  readonly code: ForestErrorCode;
  readonly problems: readonly string[];

  constructor(code: ForestErrorCode, problems: readonly string[]) {
    super(`${code}: ${problems.join("; ")}`);
    this.name = "ForestError";
    this.code = code;
    this.problems = problems;
  }
}
