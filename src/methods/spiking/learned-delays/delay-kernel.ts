/**
 * @file Kernels over time that hold one weight and one delay for each synapse. Tap n of a kernel of T_d taps is a delay of T_d − 1 − n steps;
 * a position P in [−h, h], h = ⌊T_d/2⌋, stands for the tap c = P + h.
 */

import { CajalError, type Tensor, Value } from "../../../graph/index.ts";

/** σ̂ = |σ| + this: however small σ becomes, the neighbours of a position stay in sight. */
export const sigmaFloor = 0.27;

/** Keeps the sum over taps from being zero. */
const nothing = 1e-7;

/** @throws CajalError `argument` when T_d is not odd */
export function halfDelay(maxDelay: number): number {
  if (!Number.isInteger(maxDelay) || maxDelay < 1 || maxDelay % 2 === 0)
    throw new CajalError(
      "argument",
      `delays: maximal delay must be odd (kernel centre); ${maxDelay} → use ${nearest(maxDelay)}`,
    );
  return (maxDelay - 1) / 2;
}

function nearest(maxDelay: number): string {
  const below = 2 * Math.ceil(maxDelay / 2) - 1;
  return below < 1 ? "1" : `${below} or ${below + 2}`;
}

/** The numbers of taps, broadcast against [outputs, inputs, taps]. */
function taps(like: Value, maxDelay: number): Value {
  return like.tracer.constant(
    Array.from({ length: maxDelay }, (_, n) => n),
    like.dtype,
    [1, 1, maxDelay],
  );
}

/**
 * K_oi[n] = W_oi·g_oi[n]/Σ_m g_oi[m], g_oi[n] = exp(−½((n − c_oi)/σ̂)²): the weight spread over the taps around its position, so that the
 * gradient tells a position where to go.
 * @param weight W [outputs, inputs] @param position P [outputs, inputs] @param sigma σ, steps
 * @returns [outputs, inputs, T_d]
 */
export function gaussianKernel(weight: Value, position: Value, sigma: Value | number, maxDelay: number): Value {
  const spread = (typeof sigma === "number" ? weight.tracer.lift(sigma, weight.dtype) : sigma).abs().add(sigmaFloor);
  const centre = position.add(halfDelay(maxDelay)).unsqueeze(2);
  const g = taps(weight, maxDelay).sub(centre).div(spread).square().mul(-0.5).exp();
  const total = g.sum(2, true).add(nothing);
  return g.mul(weight.unsqueeze(2).div(total));
}

/** The whole weight on the tap that is nearest to the position: what is used once training is over. No gradient to positions. */
export function oneHotKernel(weight: Value, position: Value | Tensor, maxDelay: number): Value {
  const h = halfDelay(maxDelay);
  const at = (position instanceof Value ? position : weight.tracer.lift(position, weight.dtype))
    .op("Round")
    .op("Clip", [-h, h])
    .add(h);
  return taps(weight, maxDelay).equal(at.unsqueeze(2)).cast(weight.dtype).mul(weight.unsqueeze(2));
}

/** Delays in steps, D = T_d − 1 − (P + h), of positions rounded to whole taps: int32, as many as there are positions. */
export function delaysOf(position: Tensor, maxDelay: number): Int32Array {
  const h = halfDelay(maxDelay);
  return Int32Array.from(position.numbers(), (p) => maxDelay - 1 - (Math.max(-h, Math.min(h, roundHalfEven(p))) + h));
}

/** As ONNX rounds. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
