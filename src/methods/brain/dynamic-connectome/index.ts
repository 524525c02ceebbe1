/** @file cajal/methods/brain/dynamic-connectome: motifs of neurons that act together, with when, in which animals, and their communities. */

export { adjustedRandIndex, normalisedMutualInformation } from "../../../nn/index.ts";
export {
  type DescriptionLengthOptions,
  descriptionLength,
  type WeightedSbm,
  type WeightedSbmOptions,
  weightedSbm,
} from "../block-model/index.ts";
export { louvain, modularity } from "../louvain.ts";
export { graphOfMatrix, type WeightedGraph } from "../weighted-graph.ts";
export { type AffinityOptions, type AffinityTensor, affinityTensor } from "./affinity.ts";
export { type CommunityOptions, patternCommunities, patternGraph } from "./communities.ts";
export {
  contrast,
  type DynamicConnectome,
  type DynamicConnectomeOptions,
  dynamicConnectome,
  type Intervals,
  type Motif,
  motifsOf,
} from "./dynamic-connectome.ts";
export { type PlantedMotif, type PlantedOptions, plantedMotifs } from "./experiment/planted-motifs.ts";
export {
  type Components,
  chooseRank,
  factorSimilarity,
  type Ntf,
  type NtfOptions,
  ntf,
  ntfRankScan,
  type RankScore,
} from "./ntf.ts";
export { communityRiver, type MotifPictureOptions, motifPicture } from "./pictures.ts";
export { meanAbsoluteCorrelation, meanAffinity } from "./static-connectome.ts";
