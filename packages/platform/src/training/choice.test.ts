import assert from "node:assert/strict";
import { test } from "node:test";
import { MegalithError } from "@megalith/contract";
import { checkColumns } from "./choice.ts";

test("names every chosen column that does not exist, and says so when there are more columns than it shows", () => {
  const columns = Array.from({ length: 13 }, (_, index) => ({ name: `c${index}` }));
  checkColumns(columns, { target: "c0", time: "c1", weight: "c2", ignore: ["c3"], keep: ["c4"] });
  assert.throws(
    () => checkColumns(columns, { target: "x", time: "c1", weight: "y", ignore: ["c3", "z"], keep: ["w"] }),
    (error: unknown) => {
      assert.ok(error instanceof MegalithError);
      assert.equal(error.code, "training.columns_unknown");
      assert.deepEqual(
        error.problems?.map(({ path, expected }) => [path, expected]),
        ["/target", "/weight", "/ignore/1", "/keep/0"].map((path) => [path, "one of c0, c1, c2, c3, c4, c5, c6, c7 and 5 more"]),
      );
      return true;
    },
  );
});
