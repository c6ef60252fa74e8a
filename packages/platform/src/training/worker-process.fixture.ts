/** A worker as a process of its own, for tests that kill it. */
import { join } from "node:path";
import { openPool, systemClock, systemRandom, uuidMaker } from "../foundation/index.ts";
import { ArtifactStore, RegistryService } from "../registry/index.ts";
import { TableService } from "../tables/index.ts";
import { TrainingWorker } from "./index.ts";

process.once("disconnect", () => process.exit(0));
process.once("message", (settings) => void serve(settings as { databaseUrl: string; dataFolder: string }));

async function serve({ databaseUrl, dataFolder }: { databaseUrl: string; dataFolder: string }): Promise<void> {
  const pool = openPool({ connectionString: databaseUrl, max: 4 });
  const newUuid = uuidMaker(systemClock, systemRandom);
  const tables = new TableService({
    pool,
    folder: join(dataFolder, "tables"),
    staging: join(dataFolder, "staging"),
    now: () => systemClock.now(),
    newUuid,
  });
  const registry = new RegistryService({ pool, clock: systemClock, newUuid, artifacts: new ArtifactStore(join(dataFolder, "artifacts")) });
  const worker = new TrainingWorker({ pool, databaseUrl, clock: systemClock, tables, registry });
  await worker.start();
  process.once("SIGTERM", () => void worker.stop().finally(() => process.exit(0)));
}
