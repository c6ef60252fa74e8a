/**
 * Between tensors of the Open Inference Protocol and records by column name.
 *
 * Each input is one column, shape [n] or [n, 1]. A wrong type is an error, null is a missing value, an integer that a
 * double cannot hold is refused rather than rounded. FP16 has no JSON form. Every problem is told at once with its path.
 */
import { type InferenceRequest, type InferenceTensorShape, MegalithError, type Problem, unknownName } from "@megalith/contract";

type Cell = string | number | boolean | null;
export type Records = Record<string, Cell>[];

interface Column {
  readonly name: string;
  readonly kind: string;
}

interface Element {
  readonly kinds: readonly string[];
  readonly expected: string;
  /** undefined: not of this type. */
  readonly read: (value: unknown) => Cell | undefined;
}

export const rowLimit = 1000;
const problemLimit = 100;

const elements = new Map<string, Element>([
  ["BOOL", { kinds: ["boolean"], expected: "true, false or null", read: (value) => (typeof value === "boolean" ? value : undefined) }],
  ["BYTES", { kinds: ["category", "date"], expected: "text or null", read: (value) => (typeof value === "string" ? value : undefined) }],
  ["FP64", { kinds: ["numeric"], expected: "a number or null", read: readNumber }],
  ["FP32", { kinds: ["numeric"], expected: "a number that a float holds, or null", read: readFloat }],
  ...[8, 16, 32, 64].flatMap((bits): [string, Element][] => [
    [`INT${bits}`, integer(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)],
    [`UINT${bits}`, integer(0, 2 ** bits - 1)],
  ]),
]);

function readNumber(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function readFloat(value: unknown): number | undefined {
  const number = readNumber(value);
  const single = number === undefined ? Number.NaN : Math.fround(number);
  return Number.isFinite(single) ? single : undefined;
}

function integer(low: number, high: number): Element {
  const least = Math.max(low, Number.MIN_SAFE_INTEGER);
  const most = Math.min(high, Number.MAX_SAFE_INTEGER);
  const read = (value: unknown): number | undefined =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most ? (value as number) : undefined;
  return { kinds: ["numeric"], expected: `a whole number from ${least} to ${most}, or null`, read };
}

/** The datatype that a column of this kind is described with. */
export function datatypeOf(kind: string): "BOOL" | "BYTES" | "FP64" {
  if (kind === "boolean") return "BOOL";
  return kind === "numeric" ? "FP64" : "BYTES";
}

/** @returns records in batch order. @throws MegalithError "request.invalid" with every problem. */
export function readRecords(body: InferenceRequest, columns: readonly Column[]): Records {
  const problems: Problem[] = [];
  const count = rowCountOf(body.inputs, problems);
  const records: Records = Array.from({ length: problems.length > 0 ? 0 : count }, () => Object.create(null));
  const kinds = new Map(columns.map((column) => [column.name, column.kind]));
  const names = [...kinds.keys()];
  const seen = new Set<string>();
  body.inputs.forEach((input, index) => {
    const path = `/inputs/${index}`;
    const kind = kinds.get(input.name);
    if (kind === undefined) problems.push(unknownName(`${path}/name`, "unknown", "modelNoColumn", input.name, names, problems.length));
    else if (seen.has(input.name))
      problems.push({ path: `${path}/name`, code: "repeated", message: `The column ${input.name} is given twice.` });
    else readColumn(input, kind, path, records, problems);
    seen.add(input.name);
  });
  if (problems.length > 0)
    throw new MegalithError("request.invalid", { values: { count: problems.length }, problems: problems.slice(0, problemLimit) });
  return records;
}

function rowCountOf(inputs: readonly InferenceTensorShape[], problems: Problem[]): number {
  if (inputs.length === 0) {
    problems.push({ path: "/inputs", code: "empty", message: "There is no input.", expected: "one input per column" });
    return 0;
  }
  const count = inputs[0]?.shape[0] ?? 0;
  if (count < 1 || count > rowLimit)
    problems.push({ path: "/inputs/0/shape", code: "rows", message: `The batch has ${count} rows.`, expected: `1 to ${rowLimit}` });
  inputs.forEach(({ shape }, index) => {
    const right = shape[0] === count && (shape.length === 1 || (shape.length === 2 && shape[1] === 1));
    if (!right)
      problems.push({
        path: `/inputs/${index}/shape`,
        code: "shape",
        message: `The shape is [${shape}].`,
        expected: `[${count}] or [${count}, 1], as the first input`,
      });
  });
  return count;
}

function readColumn(input: InferenceTensorShape, kind: string, path: string, records: Records, problems: Problem[]): void {
  for (const name of Object.keys(input.parameters ?? {})) {
    if (name === "content_type") continue;
    problems.push({
      path: `${path}/parameters/${name}`,
      code: "unknown",
      message: `The parameter ${name} cannot be followed.`,
      expected: "tensors as JSON, without binary data",
    });
  }
  const element = elements.get(input.datatype);
  if (element === undefined || !element.kinds.includes(kind)) {
    problems.push({
      path: `${path}/datatype`,
      code: "datatype",
      message: `The column ${input.name} is ${kind}; ${input.datatype} cannot carry it.`,
      expected: datatypesFor(kind),
    });
    return;
  }
  const data = input.data.length > 0 && input.data.every(Array.isArray) ? input.data.flat(1) : input.data;
  const count = input.shape[0] ?? 0;
  if (data.length !== count)
    problems.push({
      path: `${path}/data`,
      code: "length",
      message: `There are ${data.length} elements for ${count} rows.`,
      expected: `${count}`,
    });
  data.forEach((value, index) => {
    const cell = value === null ? null : element.read(value);
    if (cell === undefined)
      problems.push({
        path: `${path}/data/${index}`,
        code: "type",
        message: `The element is no ${input.datatype}.`,
        expected: element.expected,
      });
    const record = records[index];
    if (record !== undefined && cell !== undefined) record[input.name] = cell;
  });
}

function datatypesFor(kind: string): string {
  return [...elements]
    .filter(([, element]) => element.kinds.includes(kind))
    .map(([name]) => name)
    .join(", ");
}

/** Problems of records told by where the caller wrote the value: `/records/3/age` becomes `/inputs/0/data/3`. */
export function placeInTensors(error: unknown, body: InferenceRequest): unknown {
  if (!(error instanceof MegalithError) || error.code !== "serving.record_invalid") return error;
  const problems = error.problems.map((problem) => {
    const [, row, name] = /^\/records\/(\d+)(?:\/(.*))?$/.exec(problem.path) ?? [];
    const column = name?.replaceAll("~1", "/").replaceAll("~0", "~");
    // What is said of a whole record is said of its first part.
    const index = row !== undefined && name === undefined ? 0 : body.inputs.findIndex((input) => input.name === column);
    return index < 0 ? problem : { ...problem, path: `/inputs/${index}/data/${row}` };
  });
  return new MegalithError(error.code, { values: error.values, problems, cause: error });
}
