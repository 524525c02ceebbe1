/** @file Total-variation denoising by projected gradient ascent on the dual (Chambolle 2004), a twin for the solver: v = x − (1/w)·∇ᵀp with every |p| ≤ 1. */

import type { Shape } from "../../../../graph/index.ts";

/** @param image [channels, height, width] */
export function dualAscent(image: Float32Array, shape: Shape, weight: number, iterations: number): Float64Array {
  const [channels, height, width] = shape;
  const plane = height * width;
  const out = new Float64Array(image.length);
  for (let c = 0; c < channels; c++) {
    const x = image.subarray(c * plane, (c + 1) * plane);
    const [px, py] = [new Float64Array(plane), new Float64Array(plane)];
    for (let i = 0; i < iterations; i++) {
      const v = primal(x, px, py, height, width, weight);
      // The dual's gradient is ∇v; its Lipschitz constant is 8/w.
      const step = weight / 8;
      for (let r = 0, at = 0; r < height; r++)
        for (let s = 0; s < width; s++, at++) {
          const qx = px[at] + step * (s + 1 < width ? v[at + 1] - v[at] : 0);
          const qy = py[at] + step * (r + 1 < height ? v[at + width] - v[at] : 0);
          const length = Math.max(1, Math.sqrt(qx * qx + qy * qy));
          px[at] = qx / length;
          py[at] = qy / length;
        }
    }
    out.set(primal(x, px, py, height, width, weight), c * plane);
  }
  return out;
}

function primal(
  x: Float32Array,
  px: Float64Array,
  py: Float64Array,
  height: number,
  width: number,
  weight: number,
): Float64Array {
  const v = new Float64Array(x.length);
  for (let r = 0, at = 0; r < height; r++)
    for (let s = 0; s < width; s++, at++) {
      const adjoint = (s > 0 ? px[at - 1] : 0) - px[at] + (r > 0 ? py[at - width] : 0) - py[at];
      v[at] = x[at] - adjoint / weight;
    }
  return v;
}
