/**
 * @file cajal/methods/language/word-classes: in every layer of a model of the next word, how far the representation of a context is apart by the class of
 * the word that is still to come; with the controls that such a figure needs. After Surendra et al. 2023, arXiv:2302.07588.
 */

export { mostFrequent, type Vocabulary, vocabularyOf } from "../../../data/index.ts";
export { type Clusters, type KMeansOptions, kMeans } from "../../../nn/index.ts";
export {
  type ConditionalDiscrimination,
  type ConditionalOptions,
  conditionalGdv,
  gdvNull,
  type NullBand,
} from "../discrimination-controls.ts";
export { type Discrimination, type GdvOptions, gdv } from "../generalized-discrimination.ts";
export { type ProbeOptions, type ProbeResult, probe } from "../linear-probe.ts";
export { type Embedded, type MdsOptions, mds } from "../mds.ts";
export { standardised } from "../standardise.ts";
export { lowerCased, shuffledOrder, type TaggedText, textOfTrees } from "../tagged-text.ts";
export {
  type ContextOptions,
  type ContextStates,
  type ContextStatesOptions,
  type Contexts,
  chooseContexts,
  contextStates,
} from "./context-states.ts";
export { evaluateNextWord, type Prediction } from "./evaluate.ts";
export { bigramPrediction, countWords, followerCounts, unigramPrediction, type WordCounts } from "./n-grams.ts";
export { type NetworkOptions, type NextWordNetwork, type NextWordParams, nextWordNetwork } from "./network.ts";
export { exportNextWordModel, type NextWordModel, nextWordModel } from "./next-word-model.ts";
export { type LayerReading, type ReadLayersOptions, readLayers } from "./read-layers.ts";
export { type TrainingPoint, type TrainOptions, trainNextWord } from "./train.ts";
