/** The data of each release, kept by `test/releases/keep-release.ts`, opens with today's code: same answers, same money. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { restore } from "../packages/server/src/backup/restore.ts";
import { start } from "../packages/server/src/main.ts";

const place = join(import.meta.dirname, "releases");
const kept = (await readdir(place)).filter((name) => name.endsWith(".backup.gz")).map((name) => name.slice(0, -".backup.gz".length));

interface Kept {
  readonly record: Readonly<Record<string, unknown>>;
  readonly replies: readonly { readonly decisions: readonly Readonly<Record<string, unknown>>[] }[];
  readonly usage: { readonly rows: string; readonly nanos: string };
}

test("at least one release is kept", () => {
  assert.ok(kept.length > 0);
});

for (const release of kept)
  test(`the data of release ${release} opens: repeats give the bytes of then, decisions answer again to the bit, money agrees to the nano`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "megalith-release-"));
    const stops: (() => Promise<void>)[] = [];
    t.after(async () => {
      for (const stop of stops) await stop();
      await rm(folder, { recursive: true, force: true });
    });
    const { record, replies, usage } = JSON.parse(await readFile(join(place, `${release}.json`), "utf8")) as Kept;
    const file = join(folder, "all.backup");
    await writeFile(file, await promisify(gunzip)(await readFile(join(place, `${release}.backup.gz`))));
    const dataFolder = join(folder, "data");
    await restore({ dataFolder, file });
    const environment = { MEGALITH_DATA: dataFolder, MEGALITH_PORT: "0", MEGALITH_DEMO: "false", MEGALITH_REQUEST_LOG: "false" };
    const running = await start({ onLine: () => undefined, environment });
    stops.push(running.stop);
    const admin = (await readFile(join(dataFolder, "admin.key"), "utf8")).trim();
    const ask = async (key: string, path: string, body?: unknown): Promise<string> => {
      const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
      const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
      const reply = await fetch(`${running.url}/api/v1${path}`, { ...init, headers });
      const text = await reply.text();
      assert.ok(reply.ok, `${path}: ${text}`);
      return text;
    };
    const { items } = JSON.parse(await ask(admin, "/customers")) as { items: { id: string; name: string }[] };
    const demo = items.find(({ name }) => name === "demo")?.id as string;
    const { secret } = JSON.parse(await ask(admin, `/customers/${demo}/keys`, { name: "later", scopes: ["decide", "read"] })) as {
      secret: string;
    };

    const sum = "select count(*)::text as rows, sum(amount_nanos)::text as nanos from usage";
    for (const [index, months] of [6, 18, 48].entries()) {
      const body = { record: { ...record, duration_in_month: months }, reference: `loan of ${months} months` };
      assert.equal(await ask(secret, "/services/credit-risk/decide", body), JSON.stringify(replies[index]));
    }
    assert.deepEqual((await running.product.pool.query(sum)).rows, [usage], "repeats are free");

    for (const [index, months] of [6, 18, 48].entries()) {
      const then = replies[index]?.decisions[0] as Readonly<Record<string, unknown>>;
      const fresh = JSON.parse(
        await ask(secret, "/services/credit-risk/decide", { record: { ...record, duration_in_month: months } }),
      ) as Kept["replies"][number];
      const now = fresh.decisions[0] as Readonly<Record<string, unknown>>;
      for (const field of ["score", "prediction", "probability", "base", "other", "reasons", "version", "price"])
        assert.deepEqual(now[field], then[field], `${field} of a new answer to an old question`);
    }
    const { rows } = await running.product.pool.query<{ rows: string; nanos: string }>(sum);
    assert.deepEqual(rows, [{ rows: String(Number(usage.rows) * 2), nanos: String(BigInt(usage.nanos) * 2n) }]);
  });
