/**
 * @file cajal/nn: parameters as plain objects, models as plain functions. `init.linear(rng, 784, 10)` makes parameters, `linear(p, x)`
 * applies them; the same pair for every layer.
 */

export * from "./activations.ts";
export { bestAssignment } from "./assignment.ts";
export {
  type Attention,
  type AttentionOptions,
  attention,
  type InitAttentionOptions,
} from "./attention/attention.ts";
export {
  type AttentionCache,
  type AttentionStepOptions,
  attentionStep,
  extendAttentionCache,
  type Place,
  placeAfter,
} from "./attention/cache.ts";
export { type RotaryOptions, rotary } from "./attention/rotary.ts";
export type { RotaryScaling } from "./attention/rotary-scaling.ts";
export * from "./average-precision.ts";
export { type BalancedPartition, type BalancedPartitionOptions, balancedPartition } from "./balanced-partition.ts";
export { pearson, permutationP, ranks, spearman } from "./correlation.ts";
export * as init from "./init.ts";
export type { Distribution, Fans, Initialiser } from "./initialisers.ts";
export * as weights from "./initialisers.ts";
export { type Clusters, type KMeansOptions, kMeans } from "./k-means.ts";
export {
  type BatchNorm,
  type BatchNormOptions,
  type BatchStatistics,
  batchNorm,
  foldBatchNorm,
} from "./layers/batch-norm.ts";
export { type Conv, type ConvOptions, type ConvTransposeOptions, conv, convTranspose } from "./layers/conv.ts";
export { dropout } from "./layers/dropout.ts";
export { type Embedding, embedding } from "./layers/embedding.ts";
export { type LayerOptions, type Linear, linear } from "./layers/linear.ts";
export { type GatedMlp, glu, type Mlp, mlp, swiglu } from "./layers/mlp.ts";
export { type GroupNorm, groupNorm, type LayerNorm, layerNorm, type RmsNorm, rmsNorm } from "./layers/norm.ts";
export { averagePool, globalAveragePool, maxPool, type PoolOptions } from "./layers/pool.ts";
export * from "./losses.ts";
export * from "./metrics.ts";
export * from "./optimisers/index.ts";
export {
  adjustedRandIndex,
  canonicalLabels,
  groupCount,
  type Labels,
  normalisedMutualInformation,
  purity,
} from "./partition-agreement.ts";
export { type Gru, type GruState, gruStep } from "./recurrent/gru.ts";
export { type Lstm, type LstmState, lstmStep } from "./recurrent/lstm.ts";
export { type Rnn, type RnnState, rnnStep } from "./recurrent/rnn.ts";
export { gru, lstm, rnn, type Sequence, type SequenceOptions } from "./recurrent/sequence.ts";
export type { Arithmetic, Schedule } from "./schedule.ts";
export * as schedule from "./schedule.ts";
export { type InitMambaOptions, type Mamba, type MambaState, mamba } from "./state-space/mamba.ts";
export { type S4d, type S4dState, s4d, s4dStep } from "./state-space/s4d.ts";
export { type Batches, type BatchesOptions, batches, takeRows, type Windows, windows } from "./training/batches.ts";
export type { CheckpointStorage } from "./training/checkpoint.ts";
export {
  type Between,
  type EarlyStop,
  type FitOptions,
  type FitProgress,
  type FitResult,
  fit,
  type Moment,
  type Training,
} from "./training/fit.ts";
export type { Loss, LossContext, LossResult } from "./training/step.ts";
export {
  type Block,
  type BlockOptions,
  block,
  blockStep,
  type InitBlockOptions,
  type Norm,
  normalise,
} from "./transformer/block.ts";
export { type FitGptOptions, fitGpt, gptLoss } from "./transformer/fit-gpt.ts";
export {
  extendGptCache,
  type Gpt,
  type GptCache,
  type GptOptions,
  gpt,
  gptStep,
  type InitGptOptions,
  logitsOf,
} from "./transformer/gpt.ts";
