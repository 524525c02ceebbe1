/** @file Gaussian radial basis functions (FastKAN; Li 2024, arXiv:2405.06721). */

import { type BasisSpace, evenly } from "./space.ts";

export interface RadialOptions {
  /** Default 8. */
  readonly centres?: number;
  /** From the first centre to the last. Default [−1, 1]. */
  readonly range?: readonly [low: number, high: number];
}

/** exp(−((x − c_n)/h)²): centres c_n evenly over the range, h their distance. */
export function rbf({ centres = 8, range = [-1, 1] }: RadialOptions = {}): BasisSpace {
  const places = evenly(range[0], range[1], centres);
  const distance = (range[1] - range[0]) / (centres - 1);
  return {
    name: "rbf",
    size: centres,
    support: range,
    basis: (x) =>
      x
        .unsqueeze(-1)
        .sub(x.tracer.constant(places, x.dtype))
        .mul(1 / distance)
        .square()
        .neg()
        .exp(),
  };
}
