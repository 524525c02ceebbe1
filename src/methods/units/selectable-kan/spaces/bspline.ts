/** @file Cubic B-splines on a uniform grid (the original KAN; Liu et al. 2024, arXiv:2404.19756). */

import { type BasisSpace, evenly } from "./space.ts";

export interface SplineOptions {
  /** G: equal intervals of the range. Default 5. */
  readonly intervals?: number;
  /** Inputs for which the functions sum to 1. Default [−1, 1]. */
  readonly range?: readonly [low: number, high: number];
}

/**
 * G + 3 functions, twice continuously differentiable, each over four intervals of a grid that goes on three intervals beyond the range.
 * On a uniform grid the recursion of Cox and de Boor comes to one function in different places: with v = |x − middle| / interval,
 * B(v) = (max(2 − v, 0)³ − 4·max(1 − v, 0)³) / 6.
 */
export function bspline({ intervals = 5, range = [-1, 1] }: SplineOptions = {}): BasisSpace {
  const [low, high] = range;
  const interval = (high - low) / intervals;
  const middles = evenly(low - interval, high + interval, intervals + 3);
  return {
    name: "bspline",
    size: intervals + 3,
    support: range,
    basis: (x) => {
      const v = x
        .unsqueeze(-1)
        .sub(x.tracer.constant(middles, x.dtype))
        .mul(1 / interval)
        .abs();
      const outer = v.neg().add(2).relu();
      const inner = v.neg().add(1).relu();
      const cube = (u: typeof v) => u.square().mul(u);
      return cube(outer)
        .mul(1 / 6)
        .sub(cube(inner).mul(2 / 3));
    },
  };
}
