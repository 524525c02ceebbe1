/**
 * @file Configurable bricks: which neurons of a language model serve which function; a model that runs only the groups of neurons that an input
 * needs; and bricks that are grown, merged, updated and removed without touching the rest (arXiv:2409.02877).
 */

export {
  type Brick,
  baseOf,
  type ColumnChange,
  checkBase,
  decodeBrick,
  encodeBrick,
  type NewNeurons,
} from "./brick.ts";
export { type Configuration, configure, type Flops, flopsPerToken } from "./configure.ts";
export { type FeedForward, findFeedForward } from "./feed-forward.ts";
export { type LossByShare, lossFigure, neuronMap, perturbationFigure, sparsityFigure } from "./figures.ts";
export {
  type ExclusiveSets,
  exclusiveSets,
  type FunctionSet,
  type LabelledPrompt,
} from "./function-sets.ts";
export {
  type FuncScoreOptions,
  type FuncScores,
  functionalityScores,
  type LayerSummary,
  type NeuronSets,
  overlapOf,
  summariseScores,
  type TopOptions,
  topNeurons,
} from "./functionality.ts";
export { type GrowOptions, growBrick } from "./grow.ts";
export { type MergeOptions, mergeBricks } from "./merge.ts";
export {
  type BrickPlan,
  type LayerPlan,
  type NeuronBrick,
  type PartitionKind,
  type PartitionOptions,
  partition,
} from "./partition.ts";
export {
  type Perturbation,
  type PerturbationOptions,
  perturbationMatrix,
  withoutNeurons,
} from "./perturbation.ts";
export { type FunctionCentroids, functionCentroids, retrieveFunction } from "./retrieve.ts";
export type { BrickScorer, Router, RouterKind, RouterNetwork } from "./router.ts";
export {
  type ActivationDistribution,
  activationDistribution,
  type Indicator,
  type SparsityCurve,
  sparsityCurve,
} from "./sparsity.ts";
export { functionLosses, textLoss } from "./text-loss.ts";
export type { PassOptions, Tokens } from "./text-passes.ts";
export { type RouterOptions, routerRecall, trainRouter } from "./train-router.ts";
export { type BrickEdit, BrickUpdater, type Updated, type UpdateOptions, updateBrick } from "./update.ts";
