/** @file Squared products of two rectifiers (ReLU-KAN; Qiu et al. 2024, arXiv:2406.02075). */

import type { SplineOptions } from "./bspline.ts";
import { type BasisSpace, evenly } from "./space.ts";

/** Intervals of the grid that each function spans. */
const spanned = 4;

/** (ReLU(x − s_n)·ReLU(e_n − x))²·16/(e_n − s_n)⁴, bells with peak 1 that overlap as the splines of the same grid do. */
export function relu({ intervals = 5, range = [-1, 1] }: SplineOptions = {}): BasisSpace {
  const [low, high] = range;
  const interval = (high - low) / intervals;
  const starts = evenly(low - (spanned - 1) * interval, high - interval, intervals + spanned - 1);
  const width = spanned * interval;
  return {
    name: "relu",
    size: intervals + spanned - 1,
    support: range,
    basis: (x) => {
      const within = x.unsqueeze(-1).sub(x.tracer.constant(starts, x.dtype));
      return within
        .relu()
        .mul(within.neg().add(width).relu())
        .mul(4 / width ** 2)
        .square();
    },
  };
}
