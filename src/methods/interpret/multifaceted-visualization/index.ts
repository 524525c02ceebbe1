/**
 * @file cajal/methods/interpret/multifaceted-visualization: one synthetic picture for each kind of input that makes a unit fire.
 * After Nguyen, Yosinski & Clune 2016, arXiv:1602.03616.
 */

export { activationMaximize, type Maximised, type MaximiseOptions } from "./activation-maximisation.ts";
export type { FacetMap } from "./facet-map.ts";
export {
  type Facet,
  type FacetSeed,
  type FacetsOptions,
  type FindFacetsOptions,
  type FoundFacets,
  facets,
  findFacets,
  greyNoise,
  type UnitFacets,
} from "./facets.ts";
export type { ImageSetOptions } from "./image-set.ts";
export { principalComponents } from "./pca.ts";
export { meanSilhouette, silhouettes } from "./silhouette.ts";
export { centreBiasedStages, meanImageStages, type Ramp, type Stage, shortened } from "./stages.ts";
export { type TsneOptions, tsne } from "./tsne.ts";
export { type TvOptions, totalVariation, tvDenoise, tvObjective } from "./tv-denoise.ts";
export type { Unit } from "./unit.ts";
export { type Objective, UnitGradient, type UnitGradients } from "./unit-gradient.ts";
