/** @file Weight decay, decoupled from the gradients' statistics (Loshchilov & Hutter 2019). */

import { forEachLeaf, type ValueType } from "../../graph/index.ts";
import { type Optimiser, stateless } from "./optimiser.ts";

export interface DecayOptions {
  /** λ: the share of itself, times the rate, that a parameter loses in a step. */
  readonly weightDecay?: number;
  /** Which parameters decay, by path ("blocks/0/attention/query/weight") and shape. Default: all. See `onlyMatrices`. */
  readonly mask?: (path: string, type: ValueType) => boolean;
}

/** A mask: weights decay; biases, scales and shifts (one axis or none) don't. */
export function onlyMatrices(_path: string, { shape }: ValueType): boolean {
  return shape.length >= 2;
}

/** gradients + λ · parameters. */
export function addDecayedWeights({ weightDecay = 0.01, mask = () => true }: DecayOptions = {}): Optimiser {
  if (weightDecay === 0) return stateless((gradients) => gradients);
  return stateless((gradients, params, tree) => {
    const decays: boolean[] = [];
    forEachLeaf(tree, (leaf, path) => decays.push(mask(path, leaf)));
    return gradients.map((gradient, i) => (decays[i] ? gradient.add(params[i].mul(weightDecay)) : gradient));
  });
}
