/** Files that were damaged on their way, or made to harm: a coded refusal or a whole table, and nothing left behind. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { MegalithError } from "@megalith/contract";
import { runCount, seed } from "../../../../test/counts.ts";
import { text } from "./duckdb.ts";
import { importBytes, scratchFolder } from "./import.fixture.ts";
import { profileTable } from "./profile.ts";
import { removeWorkspace } from "./staging.ts";

const csv = `id,name,amount,day\n${Array.from({ length: 40 }, (_, row) => `${row},"n ${row % 7}, x",${row * 1.5},2024-01-${10 + (row % 9)}`).join("\n")}\n`;

async function wholeFiles(t: TestContext): Promise<Buffer[]> {
  const folder = await scratchFolder(t);
  const connection = await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect();
  const rows = `select i, i * 1.5 as d, 'name ' || (i % 5) as s, date '2020-01-01' + i::int as day, i % 2 = 0 as b from range(100) t(i)`;
  const files = ["snappy", "zstd", "uncompressed"].map(async (compression) => {
    const path = join(folder, `${compression}.parquet`);
    await connection.run(`copy (${rows}) to ${text(path)} (format parquet, compression ${compression})`);
    return readFile(path);
  });
  return [...(await Promise.all(files)), Buffer.from(csv), Buffer.from(`\ufeff${csv}`, "utf16le"), gzipSync(csv)];
}

/** Bytes changed, taken out, doubled or cut off; most of what Parquet believes stands in its last bytes, so there most often. */
function damage(whole: Buffer, random: () => number): Buffer {
  let bytes = Buffer.from(whole);
  const below = (count: number): number => Math.floor(random() * count);
  for (let times = 1 + below(3); times > 0; times--) {
    const at = random() < 0.6 ? Math.max(0, bytes.length - 1 - below(Math.min(bytes.length, 700))) : below(bytes.length);
    const length = 1 + below(20);
    const kind = below(4);
    if (kind === 0) bytes[at] = [0, 1, 0x7f, 0x80, 0xff, 34, 10, below(256)][below(8)] as number;
    else if (kind === 1) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    else if (kind === 2) bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
    else bytes.copy(bytes, at, below(bytes.length), bytes.length);
    if (random() < 0.05) bytes = bytes.subarray(0, 1 + below(bytes.length));
  }
  return bytes;
}

test("a damaged file is refused with a code or read whole, and nothing of it stays", async (t) => {
  const [folder, files] = [await scratchFolder(t), await wholeFiles(t)];
  let state = seed;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  let refused = 0;
  const runs = runCount(30, 1_500, "files damaged");
  for (let run = 0; run < runs; run++) {
    const bytes = damage(files[run % files.length] as Buffer, random);
    const mode = run % 2 === 0 ? "strict" : "lenient";
    try {
      const { parquetPath, columns, rowCount, workspace } = await importBytes(folder, bytes, { mode });
      assert.equal((await profileTable(parquetPath, columns)).rowCount, rowCount);
      await removeWorkspace(workspace);
    } catch (error) {
      assert.ok(error instanceof MegalithError && error.status < 500, `run ${run}: ${error}`);
      refused++;
    }
    assert.deepEqual(await readdir(folder), [], `run ${run}`);
  }
  assert.ok(refused > runs / 4 && refused < runs, `${refused} of ${runs} refused`);
});
