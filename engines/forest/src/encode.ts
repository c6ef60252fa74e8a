/**
 * Writes a forest as bytes; see format.ts for the layout. Equal forests give equal bytes.
 */
import { canonicalJson } from "./canonical.ts";
import { type Forest, treeCountOf } from "./forest.ts";
import { checksumOf, elementBytes, formatVersion, magic, paddedTo8, prefixBytes, sections } from "./format.ts";

/** @throws ForestError "forest.metadata_invalid" when the metadata is not JSON. */
export function encodeForest(forest: Forest): Uint8Array {
  const { trees, importances, base } = forest;
  const counts = {
    trees: treeCountOf(forest),
    nodes: trees.feature.length,
    leaves: trees.leafValue.length,
    words: trees.categoryBits.length,
    features: forest.features.length,
    outputs: forest.outputs,
  };
  const { task, classCount, features, metadata } = forest;
  const json = new TextEncoder().encode(canonicalJson({ task, classCount, features, metadata, counts }));
  const headerBytes = paddedTo8(json.length);
  const arrays: Record<string, ArrayLike<number>> = { ...trees, ...importances, base };
  const total = sections.reduce(
    (sum, section) => sum + paddedTo8(section.count(counts) * elementBytes[section.type]),
    prefixBytes + headerBytes,
  );
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  bytes.set(magic);
  view.setUint32(4, formatVersion, true);
  view.setUint32(8, headerBytes, true);
  bytes.set(json, prefixBytes);
  bytes.fill(0x20, prefixBytes + json.length, prefixBytes + headerBytes);
  let at = prefixBytes + headerBytes;
  for (const { name, type } of sections) {
    const values = arrays[name] as ArrayLike<number>;
    for (let index = 0; index < values.length; index++) {
      const value = values[index] as number;
      const offset = at + index * elementBytes[type];
      if (type === "f64") view.setFloat64(offset, value, true);
      else if (type === "u8") view.setUint8(offset, value);
      else if (type === "i32") view.setInt32(offset, value, true);
      else view.setUint32(offset, value, true);
    }
    at += paddedTo8(values.length * elementBytes[type]);
  }
  view.setUint32(12, checksumOf(bytes), true);
  return bytes;
}
