import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { access, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, before, type TestContext, test } from "node:test";
import { type Actor, type MegalithError, problem } from "@megalith/contract";
import { sql } from "kysely";
import { startDatabase, type TestDatabase } from "./database.fixture.ts";
import { scratchFolder } from "./import.fixture.ts";
import { TableService, type TablesOptions } from "./service.ts";

let postgres: TestDatabase;
before(async () => {
  postgres = await startDatabase();
});
after(async () => {
  await postgres.stop();
});

const actor: Actor = { kind: "member", id: "mem_1", name: "Ada" };

interface Lab {
  readonly service: TableService;
  readonly organisation: string;
  readonly owner: { organisation: string; actor: Actor };
  readonly folder: string;
  readonly staging: string;
  readonly upload: (text: string) => { organisation: string; actor: Actor; source: Readable; mode: "strict" };
}

async function lab(t: TestContext, options: Partial<TablesOptions> = {}): Promise<Lab> {
  const root = await scratchFolder(t);
  const organisation = randomUUID();
  await sql`insert into organisation (id, name, created_at) values (${organisation}, 'Bank', now())`.execute(postgres.database);
  const folder = join(root, "tables");
  const staging = join(root, "staging");
  let tick = Date.UTC(2026, 0, 1);
  const now = (): Date => {
    tick += 1000;
    return new Date(tick);
  };
  const service = new TableService({ pool: postgres.pool, folder, staging, now, newUuid: randomUUID, ...options });
  const owner = { organisation, actor };
  return {
    service,
    organisation,
    owner,
    folder,
    staging,
    upload: (text) => ({ ...owner, source: Readable.from([Buffer.from(text)]), mode: "strict" }),
  };
}

const loans = "id,grade,paid,state\n1,1,no,x\n2,2,yes,y\n3,1,yes,x\n";

/** Whether an error says that a table is in use, and by what. */
function inUse(by: RegExp): (error: MegalithError) => boolean {
  return ({ code, problems }) => code === "tables.in_use" && by.test(problems[0]?.message ?? "");
}

test("an upload becomes version 1 of a table, the next one version 2, both stay readable", async (t) => {
  const { service, organisation, folder, staging, upload } = await lab(t);
  const table = await service.create({ ...upload(loans), name: "loan-book", title: "Loans" });
  assert.deepEqual(
    [table.name, table.title, table.kind, table.version.number, table.version.rowCount],
    ["loan-book", "Loans", "upload", 1, 3],
  );
  assert.deepEqual(table.createdBy, actor);
  const second = await service.addVersion({ ...upload(`${loans}4,2,no,z\n`), table: "loan-book" });
  assert.deepEqual([second.version.number, second.version.rowCount], [2, 4]);
  assert.deepEqual(
    (await service.versions(organisation, table.id)).map(({ number }) => number),
    [2, 1],
  );
  assert.equal((await service.rows(organisation, "loan-book", { number: 1 })).rows.length, 3);
  assert.deepEqual((await readdir(join(folder, table.id))).sort(), ["1.parquet", "2.parquet"]);
  assert.deepEqual(await readdir(staging), []);
  await assert.rejects(service.version(organisation, "loan-book", 9), { code: "tables.version_not_found" });
});

test("a name is taken once per organisation, and a refused upload leaves nothing", async (t) => {
  const { service, upload, folder, staging } = await lab(t);
  await service.create({ ...upload(loans), name: "loans" });
  await assert.rejects(service.create({ ...upload(loans), name: "loans" }), { code: "tables.name_taken" });
  const racing = await Promise.allSettled([1, 2, 3].map(() => service.create({ ...upload(loans), name: "raced" })));
  assert.equal(racing.filter(({ status }) => status === "fulfilled").length, 1);
  assert.deepEqual(await readdir(staging), []);
  assert.equal((await readdir(folder)).length, 2);
});

test("one organisation never sees another's tables", async (t) => {
  const { service, upload } = await lab(t);
  const table = await service.create({ ...upload(loans), name: "loans" });
  const stranger = randomUUID();
  await assert.rejects(service.get(stranger, "loans"), { code: "tables.not_found" });
  await assert.rejects(service.get(stranger, table.id), { code: "tables.not_found" });
  await assert.rejects(service.rows(stranger, table.id), { code: "tables.not_found" });
  await assert.rejects(service.remove({ organisation: stranger, actor }, table.id), { code: "tables.not_found" });
  await assert.rejects(service.createView({ organisation: stranger, actor, name: "v", sql: "select * from loans" }), {
    code: "tables.view_refused",
  });
  assert.deepEqual(await service.list(stranger, { limit: 10 }), []);
});

test("uploads of one table at the same time get numbers without gaps", async (t) => {
  const { service, organisation, upload } = await lab(t);
  await service.create({ ...upload(loans), name: "loans" });
  await Promise.all(
    [1, 2, 3, 4].map((copy) => service.addVersion({ ...upload(`id,grade,paid,state\n${"7,7,no,q\n".repeat(copy)}`), table: "loans" })),
  );
  const versions = await service.versions(organisation, "loans");
  assert.deepEqual(
    versions.map(({ number }) => number),
    [5, 4, 3, 2, 1],
  );
  for (const { number, rowCount } of versions) assert.equal((await service.rows(organisation, "loans", { number })).rows.length, rowCount);
});

test("a corrected schema holds for reading, for the profile and for the next upload", async (t) => {
  const { service, organisation, owner, upload } = await lab(t);
  await service.create({ ...upload(loans), name: "loans" });
  const [before, same] = await Promise.all([service.profile(organisation, "loans"), service.profile(organisation, "loans")]);
  assert.deepEqual(same, before);
  assert.equal(before.columns[1]?.kind, "numeric");
  const corrected = await service.correctSchema(owner, "loans", {
    grade: { kind: "category" },
    paid: { kind: "boolean", known: "after" },
    id: { known: "before" },
  });
  assert.equal(corrected.schemaRevision, 1);
  assert.deepEqual(
    corrected.version.schema.map(({ kind, known }) => [kind, known]),
    [
      ["numeric", "before"],
      ["category", null],
      ["boolean", "after"],
      ["category", null],
    ],
  );
  const { columns } = await service.content(organisation, "loans", { columns: ["grade", "paid"] });
  assert.deepEqual(
    columns.map(({ values, categories }) => [[...values], categories]),
    [
      [
        [0, 1, 0],
        ["1", "2"],
      ],
      [[0, 1, 1], undefined],
    ],
  );
  assert.deepEqual((await service.profile(organisation, "loans")).columns[1]?.top, [
    { value: "1", count: 2 },
    { value: "2", count: 1 },
  ]);
  const next = await service.addVersion({ ...upload("id,grade,extra\n4,01,5\n"), table: "loans" });
  assert.deepEqual(
    next.version.columns.map(({ name, kind }) => `${name} ${kind}`),
    ["id numeric", "grade category", "extra numeric"],
  );
  assert.equal((await service.correctSchema(owner, "loans", { extra: { known: null } })).schemaRevision, 2);
});

test("a correction that the cells do not allow is refused with every problem", async (t) => {
  const { service, owner, upload } = await lab(t);
  await service.create({ ...upload(loans), name: "loans" });
  await assert.rejects(
    service.correctSchema(owner, "loans", { state: { kind: "numeric" }, id: { kind: "date" }, none: { known: "after" } }),
    (error: { code?: string; problems?: { path: string; message: string }[] }) => {
      assert.equal(error.code, "tables.schema_invalid");
      assert.deepEqual(error.problems?.map(({ path }) => path).sort(), ["/columns/id/kind", "/columns/none", "/columns/state/kind"]);
      assert.match(
        error.problems?.find(({ path }) => path.includes("state"))?.message ?? "",
        /3 value\(s\) are no numeric, for example `x`/,
      );
      return true;
    },
  );
});

test("a view is a table with lineage, refreshed over the newest versions", async (t) => {
  const { service, organisation, owner, upload } = await lab(t);
  await service.create({ ...upload(loans), name: "loan-book" });
  const view = await service.createView({
    ...owner,
    name: "by-state",
    sql: "select state, count(*) as n from loan_book group by state order by state",
  });
  assert.equal(view.kind, "view");
  assert.deepEqual(
    view.version.lineage.map(({ name, tableName, versionNumber }) => [name, tableName, versionNumber]),
    [["loan_book", "loan-book", 1]],
  );
  await service.addVersion({ ...upload(`${loans}4,2,no,z\n`), table: "loan-book" });
  const fresh = await service.refreshView({ ...owner, table: "by-state" });
  assert.deepEqual([fresh.version.number, fresh.version.lineage[0]?.versionNumber], [2, 2]);
  assert.deepEqual((await service.rows(organisation, "by-state")).rows, [
    ["x", 2],
    ["y", 1],
    ["z", 1],
  ]);
  const changed = await service.refreshView({ ...owner, table: "by-state", sql: 'select max(id) as top from "loan-book"' });
  assert.deepEqual(
    [changed.viewSql, (await service.versions(organisation, "by-state")).at(-1)?.viewSql?.slice(0, 12)],
    ['select max(id) as top from "loan-book"', "select state"],
  );
});

test("a view may not read itself, not even over another view", async (t) => {
  const { service, owner, upload } = await lab(t);
  await service.create({ ...upload(loans), name: "base" });
  await service.createView({ ...owner, name: "one", sql: "select * from base" });
  await service.createView({ ...owner, name: "two", sql: "select * from one" });
  await assert.rejects(service.refreshView({ ...owner, table: "one", sql: "select * from one" }), { code: "tables.view_refused" });
  await assert.rejects(
    service.refreshView({ ...owner, table: "one", sql: "select * from two" }),
    (error: MegalithError) => error.code === "tables.view_refused" && error.problems[0]?.word === "viewCycle",
  );
});

test("uploads and views are not mistaken for each other", async (t) => {
  const { service, owner, upload } = await lab(t);
  await service.create({ ...upload(loans), name: "base" });
  await service.createView({ ...owner, name: "one", sql: "select * from base" });
  await assert.rejects(service.addVersion({ ...upload(loans), table: "one" }), { code: "tables.not_upload" });
  await assert.rejects(service.refreshView({ ...owner, table: "base" }), { code: "tables.not_view" });
});

test("more removals at once than there are connections all come to their end, and one removes", async (t) => {
  const { service, owner, upload } = await lab(t, { dependants: () => postgres.pool.query("select").then(() => []) });
  await service.create({ ...upload(loans), name: "base" });
  const removed = await Promise.allSettled(Array.from({ length: 12 }, () => service.remove(owner, "base")));
  assert.equal(removed.filter(({ status }) => status === "fulfilled").length, 1);
});

test("a table in use is not deleted; one that is free goes with its files, and its name is free again", async (t) => {
  let used = true;
  const { service, organisation, owner, folder, upload } = await lab(t, {
    dependants: async () => (used ? [problem("/table", "in_use", "tableTrained", { number: 3, model: "credit" })] : []),
  });
  const table = await service.create({ ...upload(loans), name: "base" });
  await assert.rejects(service.remove(owner, "base"), inUse(/^Version 3 of the model credit/));
  used = false;
  const view = await service.createView({ ...owner, name: "one", sql: "select * from base" });
  await assert.rejects(service.remove(owner, "base"), inUse(/^The view one reads it/));
  await service.remove(owner, view.id);
  await service.remove(owner, "base");
  await assert.rejects(service.get(organisation, "base"), { code: "tables.not_found" });
  assert.deepEqual(await readdir(folder), []);
  assert.notEqual((await service.create({ ...upload(loans), name: "base" })).id, table.id);
});

test("imports beyond those that may run and wait are asked to come back, all others are done", async (t) => {
  const { service, upload } = await lab(t, { atOnce: 1 });
  const made = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) => service.create({ ...upload(loans), name: `base-${index}` })),
  );
  const refused = made.filter((one) => one.status === "rejected");
  assert.deepEqual(
    refused.map(({ reason }) => [reason.code, reason.retryAfterSeconds]),
    Array.from({ length: refused.length }, () => ["server.overloaded", 5]),
  );
  assert.ok(refused.length >= 1 && refused.length <= 3, `${refused.length} of 20 were refused`);
  await service.create({ ...upload(loans), name: "later" });
});

test("a crash between file and row leaves no version, and the next upload takes the number", async (t) => {
  const { service, organisation, folder, upload } = await lab(t);
  const table = await service.create({ ...upload(loans), name: "base" });
  await writeFile(join(folder, table.id, "2.parquet"), "left by a crash");
  assert.equal((await service.get(organisation, "base")).version.number, 1);
  assert.equal((await service.addVersion({ ...upload(loans), table: "base" })).version.number, 2);
  assert.equal((await service.rows(organisation, "base")).rows.length, 3);
});

test("a sweep removes what no row names and nothing else", async (t) => {
  const { service, organisation, folder, staging, upload } = await lab(t);
  const table = await service.create({ ...upload(loans), name: "base" });
  const orphan = randomUUID();
  await mkdir(join(folder, orphan));
  await writeFile(join(folder, orphan, "1.parquet"), "");
  await writeFile(join(folder, table.id, "7.parquet"), "");
  await mkdir(join(staging, "import-left"));
  assert.deepEqual(await service.sweep({ staging: true }), { files: 2, staging: 1 });
  assert.deepEqual(await readdir(join(folder, table.id)), ["1.parquet"]);
  await access(service.parquetPath((await service.get(organisation, "base")).version));
});

test("tables are listed in pages, oldest first", async (t) => {
  const { service, organisation, upload } = await lab(t);
  const names = ["a", "b", "c"];
  for (const name of names) await service.create({ ...upload(loans), name });
  const first = await service.list(organisation, { limit: 2 });
  const rest = await service.list(organisation, { after: first.at(-1)?.id, limit: 2 });
  assert.deepEqual([...first, ...rest].map(({ name }) => name).sort(), names);
});
