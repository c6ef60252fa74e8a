/**
 * The entry of a worker process: trains queued models with its own pool, until its parent goes or tells it to stop.
 *
 * Its first message over IPC says where database and data lie. The pipe's end is the parent's end: then it exits too.
 */
import { join } from "node:path";
import { openPool, systemClock, systemRandom, uuidMaker } from "@megalith/platform/foundation";
import { ArtifactStore, RegistryService } from "@megalith/platform/registry";
import { TableService } from "@megalith/platform/tables";
import { TrainingWorker } from "@megalith/platform/training";

interface WorkerSettings {
  readonly databaseUrl: string;
  readonly dataFolder: string;
}

const retryMs = 1000;

process.once("disconnect", () => process.exit(0));
process.on("SIGINT", () => undefined);
process.once("message", (settings) => void serve(settings as WorkerSettings));

async function serve(settings: WorkerSettings): Promise<void> {
  const worker = await open(settings);
  process.once("SIGTERM", () => {
    void worker.stop().finally(() => process.exit(0));
  });
}

/** Tries until the database is there. */
async function open(settings: WorkerSettings): Promise<TrainingWorker> {
  for (;;) {
    try {
      return await start(settings);
    } catch (error) {
      report("cannot start yet", error);
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
}

async function start({ databaseUrl, dataFolder }: WorkerSettings): Promise<TrainingWorker> {
  const pool = openPool({ connectionString: databaseUrl, max: 4, application_name: "megalith-worker" });
  const clock = systemClock;
  const newUuid = uuidMaker(clock, systemRandom);
  try {
    const tables = new TableService({
      pool,
      folder: join(dataFolder, "tables"),
      staging: join(dataFolder, "staging"),
      now: () => clock.now(),
      newUuid,
    });
    const registry = new RegistryService({ pool, clock, newUuid, artifacts: new ArtifactStore(join(dataFolder, "artifacts")) });
    const onFault = (what: string, error: unknown): void => report(what, error);
    const worker = new TrainingWorker({ pool, databaseUrl, clock, tables, registry, onFault });
    await worker.start();
    return worker;
  } catch (error) {
    await pool.end();
    throw error;
  }
}

function report(what: string, error: unknown): void {
  process.stderr.write(`worker: ${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}
