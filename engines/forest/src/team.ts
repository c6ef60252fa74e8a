/**
 * A second thread that takes part in training: one word of shared memory says whose turn it is.
 *
 * The thread that trains posts an operation with its numbers, does its own part, and waits; both spin for a moment before they
 * sleep. A thread that has not come yet, or that left after half a minute without work (whoever trained may have given up
 * without a word), is done without: its part is done by the one that trains, with the same outcome.
 */

import { layOutTree, type TreeShape } from "./tree-layout.ts";
import { createTreePart, type OperationName, operations } from "./tree-part.ts";

/** What a thread is started with; a structured clone of it will do. */
export interface ThreadWork {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly shape: TreeShape;
}

/** Starts a thread that calls serveThread(work). */
export type StartThread = (work: ThreadWork) => void;

export interface Team {
  /** False where nobody is there to do it. */
  post(operation: OperationName, numbers: readonly number[]): boolean;
  /** Waits for what was posted. @throws Error when the thread failed, or did not answer for a minute. */
  join(): void;
  end(): void;
}

const states = { absent: 0, ready: 1, posted: 2, ended: 3, failed: 4 } as const;
const stop = operations.length;
const spins = 500;
const idleMs = 30_000;
const answerMs = 60_000;

interface Control {
  /** i32[2]: state, operation. */
  readonly words: Int32Array;
  readonly numbers: Float64Array;
}

function controlOf(buffer: ArrayBufferLike, at: number): Control {
  return { words: new Int32Array(buffer, at, 2), numbers: new Float64Array(buffer, at + 64, 16) };
}

/** Waits while the state is `state`; false when that took too long. */
function waitWhile(words: Int32Array, state: number, timeoutMs: number): boolean {
  for (let spin = 0; spin < spins; spin++) if (Atomics.load(words, 0) !== state) return true;
  return Atomics.wait(words, 0, state, timeoutMs) !== "timed-out" || Atomics.load(words, 0) !== state;
}

function turn(words: Int32Array, from: number, to: number): boolean {
  if (Atomics.compareExchange(words, 0, from, to) !== from) return false;
  Atomics.notify(words, 0);
  return true;
}

/** Takes part in a training until it ends; for the thread that was started with the work. */
export function serveThread({ module, memory, shape }: ThreadWork): void {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const part = createTreePart(exports as Parameters<typeof createTreePart>[0], memory.buffer, shape);
  const { words, numbers } = controlOf(memory.buffer, layOutTree(shape).control);
  if (!turn(words, states.absent, states.ready)) return;
  for (;;) {
    if (!waitWhile(words, states.ready, idleMs)) {
      if (turn(words, states.ready, states.ended)) return;
    } else if (words[1] === stop) {
      turn(words, states.posted, states.ended);
      return;
    } else {
      try {
        part[operations[words[1] as number] as OperationName](1, ...numbers);
      } catch (error) {
        turn(words, states.posted, states.failed);
        throw error;
      }
      turn(words, states.posted, states.ready);
    }
  }
}

export function createTeam(buffer: ArrayBufferLike, at: number): Team {
  const { words, numbers } = controlOf(buffer, at);
  const post = (operation: number, given: readonly number[]): boolean => {
    if (Atomics.load(words, 0) !== states.ready) return false;
    numbers.set(given);
    words[1] = operation;
    return turn(words, states.ready, states.posted);
  };
  return {
    post: (operation, given) => post(operations.indexOf(operation), given),
    join() {
      if (!waitWhile(words, states.posted, answerMs)) throw new Error("a thread of the training does not answer");
      if (Atomics.load(words, 0) === states.failed) throw new Error("a thread of the training failed");
    },
    end() {
      if (!turn(words, states.absent, states.ended)) post(stop, []);
    },
  };
}
