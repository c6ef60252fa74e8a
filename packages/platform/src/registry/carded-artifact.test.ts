/** A card travels with its artifact, and only with its own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MegalithError } from "@megalith/contract";
import { defaultTrainParameters, encodeForest, trainForest } from "@megalith/forest";
import { cardOfArtifact } from "./artifact-card.ts";
import { joinCard, splitCard } from "./carded-artifact.ts";
import type { Card } from "./model.ts";

function artifactOf(name: string): Uint8Array {
  const values = Float64Array.from({ length: 60 }, (_, row) => row % 7);
  const target = Float64Array.from(values, (value) => Number(value > 3));
  const columns = [{ name, kind: "numeric" as const, values }];
  return encodeForest(trainForest("binary", { columns, target }, { ...defaultTrainParameters, rounds: 2, minRows: 2 }).forest);
}

const artifact = artifactOf("age");
const card: Card = {
  task: "binary",
  columns: [{ name: "age", kind: "numeric" }],
  metrics: { auc: { value: 0.9, low: 0.8, high: 0.95 } },
  rows: 60,
};

function refused(body: Uint8Array, reason: RegExp): void {
  assert.throws(
    () => splitCard(body),
    (error: unknown) => error instanceof MegalithError && error.code === "registry.artifact_invalid" && reason.test(error.message),
  );
}

test("a card comes out beside its artifact as it went in, and fields that no card has are left behind", () => {
  const split = splitCard(joinCard({ ...card, secret: "x" }, artifact));
  assert.deepEqual(Buffer.from(split.artifact), Buffer.from(artifact));
  assert.deepEqual(split.card.metrics, card.metrics);
  assert.equal(split.card.rows, 60);
  assert.equal(split.card.secret, undefined);
  assert.deepEqual(splitCard(artifact).card, cardOfArtifact(artifact), "a plain artifact tells for itself");
});

test("a card of another model, or one that lies about its shape, is refused with the reason", () => {
  refused(joinCard({ ...card, task: "regression" }, artifact), /task/);
  refused(joinCard(card, artifactOf("income")), /other columns/);
  refused(joinCard({ ...card, target: "another" }, artifact), /another target/);
  refused(joinCard({ ...card, positive: "the other class" }, artifact), /another positive/);
  refused(joinCard({ ...card, classes: ["x", "y", "z"] }, artifact), /another classes/);
  const boasting = splitCard(joinCard({ ...card, importances: [{ column: "invented", share: 1, splits: 9 }] }, artifact));
  assert.deepEqual(boasting.card.importances, cardOfArtifact(artifact).importances, "importances are the artifact's");
  refused(joinCard({ ...card, metrics: { auc: { value: "high" } } } as unknown as Card, artifact), /metric auc/);
  refused(joinCard({ ...card, metrics: undefined } as unknown as Card, artifact), /no metrics/);
  refused(joinCard({ ...card, target: "a\0b" }, artifact), /printable/);
  const deep = Buffer.from(`{"task":"binary","leaks":${"[".repeat(100_000)}${"]".repeat(100_000)}}`);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(deep.length);
  refused(Buffer.concat([Buffer.from("mglcard1"), length, deep, artifact]), /levels deep/);
  refused(joinCard(card, artifact).subarray(0, 30), /cut off/);
  refused(Buffer.concat([Buffer.from("mglcard1"), Buffer.from([0xff, 0xff, 0xff, 0xff]), artifact]), /cut off or too long/);
  refused(Buffer.concat([Buffer.from("mglcard1"), Buffer.from([0, 0, 0, 2]), Buffer.from("[]"), artifact]), /JSON object/);
});
