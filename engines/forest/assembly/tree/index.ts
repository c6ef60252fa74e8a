/**
 * What a tree on coarse gradients is made of: src/tree-layout.ts lays out the memory, src/tree-machine.ts holds the twin.
 */
export { binaryGradients } from "./gradient";
export { add2, add4, add6, add8, add10, add12, add14, addSome, flush, gatherFirst, gatherOne, gatherPair, gatherSecond, second2, second4, second6, second8, second10, second12, second14, secondSome } from "./histogram";
export { addLeafValues, addTreeValues, labelLeaf, largest, partition, quantise, sumLeaves } from "./rows";
export { findNumeric, subtract } from "./split";
