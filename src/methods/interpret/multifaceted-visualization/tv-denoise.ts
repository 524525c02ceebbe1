/**
 * @file Total-variation denoising by split Bregman (Goldstein & Osher 2009, doi:10.1137/080725891): of all images v the one with the least TV(v) + (w/2)·‖v − x‖².
 *
 * TV is the sum over pixels of the length of the forward difference (isotropic), each channel for itself, with nothing beyond the border. With d in place of
 * ∇v, held to it by b, the problem splits into a linear one for v, of which one sweep is made (Gauss–Seidel), and a shrinkage of d.
 */

import { CajalError, formatShape, type Shape, sizeOf } from "../../../graph/index.ts";

export interface TvOptions {
  /** Sweeps, at most. Default 100. */
  readonly iterations?: number;
  /** It stops when a sweep changes pixels by less, as a root mean square. Default 1e-3, in the pixels' unit. */
  readonly tolerance?: number;
}

/**
 * The image [channels, height, width], denoised.
 * @param weight w: how much an image may not differ from what it was; the smaller, the smoother. For pixels of 0…255, 0.01 is strong and 2 weak
 * @throws CajalError `shape`, `argument` when the weight is not above 0
 */
export function tvDenoise(image: Float32Array, shape: Shape, weight: number, options: TvOptions = {}): Float32Array {
  const { iterations = 100, tolerance = 1e-3 } = options;
  if (shape.length !== 3 || sizeOf(shape) !== image.length)
    throw new CajalError("shape", `tvDenoise: ${image.length} pixels are no image ${formatShape(shape)} of [C, H, W]`);
  if (!(weight > 0)) throw new CajalError("argument", `tvDenoise: a weight of ${weight}; it must be above 0`);
  const [channels, height, width] = shape;
  const out = new Float32Array(image.length);
  const plane = height * width;
  const work = workspace(plane);
  for (let c = 0; c < channels; c++) {
    const noisy = image.subarray(c * plane, (c + 1) * plane);
    out.set(denoisedPlane(noisy, height, width, weight, iterations, tolerance, work), c * plane);
  }
  return out;
}

/** TV(v) + (w/2)·‖v − x‖². */
export function tvObjective(v: ArrayLike<number>, x: ArrayLike<number>, shape: Shape, weight: number): number {
  let misfit = 0;
  for (let i = 0; i < x.length; i++) misfit += (v[i] - x[i]) ** 2;
  return totalVariation(v, shape) + (weight / 2) * misfit;
}

export function totalVariation(v: ArrayLike<number>, [channels, height, width]: Shape): number {
  let sum = 0;
  for (let c = 0, at = 0; c < channels; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++, at++) {
        const right = x + 1 < width ? v[at + 1] - v[at] : 0;
        const down = y + 1 < height ? v[at + width] - v[at] : 0;
        sum += Math.sqrt(right * right + down * down);
      }
  return sum;
}

/** Arrays of one channel. b: what d still differs from ∇v by, added up. The linear problem reads d − b alone. */
interface Workspace {
  readonly v: Float64Array;
  readonly bx: Float64Array;
  readonly by: Float64Array;
  /** d − b */
  readonly px: Float64Array;
  readonly py: Float64Array;
}

function workspace(plane: number): Workspace {
  const array = () => new Float64Array(plane);
  return { v: array(), bx: array(), by: array(), px: array(), py: array() };
}

function denoisedPlane(
  noisy: Float32Array,
  height: number,
  width: number,
  weight: number,
  iterations: number,
  tolerance: number,
  { v, bx, by, px, py }: Workspace,
): Float64Array {
  // λ: how strongly d is held to ∇v. Any λ > 0 has the same solution; twice the weight gets there soonest in practice.
  const lambda = 2 * weight;
  v.set(noisy);
  for (const array of [bx, by, px, py]) array.fill(0);
  const enough = tolerance * tolerance * noisy.length;
  for (let i = 0; i < iterations; i++) {
    const change = sweep(v, noisy, px, py, height, width, weight, lambda);
    shrink(v, bx, by, px, py, height, width, 1 / lambda);
    if (change <= enough) break;
  }
  return v;
}

/** w·(v − x) + λ·∇ᵀ(∇v − d + b) = 0, solved for one pixel after the other; the sum of squared changes. */
function sweep(
  v: Float64Array,
  noisy: Float32Array,
  px: Float64Array,
  py: Float64Array,
  height: number,
  width: number,
  weight: number,
  lambda: number,
): number {
  let change = 0;
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      let [sum, neighbours] = [-px[at] - py[at], 0];
      if (x > 0) {
        sum += v[at - 1] + px[at - 1];
        neighbours++;
      }
      if (x + 1 < width) {
        sum += v[at + 1];
        neighbours++;
      }
      if (y > 0) {
        sum += v[at - width] + py[at - width];
        neighbours++;
      }
      if (y + 1 < height) {
        sum += v[at + width];
        neighbours++;
      }
      const next = (weight * noisy[at] + lambda * sum) / (weight + lambda * neighbours);
      change += (next - v[at]) ** 2;
      v[at] = next;
    }
  return change;
}

/** d = ∇v + b, shortened by 1/λ; b takes what was cut off. */
function shrink(
  v: Float64Array,
  bx: Float64Array,
  by: Float64Array,
  px: Float64Array,
  py: Float64Array,
  height: number,
  width: number,
  threshold: number,
): void {
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      const tx = x + 1 < width ? v[at + 1] - v[at] + bx[at] : 0;
      const ty = y + 1 < height ? v[at + width] - v[at] + by[at] : 0;
      const length = Math.sqrt(tx * tx + ty * ty);
      const kept = length > threshold ? 1 - threshold / length : 0;
      bx[at] = tx * (1 - kept);
      by[at] = ty * (1 - kept);
      px[at] = tx * kept - bx[at];
      py[at] = ty * kept - by[at];
    }
}
