/** @file Optimisers in the style of optax. */

export { accumulate } from "./accumulate.ts";
export { type AdamOptions, adam, adamw, scaleByAdam } from "./adam.ts";
export { clip, clipByGlobalNorm, globalNorm } from "./clip.ts";
export { lamb, scaleByTrustRatio } from "./lamb.ts";
export { type LionOptions, lion } from "./lion.ts";
export { applyUpdates, chain, type Optimiser, type OptimiserState } from "./optimiser.ts";
export { freeze, keepWithin, partition } from "./partition.ts";
export { perParameter, type Rule } from "./per-parameter.ts";
export { type Rate, scaleByRate } from "./rate.ts";
export { type AdagradOptions, adagrad, type RmspropOptions, rmsprop } from "./rmsprop.ts";
export { accumulateVelocity, type MomentumOptions, momentum, sgd } from "./sgd.ts";
export { alongSphere, keepUnitRows, type ParameterMask } from "./unit-rows.ts";
export { addDecayedWeights, type DecayOptions, onlyMatrices } from "./weight-decay.ts";
