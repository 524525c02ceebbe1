/** @file The weighted stochastic block model: groups of nodes by minimum description length. */

export { type DescriptionLengthOptions, descriptionLength } from "./description-length.ts";
export { type WeightedSbm, type WeightedSbmOptions, weightedSbm } from "./weighted-sbm.ts";
