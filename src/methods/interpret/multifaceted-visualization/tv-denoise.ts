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
  const size = height * width;
  const plane = planeOf(height, width);
  for (let c = 0; c < channels; c++) {
    denoise(plane, image.subarray(c * size, (c + 1) * size), weight, iterations, tolerance);
    out.set(plane.v, c * size);
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

/** Arrays of one channel, in float32: they should stay near the processor. b: what d still differs from ∇v by, added up. */
interface Plane {
  readonly height: number;
  readonly width: number;
  readonly v: Float32Array;
  readonly bx: Float32Array;
  readonly by: Float32Array;
  /** d − b: what the linear problem reads. */
  readonly px: Float32Array;
  readonly py: Float32Array;
}

function planeOf(height: number, width: number): Plane {
  const array = () => new Float32Array(height * width);
  return { height, width, v: array(), bx: array(), by: array(), px: array(), py: array() };
}

/** Denoises one channel into `plane.v`. */
function denoise(plane: Plane, noisy: Float32Array, weight: number, iterations: number, tolerance: number): void {
  // λ: how strongly d is held to ∇v. Any λ > 0 has the same solution; twice the weight gets there soonest in practice.
  const lambda = 2 * weight;
  plane.v.set(noisy);
  for (const array of [plane.bx, plane.by, plane.px, plane.py]) array.fill(0);
  const enough = tolerance * tolerance * noisy.length;
  for (let i = 0; i < iterations; i++) {
    const change = sweep(plane, noisy, weight, lambda);
    shrink(plane, 1 / lambda);
    if (change <= enough) break;
  }
}

/** w·(v − x) + λ·∇ᵀ(∇v − d + b) = 0, solved for one pixel after the other; the sum of squared changes. */
function sweep(plane: Plane, noisy: Float32Array, weight: number, lambda: number): number {
  const { height, width, v, px, py } = plane;
  // Of a pixel with four neighbours.
  const ownShare = weight / (weight + 4 * lambda);
  const share = lambda / (weight + 4 * lambda);
  let change = 0;
  for (let y = 0, at = 0; y < height; y++) {
    const inner = y > 0 && y + 1 < height;
    for (let x = 0; x < width; x++, at++) {
      let next: number;
      if (inner && x > 0 && x + 1 < width) {
        const around = v[at - 1] + v[at + 1] + v[at - width] + v[at + width];
        next = ownShare * noisy[at] + share * (around + px[at - 1] - px[at] + py[at - width] - py[at]);
      } else next = atBorder(plane, noisy, at, y, x, weight, lambda);
      const step = next - v[at];
      change += step * step;
      v[at] = next;
    }
  }
  return change;
}

function atBorder(
  { height, width, v, px, py }: Plane,
  noisy: Float32Array,
  at: number,
  y: number,
  x: number,
  weight: number,
  lambda: number,
): number {
  let sum = -px[at] - py[at];
  let neighbours = 0;
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
  return (weight * noisy[at] + lambda * sum) / (weight + lambda * neighbours);
}

/** d = ∇v + b, shortened by 1/λ; b takes what was cut off. */
function shrink({ height, width, v, bx, by, px, py }: Plane, threshold: number): void {
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      const tx = x + 1 < width ? v[at + 1] - v[at] + bx[at] : 0;
      const ty = y + 1 < height ? v[at + width] - v[at] + by[at] : 0;
      const square = tx * tx + ty * ty;
      const cut = square > threshold * threshold ? threshold / Math.sqrt(square) : 1;
      bx[at] = tx * cut;
      by[at] = ty * cut;
      px[at] = tx - 2 * bx[at];
      py[at] = ty - 2 * by[at];
    }
}
