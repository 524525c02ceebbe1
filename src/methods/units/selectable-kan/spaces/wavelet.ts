/** @file The Mexican hat (WavKAN; Bozorgasl & Chen 2024, arXiv:2405.12832). */

import type { ShapedSpace } from "./space.ts";

/** (1 − u²)·exp(−u²/2) with u = (x − shift)/scale: its integral is 0. Each edge learns amplitude, shift and scale. */
export function wavelet(): ShapedSpace {
  return {
    name: "wavelet",
    shape: { shift: 0, scale: 1 },
    form: (x, { shift, scale }) => {
      const squared = x.sub(shift).div(scale).square();
      return squared.neg().add(1).mul(squared.mul(-0.5).exp());
    },
  };
}
