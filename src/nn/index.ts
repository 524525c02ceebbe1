/** @file cajal/nn: parameters as plain objects, models as plain functions. */

export { type AdamOptions, type AdamState, adamInit, adamUpdate } from "./adam.ts";
export {
  type BatchNorm,
  type BatchStatistics,
  batchNorm,
  foldBatchNorm,
  initBatchNorm,
} from "./batch-norm.ts";
export { type Conv, type ConvOptions, conv, initConv, initLinear, type Linear, linear } from "./layers.ts";
export { binaryCrossEntropy, crossEntropy } from "./losses.ts";
