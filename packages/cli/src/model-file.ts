/** A model on disk: the artifact, and its card beside it as `<artifact>.card.json`. Each is written whole or not at all. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { MegalithError } from "@megalith/contract";
import { decodeForest, type Forest, ForestError } from "@megalith/forest";
import { type Card, cardOfArtifact } from "@megalith/platform/registry";
import { writeWhole } from "./output-file.ts";

export interface ModelFile {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly forest: Forest;
  readonly card: Card;
}

export async function writeModelFile(path: string, artifact: Uint8Array, card: Card): Promise<string> {
  const sha256 = digest(artifact);
  await writeWhole(`${path}.card.json`, `${JSON.stringify({ sha256, ...card }, null, 2)}\n`);
  await writeWhole(path, artifact);
  return sha256;
}

/** @throws MegalithError "forest.model_corrupt" or "forest.model_version_unsupported". */
export async function readModelFile(path: string): Promise<ModelFile> {
  const bytes = new Uint8Array(await readFile(path));
  const sha256 = digest(bytes);
  try {
    return { bytes, sha256, forest: decodeForest(bytes), card: (await readCard(path, sha256)) ?? cardOfArtifact(bytes) };
  } catch (cause) {
    if (cause instanceof ForestError) throw new MegalithError(cause.code, { values: { reason: cause.problems.join("; ") }, cause });
    throw cause;
  }
}

/** The card beside the model, when it is this model's own. */
async function readCard(path: string, sha256: string): Promise<Card | undefined> {
  try {
    const { sha256: own, ...card } = JSON.parse(await readFile(`${path}.card.json`, "utf8")) as Card;
    return own === sha256 ? card : undefined;
  } catch {
    return undefined;
  }
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
