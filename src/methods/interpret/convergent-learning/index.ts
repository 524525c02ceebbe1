/**
 * @file cajal/methods/interpret/convergent-learning: which units of one network another network has, too: one to one, one to many, many to many.
 * After Li et al. 2016, arXiv:1511.07543.
 */

export { type Matrix, reordered } from "../matrix.ts";
export type { PassOptions } from "./activation-pass.ts";
export { type Cluster, type CoClusterOptions, type CoClusters, coCluster, type Merge } from "./co-cluster.ts";
export {
  type ConvergenceOptions,
  type ConvergenceReport,
  commonUnits,
  convergence,
  type LayerCommon,
  type LayerPair,
} from "./convergence.ts";
export { type JointStats, jointStats, type LayerStats, pairStats, type StatsOptions, swapped } from "./joint-stats.ts";
export {
  alignedOrder,
  distinctPartners,
  type Matching,
  type MatchOptions,
  matchUnits,
  meanScore,
  uniqueUnits,
} from "./match.ts";
export { randomRotation, rotated } from "./rotation.ts";
export { type SampleStatsOptions, sampleStats } from "./sample-stats.ts";
export { type SparsePrediction, sparsePrediction } from "./sparse-prediction.ts";
export type { Tap } from "./tap.ts";
