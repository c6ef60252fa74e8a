/**
 * Decisions as output tensors: prediction, probability, decision_id and, when asked, contributions.
 *
 * contributions: FP64[n][features + 1] in the model's order, the last column is the bias; null where the service's policy
 * shows no reason. contributions_other: FP64[n], what is not shown. Together they sum to the raw score; of several
 * classes it is the predicted one's.
 */
import { type DecideReply, type InferenceRequest, type InferenceTensorShape, MegalithError, type Problem } from "@megalith/contract";
import type { CompiledService } from "@megalith/platform/serving";

export interface Wanted {
  readonly names: readonly string[];
  readonly withReasons: boolean;
}

interface OutputShape {
  readonly name: string;
  readonly datatype: string;
  readonly shape: number[];
  readonly parameters?: Record<string, string>;
}

const reasonOutputs = ["contributions", "contributions_other"];

/** What the service can answer with, -1 for the batch. */
export function describeOutputs({ champion, service }: CompiledService): OutputShape[] {
  const { task } = champion.answerer.forest;
  const classes = { classes: JSON.stringify(champion.classes) };
  const outputs: OutputShape[] = [{ name: "prediction", datatype: task === "multiclass" ? "BYTES" : "FP64", shape: [-1] }];
  if (task === "binary") outputs.push({ name: "probability", datatype: "FP64", shape: [-1] });
  if (task === "multiclass")
    outputs.push({ name: "probability", datatype: "FP64", shape: [-1, champion.classes.length], parameters: classes });
  outputs.push({ name: "decision_id", datatype: "BYTES", shape: [-1] });
  if (service.settings.explanation.kind === "none") return outputs;
  const width = champion.encoder.columns.length + 1;
  return [
    ...outputs,
    { name: "contributions", datatype: "FP64", shape: [-1, width] },
    { name: "contributions_other", datatype: "FP64", shape: [-1] },
  ];
}

/** @throws MegalithError "request.invalid" for an output or parameter that this service cannot follow. */
export function readWanted(body: InferenceRequest, compiled: CompiledService): Wanted {
  const problems: Problem[] = [];
  const known = describeOutputs(compiled).map((output) => output.name);
  const canExplain = known.includes("contributions");
  const { explain, content_type: _contentType, ...others } = body.parameters ?? {};
  for (const name of Object.keys(others))
    problems.push({
      path: `/parameters/${name}`,
      code: "unknown",
      message: `The parameter ${name} cannot be followed.`,
      expected: "explain; tensors are JSON, not binary",
    });
  if (explain !== undefined && explain !== "shap")
    problems.push({ path: "/parameters/explain", code: "enum", message: "Only exact SHAP values are offered.", expected: '"shap"' });
  if (explain === "shap" && !canExplain)
    problems.push({ path: "/parameters/explain", code: "policy", message: "This service shows no reasons." });
  body.outputs?.forEach((output, index) => {
    if (!known.includes(output.name))
      problems.push({
        path: `/outputs/${index}/name`,
        code: "unknown",
        message: `There is no output ${output.name.slice(0, 100)}.`,
        expected: known.join(", "),
      });
    for (const [name, value] of Object.entries(output.parameters ?? {}))
      if (name !== "binary_data" || value !== false)
        problems.push({
          path: `/outputs/${index}/parameters/${name}`,
          code: "unknown",
          message: `The parameter ${name} cannot be followed.`,
          expected: "tensors as JSON, without binary data",
        });
  });
  if (problems.length > 0) throw new MegalithError("request.invalid", { values: { count: problems.length }, problems });
  const plain = known.filter((name) => !reasonOutputs.includes(name));
  const names = [...(body.outputs?.map((output) => output.name) ?? plain), ...(explain === "shap" ? reasonOutputs : [])];
  return { names: [...new Set(names)], withReasons: names.some((name) => reasonOutputs.includes(name)) };
}

export function writeOutputs(reply: DecideReply, names: readonly string[], compiled: CompiledService): InferenceTensorShape[] {
  const shapes = new Map(describeOutputs(compiled).map((output) => [output.name, output]));
  const count = reply.decisions.length;
  return names.map((name) => {
    const { datatype, shape, parameters } = shapes.get(name) ?? { datatype: "FP64", shape: [-1] };
    return {
      name,
      datatype,
      shape: [count, ...shape.slice(1)],
      ...(parameters === undefined ? {} : { parameters }),
      data: dataOf(name, reply, compiled),
    };
  });
}

function dataOf(name: string, { decisions }: DecideReply, { champion }: CompiledService): unknown[] {
  switch (name) {
    case "prediction":
      return decisions.map((decision) => decision.prediction);
    case "probability":
      if (champion.answerer.forest.task === "binary") return decisions.map((decision) => decision.probability);
      return decisions.flatMap((decision) => champion.classes.map((label) => decision.probabilities?.[label] ?? null));
    case "decision_id":
      return decisions.map((decision) => decision.id);
    case "contributions_other":
      return decisions.map((decision) => decision.other ?? null);
    default:
      return decisions.flatMap((decision) => {
        const shown = new Map(decision.reasons?.map((reason) => [reason.column, reason.contribution]));
        return [...champion.encoder.columns.map((column) => shown.get(column.name) ?? null), decision.base ?? null];
      });
  }
}
