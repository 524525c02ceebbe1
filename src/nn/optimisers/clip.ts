/** @file Gradients kept within bounds. */

import { CajalError, type Value } from "../../graph/index.ts";
import { type Optimiser, stateless, valuesOf } from "./optimiser.ts";

/** The Euclidean norm of all leaves of a tree together: a scalar. */
export function globalNorm(tree: unknown): Value {
  const squares = valuesOf(tree).map((leaf) => leaf.op("ReduceSumSquare", [], { keepdims: 0 }));
  return squares.reduce((sum, square) => sum.add(square)).sqrt();
}

/** All gradients together scaled down to the given norm where they exceed it (Pascanu et al. 2013). */
export function clipByGlobalNorm(norm: number): Optimiser {
  checkBound("clipByGlobalNorm", norm);
  return stateless((gradients) => {
    const present = globalNorm(gradients);
    const factor = present.less(norm).where(present.tracer.lift(1, present.dtype), present.reciprocal().mul(norm));
    return gradients.map((gradient) => gradient.mul(factor));
  });
}

/** Each element kept within −bound and bound. */
export function clip(bound: number): Optimiser {
  checkBound("clip", bound);
  return stateless((gradients) => gradients.map((gradient) => gradient.op("Clip", [-bound, bound])));
}

function checkBound(name: string, bound: number): void {
  if (!(bound > 0)) throw new CajalError("argument", `${name}: the bound is ${bound}, not a positive number`);
}
