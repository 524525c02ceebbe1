/**
 * @file cajal/methods/interpret/relation-neurons: the neurons of a language model that encode a relation (“the mother of … is”) whatever it is between,
 * found in a table of facts; what happens without them. After Liu et al. 2025, arXiv:2502.17355.
 */

export { type Answer, answersOf, type RunOptions } from "./answers.ts";
export { type Cumulated, cumulativity, type Difference, differenceTest, type Means } from "./cumulativity.ts";
export { deactivate } from "./deactivate.ts";
export { type RelationNeuronsOptions, relationNeurons } from "./detect.ts";
export {
  type EffectOptions,
  ownAndOthers,
  type Performance,
  type RelationMatrix,
  relationMatrix,
} from "./effects.ts";
export { type FfnMap, findFfn, type NeuronId, neuronCount } from "./ffn.ts";
export { curvesFigure, matrixFigure, overlapFigure, placesFigure } from "./figures.ts";
export { type HeldOutOptions, heldOutPrecision } from "./held-out.ts";
export { type Overlap, overlaps } from "./overlap.ts";
export { askedOf, type Question, questionsOf } from "./questions.ts";
export { type Dropped, type Found, type RankedNeuron, type RankOptions, randomNeurons, topNeurons } from "./rank.ts";
export { type Fact, type FactSplit, promptOf, type RelationSet, splitFacts } from "./relations.ts";
export { textPerplexity } from "./unrelated.ts";
