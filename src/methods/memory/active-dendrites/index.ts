/**
 * @file cajal/methods/memory/active-dendrites: how reliably neurons with dendritic segments recognise sparse codes; and a neuron that does. After S. Ahmad and J. Hawkins, How do
 * neurons operate on sparse distributed representations? (2016), arXiv:1601.00720.
 */

export { toSparseCodes, type UnitStatistics, unitStatistics, type WinnerOptions } from "../k-winners.ts";
export {
  binaryOfCodes,
  codesOfBinary,
  overlap,
  randomCode,
  replaceCells,
  type SparseCode,
  sparseCode,
} from "../sparse-code.ts";
export { wilsonInterval } from "../wilson.ts";
export { type AnalysisOptions, analyseCodes, type CodeAnalysis } from "./analyse.ts";
export { type DendriteValues, dendrites, segmentTable, softDendrites } from "./layer.ts";
export { DendriticNeuron, type NeuronOptions, type Response } from "./neuron.ts";
export { binaryWeights, hebbianWeights, weightedSum } from "./point-neuron.ts";
export type { Probability } from "./probability.ts";
export { falseNegative, falsePositive, neuronFalsePositive, type Recall } from "./recognition-errors.ts";
export { type ScalingPoint, scalingCurve } from "./scaling.ts";
export type { SegmentSizes } from "./sizes.ts";
export {
  capacity,
  corticalSizes,
  medianFalsePositive,
  type NeuronSizes,
  optimalThreshold,
  recommendSegment,
  type ThresholdPoint,
} from "./threshold.ts";
export { type UnionMode, type UnionSizes, unionFalsePositive } from "./union.ts";
