/**
 * @file cajal/methods/sparse/granet: training that is sparse from the first step, with connections that are pruned and grown on the way
 * (GraNet; S. Liu et al., NeurIPS 2021), and how well a network recovers from pruning.
 */

export { erkDensities, erkMasks, randomMask } from "../erk.ts";
export { flopsByWeight } from "../flops.ts";
export { pruneGlobal, pruneUniform } from "../magnitude.ts";
export { masked } from "../masked.ts";
export { applyMasks, connections, densityOf, type Maskable, type Masks, maskableWeights } from "../masks.ts";
export { type PrunableWeight, type PruneOptions, prunableWeights, prune } from "../prune-model.ts";
export type { MaskRecord } from "./history.ts";
export {
  beginning,
  type Cut,
  type PlasticityOptions,
  type PlasticityRow,
  pruningPlasticity,
  type Recovered,
  recover,
  type TrainingOptions,
  trainTo,
} from "./plasticity.ts";
export type { RecipeOptions, SparseMethod } from "./recipe.ts";
export { growLargest, regenerate, removeSmallest } from "./regenerate.ts";
export { densityAt } from "./schedules.ts";
export { type SparseFitOptions, type SparseFitResult, sparseFit } from "./sparse-fit.ts";
export type { Flops, Spent } from "./spent.ts";
