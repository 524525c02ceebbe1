/**
 * @file cajal/methods/interpret/linguistic-collapse: the geometry of a model's top layer: how far class means have collapsed to a simplex.
 * After Wu & Papyan 2024, arXiv:2405.17767.
 */

export {
  type Batch,
  type Batches,
  type LabelledBatch,
  labelledBatches,
  packedText,
  paddedTexts,
  pictureBatches,
  type TextBatch,
} from "./batches.ts";
export { type ClassMeans, MeanAccumulator, type MeanState, type Rows } from "./class-means.ts";
export { VarianceAccumulator, type VarianceState } from "./class-variances.ts";
export {
  type ClassFindings,
  type CollapseReport,
  type Geometry,
  geometry,
  type Validation,
} from "./collapse-report.ts";
export { collapseTrend, type Measure, type Measured, measures, type Trend } from "./collapse-trend.ts";
export { Decider, DecisionAccumulator, type DecisionState, type Decisions, type HeadRows } from "./decisions.ts";
export { type FoundHead, findHead, type HeadPlace } from "./head.ts";
export type { AnyModel } from "./network.ts";
export { type CollapseOptions, neuralCollapse } from "./neural-collapse.ts";
export type { PairOptions } from "./pair-measures.ts";
