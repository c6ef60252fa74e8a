/**
 * Which machine grows the trees of a training: from 65,536 rows on one of coarse gradients, whose time is in adding rows.
 *
 * That depends on the rows alone, so the trees are the same where WebAssembly is missing.
 */
import { startHistograms } from "./histogram.ts";
import { startTreeKernel } from "./tree-kernel.ts";
import { createPlainMachine, type MachineOptions, type TreeMachine } from "./tree-machine.ts";

export interface Machines {
  readonly first: TreeMachine;
  /** For trees whose gradients do not suit the first. */
  second(): TreeMachine;
}

export type StartMachines = (options: MachineOptions) => Machines;

const coarseRows = 65_536;

export const startMachines: StartMachines = (options) => {
  const fine = once(() => createPlainMachine(options, "fine", startHistograms(options.table, options.rowCapacity)));
  return { first: options.rows.length < coarseRows ? fine() : startCoarse(options), second: fine };
};

function startCoarse(options: MachineOptions): TreeMachine {
  try {
    return startTreeKernel(options, options.startThread);
  } catch {
    return createPlainMachine(options, "coarse", startHistograms(options.table, options.rowCapacity));
  }
}

function once<Value>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
