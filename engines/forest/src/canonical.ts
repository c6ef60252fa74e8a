/**
 * JSON with sorted keys and no spaces: equal values give equal bytes.
 */
import { ForestError } from "./error.ts";

const deepest = 32;

/** @throws ForestError "forest.metadata_invalid" for what JSON cannot hold, naming its path. */
export function canonicalJson(value: unknown, path = "", depth = 0): string {
  if (depth > deepest) throw new ForestError("forest.metadata_invalid", [`${path} is nested deeper than ${deepest}`]);
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new ForestError("forest.metadata_invalid", [`${path} is ${value}; it must be finite`]);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item, index) => canonicalJson(item, `${path}/${index}`, depth + 1)).join(",")}]`;
  if (typeof value === "object") {
    const record = value as Record<string, unknown>;
    const members = Object.keys(record)
      .filter((key) => record[key] !== undefined)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(record[key], `${path}/${key}`, depth + 1)}`);
    return `{${members.join(",")}}`;
  }
  throw new ForestError("forest.metadata_invalid", [`${path} is a ${typeof value}; JSON cannot hold it`]);
}
