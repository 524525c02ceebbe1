/**
 * @file Sparse dictionaries of what attention heads say (Kissane et al. 2024, arXiv:2406.17759): find the attention layers of a model, learn a dictionary
 * at one, read its features by head and by source token, switch them off.
 */

export { unembedding } from "../readable.ts";
export type { TracedAttention } from "./attention-graph.ts";
export {
  type AttentionParts,
  attentionParts,
  attribute,
  type DirectAttribution,
  dfa,
  headAttribution,
} from "./attribution.ts";
export { evaluateSae, meanOf, type SaeQuality } from "./evaluate.ts";
export {
  type CardOptions,
  type FeatureActivity,
  type FeatureCard,
  type FeatureExample,
  featureActivity,
  featureCard,
  topFeatures,
  type WordEffect,
} from "./feature-card.ts";
export { type InductionOptions, type InductionScores, inductionScores } from "./induction.ts";
export type { Sparsity } from "./loss.ts";
export type { Texts } from "./model.ts";
export { checkOrigin } from "./origin.ts";
export { type ActivityByPredicate, againstPredicate } from "./predicate.ts";
export type { ResampleOptions } from "./resample.ts";
export { type Activation, decode, encode, featuresOf, foldScale, type Origin, type Sae, saeOnnx } from "./sae.ts";
export { type FromSaeLensOptions, fromSaeLens, type SaeFiles, toSaeLens } from "./sae-lens.ts";
export { type AttentionSite, findAttention, outputWeights } from "./site.ts";
export { ablateFeatures, reconstruction, type SiteEdit, spliced } from "./splice.ts";
export { type StreamAttribution, streamAttribution } from "./stream-attribution.ts";
export { type SaeLog, type SaeProgress, type TrainOptions, trainOnVectors, trainSae } from "./train.ts";
export {
  batchesOf,
  type ReadOptions,
  type SiteVectors,
  siteVectors,
  type VectorBatches,
  vectorBatches,
} from "./vectors.ts";
