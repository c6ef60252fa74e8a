/**
 * Starts the kernel of explanations over a plan's memory, or its twin where WebAssembly (with SIMD) is missing.
 *
 * The binary is compiled once for all models; an explainer is one instance and its memory.
 */
import type { ExplainPlan } from "./explain-plan.ts";
import { walkForest } from "./explain-walk.ts";
import { explainKernel } from "./kernels/explain.ts";

export interface ExplainMachine {
  readonly kind: "kernel" | "twin";
  readonly buffer: ArrayBufferLike;
  /** Reads the plan's row and overwrites its out. */
  run(): void;
}

type Explain = (...numbers: number[]) => void;

let compiled: WebAssembly.Module | undefined;

export function startKernel(plan: ExplainPlan, slots: number): ExplainMachine {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(plan.bytes / 65_536) });
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(explainKernel.base64), (letter) => letter.charCodeAt(0)));
  const explain = new WebAssembly.Instance(compiled, { env: { memory } }).exports.explain as Explain;
  plan.write(memory.buffer);
  const { trees, treeCount, nodes, bits, row, out, scratch, stride } = plan;
  return { kind: "kernel", buffer: memory.buffer, run: () => explain(trees, treeCount, nodes, bits, row, out, slots, scratch, stride) };
}

export function startTwin(plan: ExplainPlan, slots: number): ExplainMachine {
  const buffer = new ArrayBuffer(plan.bytes);
  plan.write(buffer);
  return { kind: "twin", buffer, run: () => walkForest(plan, buffer, slots) };
}

/** Both give the same bits, so whichever can start will do. */
export function startMachine(plan: ExplainPlan, slots: number): ExplainMachine {
  try {
    return startKernel(plan, slots);
  } catch {
    return startTwin(plan, slots);
  }
}
