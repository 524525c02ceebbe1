/** @file Sines and cosines (FourierKAN; Xu et al. 2024, arXiv:2406.01034). */

import { concat } from "../../../../graph/index.ts";
import type { BasisSpace } from "./space.ts";

export interface FourierOptions {
  /** Half-waves on [−1, 1] go up to twice this number. Default 4. */
  readonly frequencies?: number;
}

/** cos(nπx) and sin(nπx) for n = 1 … frequencies. There is no constant. */
export function fourier({ frequencies = 4 }: FourierOptions = {}): BasisSpace {
  const turns = Array.from({ length: frequencies }, (_, n) => (n + 1) * Math.PI);
  return {
    name: "fourier",
    size: 2 * frequencies,
    basis: (x) => {
      const angle = x.unsqueeze(-1).mul(x.tracer.constant(turns, x.dtype));
      return concat([angle.cos(), angle.sin()], -1);
    },
  };
}
