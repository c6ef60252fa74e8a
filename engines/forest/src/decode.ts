/**
 * Reads a forest from bytes that may be hostile: every length, index, depth and number is checked before it is used,
 * and nothing is allocated that the given bytes do not already fill.
 */
import { canonicalJson } from "./canonical.ts";
import { ForestError } from "./error.ts";
import { type FeatureKind, type Forest, type ForestFeature, type ForestTask, type ForestTrees, forestLimits } from "./forest.ts";
import {
  type ArrayCounts,
  checksumOf,
  type ElementType,
  elementBytes,
  formatVersion,
  magic,
  paddedTo8,
  prefixBytes,
  sections,
} from "./format.ts";
import { checkTrees } from "./structure.ts";

interface Header {
  readonly task: ForestTask;
  readonly classCount: number;
  readonly outputs: number;
  readonly features: readonly ForestFeature[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly counts: ArrayCounts;
}

/**
 * @throws ForestError "forest.model_corrupt" or "forest.model_version_unsupported"; never anything else.
 * Cost: O(bytes).
 */
export function decodeForest(bytes: Uint8Array): Forest {
  if (bytes.length < prefixBytes) corrupt("the file is shorter than its prefix");
  if (magic.some((byte, index) => bytes[index] !== byte)) corrupt("the file does not begin with MGLF");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(4, true);
  if (version !== formatVersion)
    throw new ForestError("forest.model_version_unsupported", [`format ${version}; this engine reads ${formatVersion}`]);
  const headerBytes = view.getUint32(8, true);
  if (headerBytes % 8 !== 0 || headerBytes > bytes.length - prefixBytes) corrupt("the header is longer than the file");
  if (view.getUint32(12, true) !== checksumOf(bytes)) corrupt("the checksum does not match");
  const header = readHeader(bytes.subarray(prefixBytes, prefixBytes + headerBytes));
  const arrays = readArrays(view, prefixBytes + headerBytes, header.counts);
  const trees = arrays as unknown as ForestTrees;
  const base = arrays.base as Float64Array;
  const importances = { gain: arrays.gain as Float64Array, splits: arrays.splits as Float64Array };
  if (!base.every(Number.isFinite)) corrupt("a base value is not finite");
  if (!importances.gain.every((value) => value >= 0 && value < Number.POSITIVE_INFINITY)) corrupt("an importance is not a finite number");
  if (!importances.splits.every((value) => Number.isInteger(value) && value >= 0)) corrupt("a split count is not a whole number");
  const problem = checkTrees(trees, header.features, base);
  if (problem !== undefined) corrupt(problem);
  const { task, classCount, outputs, features, metadata } = header;
  const { nodeOffset, leafOffset, feature, threshold, left, right, defaultLeft, categoryOffset, categoryBits, leafValue, leafCover } =
    trees;
  return {
    task,
    features,
    classCount,
    outputs,
    base,
    trees: { nodeOffset, leafOffset, feature, threshold, left, right, defaultLeft, categoryOffset, categoryBits, leafValue, leafCover },
    importances,
    metadata,
  };
}

function corrupt(problem: string): never {
  throw new ForestError("forest.model_corrupt", [problem]);
}

function readHeader(bytes: Uint8Array): Header {
  let value: unknown;
  let text = "";
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
    if (canonicalJson(value) !== text.trimEnd()) corrupt("the header is not canonical");
  } catch {
    corrupt("the header is not canonical JSON");
  }
  if (!isRecord(value) || !isRecord(value.counts) || !isRecord(value.metadata) || !Array.isArray(value.features))
    return corrupt("the header is incomplete");
  const { task, classCount, counts, metadata } = value;
  if (task !== "binary" && task !== "multiclass" && task !== "regression") return corrupt("the task is unknown");
  const least = task === "multiclass" ? 2 : task === "binary" ? 2 : 0;
  const most = task === "multiclass" ? forestLimits.classes : least;
  if (!isCount(classCount, most) || classCount < least) return corrupt("the number of classes is wrong");
  const outputs = task === "multiclass" ? classCount : 1;
  const features = readFeatures(value.features);
  return { task, classCount, outputs, features, metadata, counts: readCounts(counts, features.length, outputs) };
}

function readCounts(counts: Record<string, unknown>, featureCount: number, outputs: number): ArrayCounts {
  const { trees, nodes, leaves, words } = counts;
  const most = 2 ** 31 - 2;
  if (!isCount(trees, forestLimits.trees) || !isCount(nodes, most) || !isCount(leaves, most) || !isCount(words, most))
    return corrupt("a count is out of range");
  if (counts.features !== featureCount || counts.outputs !== outputs || trees % outputs !== 0)
    return corrupt("the counts contradict each other");
  if (leaves !== nodes + trees) return corrupt("the number of leaves does not follow from the nodes");
  return { trees, nodes, leaves, words, features: featureCount, outputs };
}

function readFeatures(list: readonly unknown[]): ForestFeature[] {
  if (list.length < 1 || list.length > forestLimits.features) corrupt("the number of features is out of range");
  const features = list.map(readFeature);
  if (new Set(features.map((feature) => feature.name)).size !== features.length) corrupt("two features have one name");
  return features;
}

function readFeature(item: unknown): ForestFeature {
  if (!isRecord(item) || typeof item.name !== "string") return corrupt("a feature has no name");
  const { name, kind, categories } = item;
  if (kind === "category") {
    if (!Array.isArray(categories) || categories.length > forestLimits.categories)
      return corrupt("a category feature has no list of categories");
    if (!categories.every((text): text is string => typeof text === "string")) return corrupt("a category is not a text");
    return { name, kind, categories };
  }
  if ((kind !== "numeric" && kind !== "boolean" && kind !== "date") || categories !== undefined)
    return corrupt("a feature has an unknown kind");
  return { name, kind: kind satisfies FeatureKind };
}

function readArrays(view: DataView, start: number, counts: ArrayCounts): Record<string, ArrayLike<number>> {
  const total = sections.reduce((sum, section) => sum + paddedTo8(section.count(counts) * elementBytes[section.type]), start);
  if (total !== view.byteLength) corrupt("the file has not the length that its header tells");
  const arrays: Record<string, ArrayLike<number>> = {};
  let at = start;
  for (const section of sections) {
    const count = section.count(counts);
    const end = at + paddedTo8(count * elementBytes[section.type]);
    arrays[section.name] = readArray(view, section.type, at, count);
    for (let pad = at + count * elementBytes[section.type]; pad < end; pad++)
      if (view.getUint8(pad) !== 0) corrupt("the padding is not empty");
    at = end;
  }
  return arrays;
}

/** As the artifact's numbers are. */
const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
const arrays = { f64: Float64Array, i32: Int32Array, u32: Uint32Array, u8: Uint8Array } as const;

function readArray(view: DataView, type: ElementType, at: number, count: number): ArrayLike<number> {
  if (isLittleEndian) {
    const start = view.byteOffset + at;
    return new arrays[type](view.buffer.slice(start, start + count * elementBytes[type]) as ArrayBuffer);
  }
  if (type === "f64") {
    const values = new Float64Array(count);
    for (let index = 0; index < count; index++) values[index] = view.getFloat64(at + index * 8, true);
    return values;
  }
  if (type === "u8") return Uint8Array.from({ length: count }, (_, index) => view.getUint8(at + index));
  const values = type === "i32" ? new Int32Array(count) : new Uint32Array(count);
  for (let index = 0; index < count; index++) values[index] = view.getInt32(at + index * 4, true);
  return values;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown, most: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most;
}
