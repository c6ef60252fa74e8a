/**
 * Keeps worker processes running: each is a Node process of its own, started again when it dies, gone when the server goes.
 *
 * The pipe of IPC is what a worker lives by: it ends when its parent ends, however that ended.
 */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

const entry = fileURLToPath(new URL("./worker.ts", import.meta.url));

export interface WorkerOptions {
  readonly count: number;
  /** Handed to the worker as its first message. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly log: (line: string) => void;
}

export interface Workers {
  readonly pids: () => number[];
  stop(): Promise<void>;
}

const restartMs = 500;
const stopMs = 3000;

export function startWorkers(options: WorkerOptions): Workers {
  const slots: (ChildProcess | undefined)[] = [];
  let stopping = false;
  const start = (slot: number): void => {
    if (stopping) return;
    const child = fork(entry, [], { serialization: "advanced", stdio: ["ignore", "pipe", "pipe", "ipc"] });
    slots[slot] = child;
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => options.log(chunk.toString().trimEnd()));
    child.send(options.settings);
    child.once("exit", (code, signal) => {
      slots[slot] = undefined;
      if (stopping) return;
      options.log(`a worker ended (${signal ?? code}); it is started again`);
      setTimeout(() => start(slot), restartMs).unref();
    });
  };
  for (let slot = 0; slot < options.count; slot++) start(slot);
  return {
    pids: () => slots.flatMap((child) => (child?.pid === undefined ? [] : [child.pid])),
    async stop() {
      stopping = true;
      await Promise.all(slots.map(endChild));
    },
  };
}

async function endChild(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const force = setTimeout(() => child.kill("SIGKILL"), stopMs);
  await gone;
  clearTimeout(force);
}
