import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { buildKernel, kernelNames, kernelPath } from "./build-kernels.ts";

for (const name of kernelNames())
  test(`the committed ${name} kernel is what its sources give`, async () => {
    assert.equal(readFileSync(kernelPath(name), "utf8"), await buildKernel(name), "run: node engines/forest/build-kernels.ts");
  });
