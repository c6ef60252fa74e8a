/**
 * The demo as the first start makes it, once for a whole run of the suite: trained and published, then copied for each file.
 *
 * What the first start does is proven by the launcher's and the README's tests, which begin with an empty folder.
 */
import { existsSync } from "node:fs";
import { cp, mkdtemp, rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inTurn, keepAsTemplate, type OpenTestDatabase, openTestDatabase } from "../packages/platform/src/foundation/database.fixture.ts";

export interface DemoState {
  readonly database: OpenTestDatabase;
  readonly dataFolder: string;
}

const template = "demo";

/** @param make starts the product on a state with the demo, and stops it. */
export async function openDemo(make: (state: DemoState) => Promise<void>): Promise<DemoState> {
  const shared = process.env.MEGALITH_TEST_FOLDER;
  if (shared === undefined) return openEmpty();
  const kept = join(shared, "demo");
  await inTurn(async () => {
    if (existsSync(kept)) return;
    const state = await openEmpty();
    await make(state);
    await keepAsTemplate(state.database, template);
    await rename(state.dataFolder, kept);
  });
  const dataFolder = await mkdtemp(join(tmpdir(), "megalith-product-"));
  await cp(kept, dataFolder, { recursive: true });
  return { database: await openTestDatabase(template), dataFolder };
}

export async function openEmpty(): Promise<DemoState> {
  const database = await openTestDatabase();
  return { database, dataFolder: await mkdtemp(join(tmpdir(), "megalith-product-")) };
}
