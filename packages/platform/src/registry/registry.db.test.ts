/** The registry against a real PostgreSQL and real files. */
import assert from "node:assert/strict";
import { mkdtemp, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { defaultTrainParameters, encodeForest, trainForest } from "@megalith/forest";
import { type OpenTestDatabase, openTestDatabase } from "../foundation/database.fixture.ts";
import { type Caller, inTransaction, systemClock, systemRandom, uuidMaker } from "../foundation/index.ts";
import { ArtifactWrites } from "./artifact-writes.ts";
import { digestOf } from "./artifacts.ts";
import { ArtifactStore, type Card, RegistryService } from "./index.ts";

const newUuid = uuidMaker(systemClock, systemRandom);
const caller: Caller = { organisation: newUuid(), actor: { kind: "admin", id: null, name: "admin key" } };
const card: Card = { task: "binary", metrics: {} };

let database: OpenTestDatabase;
let folder: string;
let artifacts: ArtifactStore;
let registry: RegistryService;
let aheadMs = 0;
const clock = { now: () => new Date(systemClock.now().getTime() + aheadMs) };

before(async () => {
  database = await openTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "megalith-registry-"));
  artifacts = new ArtifactStore(join(folder, "artifacts"));
  registry = new RegistryService({ pool: database.pool, clock, newUuid, artifacts });
  await database.pool.query("insert into organisation (id, name, created_at) values ($1, 'Bank', now())", [caller.organisation]);
});
after(async () => {
  await database.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Another `border` makes other bytes. */
function artifactOf(border: number): Uint8Array {
  const values = Float64Array.from({ length: 60 }, (_, row) => row % 30);
  const target = Float64Array.from(values, (value) => Number(value > border));
  const columns = [{ name: "age", kind: "numeric" as const, values }];
  return encodeForest(trainForest("binary", { columns, target }, { ...defaultTrainParameters, rounds: 1, minRows: 1 }).forest);
}

async function trail(action: string): Promise<unknown[]> {
  const found = await database.pool.query<{ detail: unknown }>("select detail from audit where action = $1 order by id", [action]);
  return found.rows.map(({ detail }) => detail);
}

const coded = (code: string) => ({ code });

test("the same bytes are one version, also when they arrive twice at once; another one only when that is asked for", async () => {
  const artifact = artifactOf(3);
  const sha256 = digestOf(artifact);
  const add = (again = false) => registry.addVersion(caller, { model: "same", artifact, card, again });
  const both = await Promise.all([add(), add()]);
  assert.deepEqual(both.map(({ isNew }) => isNew).sort(), [false, true]);
  assert.deepEqual(
    both.map(({ version }) => version.number),
    [1, 1],
  );
  assert.deepEqual(await trail("registry.version_known"), [{ number: 1, sha256 }]);
  const { version, isNew } = await add(true);
  assert.deepEqual([version.number, isNew], [2, true]);
  const other = await registry.addVersion(caller, { model: "other", artifact, card });
  assert.deepEqual([other.version.number, other.isNew], [1, true], "another model's version is its own");
  await rm(artifacts.path(sha256));
  await add();
  assert.equal((await registry.artifact({ sha256 })).byteLength, artifact.byteLength, "sent again, a lost file is whole again");
});

test("a champion changes only from the one that the caller knows of, and rolling back goes back and never to and fro", async () => {
  const model = "line";
  for (const border of [5, 6, 7]) await registry.addVersion(caller, { model, artifact: artifactOf(border), card });
  const champion = async () => (await registry.model(caller.organisation, model)).champion?.number;
  await registry.promote(caller, model, 2, { expected: 1 });
  await assert.rejects(registry.promote(caller, model, 3, { expected: 1 }), coded("registry.champion_differs"));
  assert.equal(await champion(), 2);
  await registry.promote(caller, model, 2, { expected: 1 });
  await registry.promote(caller, model, 3);

  for (let time = 0; time < 2; time++) assert.equal((await registry.rollBack(caller, model, { expected: 3 })).champion?.number, 2);
  await assert.rejects(registry.rollBack(caller, model, { expected: 1 }), coded("registry.champion_differs"));
  assert.equal((await registry.rollBack(caller, model)).champion?.number, 1, "further back");
  await assert.rejects(registry.rollBack(caller, model, { expected: 3 }), coded("registry.champion_differs"));
  await assert.rejects(registry.rollBack(caller, model), coded("registry.no_earlier_champion"));
  const changes = (await trail("registry.champion_changed")) as { from: number | null; number: number }[];
  assert.deepEqual(
    changes.slice(-5).map(({ from, number }) => [from, number]),
    [
      [null, 1],
      [1, 2],
      [2, 3],
      [3, 2],
      [2, 1],
    ],
  );
  const racing = await Promise.allSettled([2, 3].map((number) => registry.promote(caller, model, number, { expected: 1 })));
  assert.deepEqual(racing.map(({ status }) => status).sort(), ["fulfilled", "rejected"], "of two that saw the same champion one wins");
});

test("files that no version came to need go after an hour; none goes that somebody needs or is writing", async () => {
  const writes = new ArtifactWrites({ pool: database.pool, clock, artifacts });
  const [dead, slow, needed] = [artifactOf(11), artifactOf(12), artifactOf(13)];
  const begin = async (artifact: Uint8Array): Promise<string> => {
    const id = newUuid();
    await writes.begin(caller.organisation, id, artifact, digestOf(artifact));
    return id;
  };
  const stranger = join(folder, "artifacts", "00", `${"0".repeat(64)}.mglf`);
  const writing = join(dirname(artifacts.path(digestOf(dead))), ".writing.partial");
  const half = join(dirname(artifacts.path(digestOf(dead))), ".half.partial");
  await begin(dead);
  await begin(needed);
  const id = await begin(slow);
  await registry.addVersion(caller, { model: "needed", artifact: needed, card });
  await artifacts.put(dead, "0".repeat(64), "stranger");
  for (const path of [writing, half]) await writeFile(path, "x");
  await utimes(half, new Date(0), new Date(0));
  assert.equal(await registry.sweepArtifacts(), 1, "what was half-written long ago");

  aheadMs = 3_700_000;
  await utimes(writing, clock.now(), clock.now());
  assert.equal(await registry.sweepArtifacts(), 2);
  const has = (bytes: Uint8Array) => artifacts.has(digestOf(bytes));
  assert.deepEqual([await has(dead), await has(slow), await has(needed)], [false, false, true]);
  assert.ok((await stat(stranger)).isFile(), "what no row names is not touched");
  assert.ok((await stat(writing)).isFile());
  await inTransaction(database.pool, (client) => writes.finish(client, id, slow, digestOf(slow)));
  assert.equal(await has(slow), true, "who was slower than an hour writes it again");

  // Two servers: one adds, one sweeps as if every write had begun long ago.
  aheadMs = 0;
  let isOver = false;
  const sweeping = (async () => {
    while (!isOver) {
      await database.pool.query("update artifact_write set begun_at = begun_at - interval '2 hours'");
      await registry.sweepArtifacts();
    }
  })();
  const borders = [15, 16, 17, 18, 19, 20, 21, 22];
  await Promise.all(borders.map((border) => registry.addVersion(caller, { model: "raced", artifact: artifactOf(border), card })));
  isOver = true;
  await sweeping;
  for (const { sha256 } of await registry.versions(caller.organisation, "raced")) await registry.artifact({ sha256 });
  assert.equal((await database.pool.query("select from artifact_write")).rowCount, 0);
});

test("nobody else on the machine may look into the folder of artifacts", async () => {
  const path = artifacts.path(digestOf(artifactOf(3)));
  for (const place of [join(folder, "artifacts"), dirname(path)]) assert.equal((await stat(place)).mode & 0o777, 0o700);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
});
