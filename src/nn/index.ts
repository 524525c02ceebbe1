/** @file cajal/nn: parameters as plain objects, models as plain functions. */

export {
  type BatchNorm,
  type BatchStatistics,
  batchNorm,
  foldBatchNorm,
  initBatchNorm,
} from "./batch-norm.ts";
export { type Conv, type ConvOptions, conv, initConv, initLinear, type Linear, linear } from "./layers.ts";
export { binaryCrossEntropy, crossEntropy } from "./losses.ts";
export * from "./optimisers/index.ts";
export type { Arithmetic, Schedule } from "./schedule.ts";
export * as schedule from "./schedule.ts";
