/** What is written in wire form is what PostgreSQL reads, and a fault leaves the connection usable. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import fc from "fast-check";
import type { PoolClient } from "pg";
import { runCount } from "../../../../test/counts.ts";
import { type OpenTestDatabase, openTestDatabase } from "../foundation/database.fixture.ts";
import { BindMessage } from "./bind-message.ts";
import { callPrepared, type TextRow } from "./prepared-call.ts";

const runs = runCount(40, 1_000, "messages");
const text =
  "select (select coalesce(jsonb_agg(to_jsonb(r) || jsonb_build_object('money', r.money::text)), '[]') from unnest($1::test_row[]) r)";

let database: OpenTestDatabase;
let client: PoolClient;
let types: { row: number; number: number };
const message = new BindMessage();

before(async () => {
  database = await openTestDatabase();
  client = await database.pool.connect();
  await client.query(`create type test_row as (
    id uuid, small int4, large int8, flag bool, time timestamptz, day date, bytes bytea, words text, money numeric)`);
  await client.query("create type test_number as (value int4)");
  const found = await client.query<{ row: number; number: number }>(
    "select 'test_row'::regtype::oid as row, 'test_number'::regtype::oid as number",
  );
  [types] = found.rows as [{ row: number; number: number }];
});

after(async () => {
  client.release();
  await database.stop();
});

interface Row {
  readonly id: string | null;
  readonly small: number | null;
  readonly large: number | null;
  readonly flag: boolean | null;
  readonly time: Date;
  readonly day: number | null;
  readonly bytes: Uint8Array;
  readonly words: string | null;
  readonly money: bigint | null;
}

const orNull = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.oneof(values, fc.constant(null));
const rows: fc.Arbitrary<readonly Row[]> = fc.array(
  fc.record({
    id: orNull(fc.uuid()),
    small: orNull(fc.integer()),
    large: orNull(fc.maxSafeInteger()),
    flag: orNull(fc.boolean()),
    time: fc.date({ min: new Date(0), max: new Date("9999-12-31T23:59:59Z"), noInvalidDate: true }),
    day: orNull(fc.integer({ min: 0, max: 2_900_000 })),
    bytes: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    words: orNull(fc.string({ unit: "grapheme", maxLength: 200 }).map((value) => value.replaceAll("\0", ""))),
    money: orNull(fc.bigInt({ min: -(10n ** 37n), max: 10n ** 37n })),
  }),
  { maxLength: 300 },
);

function send(given: readonly Row[]): Promise<readonly TextRow[]> {
  message.begin("test.all_types", 1);
  message.beginRows(types.row);
  for (const { id, small, large, flag, time, day, bytes, words, money } of given) {
    message.beginRow(9);
    message.uuid(id);
    message.integer(small);
    message.bigInteger(large);
    message.boolean(flag);
    message.timestamp(time);
    message.date(day);
    message.digest(bytes);
    message.text(words);
    message.numeric(money);
    message.endRow();
  }
  message.endRows();
  return callPrepared(client, { name: "test.all_types", text, message: message.end(), timeoutMs: 10_000 });
}

function dayText(day: number | null): string | null {
  return day === null ? null : new Date(day * 86_400_000).toISOString().slice(0, 10);
}

test("every type arrives as it was given, nulls and empty arrays too", async () => {
  await fc.assert(
    fc.asyncProperty(rows, async (given) => {
      const [row] = await send(given);
      const read = (JSON.parse(row?.[0] ?? "[]") as Record<string, unknown>[]).map((entry) => ({
        ...entry,
        time: Date.parse(entry.time as string),
      }));
      const expected = given.map((entry) => ({
        ...entry,
        time: entry.time.getTime(),
        day: dayText(entry.day),
        bytes: `\\x${Buffer.from(entry.bytes).toString("hex")}`,
        money: entry.money?.toString() ?? null,
      }));
      assert.deepEqual(read, expected);
    }),
    { numRuns: runs, seed: 20_261_125 },
  );
});

test("a message larger than the buffer, and the small one after it", async () => {
  const long = "測試".repeat(400_000);
  const of = (words: string): Row => ({
    id: randomUUID(),
    small: 1,
    large: 2,
    flag: true,
    time: new Date(0),
    day: 3,
    bytes: new Uint8Array(32),
    words,
    money: 4n,
  });
  for (const words of [long, "short"]) {
    const [row] = await send([of(words)]);
    assert.deepEqual(
      (JSON.parse(row?.[0] ?? "[]") as Row[]).map((entry) => entry.words),
      [words],
    );
  }
});

test("what the server refuses is thrown with its code, and the connection goes on", async () => {
  const send = (name: string, text: string, values: readonly number[]): Promise<readonly TextRow[]> => {
    message.begin(name, 1);
    message.beginRows(types.number);
    for (const value of values) {
      message.beginRow(1);
      message.integer(value);
      message.endRow();
    }
    message.endRows();
    return callPrepared(client, { name, text, message: message.end(), timeoutMs: 10_000 });
  };
  await assert.rejects(send("test.missing", "select missing_function($1)", [1]), { code: "42883" });
  const divide = "select 1 / n.value from unnest($1::test_number[]) n";
  await assert.rejects(send("test.division", divide, [0]), { code: "22012" });
  assert.deepEqual(await send("test.division", divide, [1]), [["1"]]);
  assert.deepEqual(await send("test.division", divide, []), []);
});

test("a connection that is gone is told, not waited for", async () => {
  const lost = await database.pool.connect();
  lost.on("error", () => undefined);
  const { rows: pids } = await lost.query<{ pid: number }>("select pg_backend_pid() as pid");
  message.begin("test.sleep", 0);
  const sleeping = callPrepared(lost, { name: "test.sleep", text: "select pg_sleep(60)", message: message.end(), timeoutMs: 60_000 });
  await Promise.all([assert.rejects(sleeping), database.pool.query("select pg_terminate_backend($1)", [pids[0]?.pid])]);
  lost.release(true);
});
