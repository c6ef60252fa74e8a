/** Jobs against a real PostgreSQL, with real worker processes that are killed. */
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { idFromUuid, type MegalithError } from "@megalith/contract";
import { type OpenTestDatabase, openTestDatabase } from "../foundation/database.fixture.ts";
import { type Caller, systemClock, systemRandom, uuidMaker } from "../foundation/index.ts";
import { ArtifactStore, RegistryService } from "../registry/index.ts";
import { TableService } from "../tables/index.ts";
import { type Job, TrainingJobs } from "./index.ts";
import { loanCsv } from "./loan-book.fixture.ts";

const newUuid = uuidMaker(systemClock, systemRandom);
const entry = fileURLToPath(new URL("./worker-process.fixture.ts", import.meta.url));
const caller: Caller = { organisation: newUuid(), actor: { kind: "admin", id: null, name: "admin key" } };

let database: OpenTestDatabase;
let folder: string;
let jobs: TrainingJobs;
let tables: TableService;
let registry: RegistryService;
const workers: ChildProcess[] = [];

before(async () => {
  database = await openTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "megalith-jobs-"));
  const { pool } = database;
  await pool.query("insert into organisation (id, name, created_at) values ($1, 'Bank', now())", [caller.organisation]);
  tables = new TableService({
    pool,
    folder: join(folder, "tables"),
    staging: join(folder, "staging"),
    now: () => systemClock.now(),
    newUuid,
    dependants: async (organisation, tableId) => {
      const versions = await pool.query<{ id: string }>("select id from stored_table_version where table_id = $1", [tableId]);
      return jobs.dependantsOfTable(
        organisation,
        versions.rows.map((row) => row.id),
      );
    },
  });
  registry = new RegistryService({ pool, clock: systemClock, newUuid, artifacts: new ArtifactStore(join(folder, "artifacts")) });
  jobs = new TrainingJobs({ pool, clock: systemClock, newUuid, databaseUrl: database.url, tables });
  await tables.create({ ...caller, name: "loans", source: Readable.from([loanCsv(600, 3)]), mode: "strict" });
});

after(async () => {
  await Promise.all(workers.map((worker) => endWorker(worker, "SIGTERM")));
  await jobs.stop();
  await database.stop();
  await rm(folder, { recursive: true, force: true });
});

function startWorker(): ChildProcess {
  const worker = fork(entry, [], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  worker.send({ databaseUrl: database.url, dataFolder: folder });
  workers.push(worker);
  return worker;
}

async function endWorker(worker: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const gone = new Promise((resolve) => worker.once("exit", resolve));
  worker.kill(signal);
  await gone;
}

async function until(id: string, isSo: (job: Job) => boolean): Promise<Job> {
  for (;;) {
    const job = await jobs.read(caller.organisation, id);
    if (isSo(job)) return job;
    await sleep(20);
  }
}

const long = { table: "loans", target: "defaulted", parameters: { rounds: 10_000 } } as const;
const short = { table: "loans", target: "defaulted", parameters: { rounds: 5 }, folds: 2 } as const;

test("a training whose columns do not exist is refused with every wrong name, and no job is left", async () => {
  await assert.rejects(jobs.start(caller, "risk", { table: "loans", target: "nothing", ignore: ["nowhere"] }), (error: MegalithError) => {
    assert.equal(error.code, "training.columns_unknown");
    assert.deepEqual(
      error.problems.map(({ path }) => path),
      ["/target", "/ignore/0"],
    );
    return true;
  });
  assert.deepEqual(await jobs.list(caller.organisation, { after: null, limit: 10 }), []);
});

test("a queued job that is cancelled never becomes a version", async () => {
  const job = await jobs.start(caller, "cancelled-early", short);
  assert.equal((await jobs.cancel(caller, job.id)).state, "cancelled");
  await assert.rejects(jobs.cancel(caller, job.id), (error: MegalithError) => error.code === "training.job_ended");
});

test("the trail names a job by the id that its asker was given", async () => {
  const job = await jobs.start(caller, "trailed", short);
  await jobs.cancel(caller, job.id);
  const trail = await database.pool.query<{ action: string; job: string }>(
    "select action, detail->>'job' as job from audit where subject_name = 'trailed' order by id",
  );
  assert.deepEqual(
    trail.rows.map(({ action, job: id }) => [action, id]),
    ["training.started", "training.cancelled"].map((action) => [action, idFromUuid("job", job.id)]),
  );
});

test("a table that a job waits for is not removed, and a removed table gets no job, whichever comes first", async () => {
  for (let round = 0; round < 8; round++) {
    const name = `raced-${round}`;
    await tables.create({ ...caller, name, source: Readable.from([loanCsv(50, round)]), mode: "strict" });
    const [started, removed] = await Promise.allSettled([jobs.start(caller, name, { ...short, table: name }), tables.remove(caller, name)]);
    const outcome = `${started.status} ${removed.status}`;
    assert.ok(["fulfilled rejected", "rejected fulfilled"].includes(outcome), outcome);
    if (started.status === "fulfilled") {
      const { code, problems } = (removed as PromiseRejectedResult).reason as MegalithError;
      assert.equal(code, "tables.in_use");
      assert.match(problems[0]?.message ?? "", /^The job job_[0-9a-f]{32} trains the model raced-\d on it/);
      await jobs.cancel(caller, started.value.id);
      await tables.remove(caller, name);
    } else assert.equal(started.reason.code, "tables.not_found");
  }
});

test("a job of another organisation cannot be seen", async () => {
  const job = await jobs.start(caller, "hidden", short);
  await assert.rejects(jobs.read(newUuid(), job.id), (error: MegalithError) => error.code === "request.not_found");
  await jobs.cancel(caller, job.id);
});

test("a worker that is killed in the middle of a job is replaced, and the job makes one version", async () => {
  const job = await jobs.start(caller, "killed", { ...short, parameters: { rounds: 150 } });
  const first = startWorker();
  await until(job.id, ({ state, progress }) => state === "running" && progress.phase === "evaluation");
  await endWorker(first, "SIGKILL");
  startWorker();
  const done = await until(job.id, ({ state }) => state === "done" || state === "failed");
  assert.equal(done.state, "done", JSON.stringify(done.error));
  assert.equal(done.version, 1);
  const versions = await registry.versions(caller.organisation, "killed");
  assert.equal(versions.length, 1);
  assert.equal(versions[0]?.createdBy.kind, "job");
  assert.ok((versions[0]?.card.metrics.auc?.value ?? 0) > 0.5);
});

test("the same table, choices and seed make the same bytes", async () => {
  const first = await until((await jobs.start(caller, "twin", short)).id, ({ state }) => state === "done");
  const second = await until((await jobs.start(caller, "twin", short)).id, ({ state }) => state === "done");
  assert.deepEqual([first.version, second.version], [1, 2]);
  const versions = await registry.versions(caller.organisation, "twin");
  assert.equal(versions[0]?.sha256, versions[1]?.sha256);
});

test("a running job stops when it is cancelled, and its worker takes the next one", async () => {
  const job = await jobs.start(caller, "cancelled", long);
  await until(job.id, ({ state, progress }) => state === "running" && progress.phase === "evaluation");
  await jobs.cancel(caller, job.id);
  const next = await jobs.start(caller, "after-cancel", short);
  assert.equal((await until(next.id, ({ state }) => state === "done")).version, 1);
  assert.equal((await jobs.read(caller.organisation, job.id)).state, "cancelled");
  await assert.rejects(registry.versions(caller.organisation, "cancelled"));
});

test("what is wrong with the input fails the job with its code and what would be right", async () => {
  const job = await jobs.start(caller, "wrong", { ...short, positive: "maybe" });
  const failed = await until(job.id, ({ state }) => state === "failed");
  assert.equal(failed.error?.code, "training.target_invalid");
  assert.equal(failed.error?.problems?.length, 1);
});

test("whoever follows a job hears of it until it ends, and a hundred who follow cost the looks of one", async () => {
  const job = await jobs.start(caller, "followed", short);
  let looks = 0;
  const onRelease = (): void => void looks++;
  const startedAt = performance.now();
  database.pool.on("release", onRelease);
  const lastOf = async (): Promise<string | undefined> => {
    const states: string[] = [];
    for await (const seen of await jobs.follow(caller.organisation, job.id, new AbortController().signal)) states.push(seen.state);
    return states.at(-1);
  };
  assert.deepEqual(await Promise.all(Array.from({ length: 100 }, lastOf)), new Array(100).fill("done"));
  database.pool.off("release", onRelease);
  assert.ok(looks - 100 <= 1 + (performance.now() - startedAt) / 250, `${looks} looks`);
});

test("an inspection names the task, the classes and the suspects without training", async () => {
  const found = await jobs.inspect(caller.organisation, { table: "loans", target: "defaulted" });
  assert.equal(found.task, "binary");
  assert.equal(found.rows, 600);
  assert.ok(found.leaks.some(({ column, verdict }) => column === "recoveries" && verdict === "left_out"));
});
