/**
 * @file Resampling along one axis: what each element of the result is made of. A constant matrix, held as its rows.
 *
 * Coordinates are computed in float32 as ONNX Runtime 1.30 does: where one is (nearly) whole, the last bit decides.
 * Weights are rounded to float32, so that a result and its derivative mean the same numbers.
 */

import { CajalError } from "../error.ts";
import { range } from "./reindex.ts";

export const coordinateModes = [
  "half_pixel",
  "half_pixel_symmetric",
  "pytorch_half_pixel",
  "align_corners",
  "asymmetric",
] as const;
export const nearestModes = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"] as const;
export const interpolations = ["nearest", "linear", "cubic"] as const;

export interface Resampling {
  readonly interpolation: (typeof interpolations)[number];
  readonly coordinates: (typeof coordinateModes)[number];
  readonly nearest: (typeof nearestModes)[number];
  /** The coefficient a of the cubic kernel. */
  readonly cubic: number;
  /** Neighbours outside count nothing (the others more), instead of as the edge. */
  readonly excludeOutside: boolean;
  /** Widens the kernel where the axis shrinks. */
  readonly antialias: boolean;
}

/** Lengths of an axis before and after, and their ratio (more exactly: what was asked for). */
export interface Scaling {
  readonly input: number;
  readonly output: number;
  readonly scale: number;
}

/** An element of the result: elements of the input by index, and how much of each. */
export interface Mixture {
  readonly from: readonly number[];
  readonly weights: readonly number[];
}

/** Longer axes would take gigabytes of mixtures. */
const longest = 2 ** 21;

/**
 * One mixture for each element of the result.
 * @throws CajalError `too-large` for an axis of more than two million elements
 */
export function mixtures(axis: Scaling, how: Resampling): Mixture[] {
  if (Math.max(axis.input, axis.output) > longest) {
    throw new CajalError(
      "too-large",
      `Resize: the weights of an axis resized from ${axis.input} to ${axis.output} elements`,
      {
        advice: `Up to ${longest} elements can be differentiated.`,
      },
    );
  }
  return range(axis.output).map((o) => mixture(coordinate(o, axis, how.coordinates), axis, how));
}

const f32 = Math.fround;

/** Where in the input an element of the result lies. */
function coordinate(o: number, { input, output, scale }: Scaling, mode: Resampling["coordinates"]): number {
  const halfPixel = () => f32(f32(f32(o + 0.5) / scale) - 0.5);
  switch (mode) {
    case "half_pixel":
      return halfPixel();
    case "pytorch_half_pixel":
      return output > 1 ? halfPixel() : 0;
    case "half_pixel_symmetric": {
      const adjustment = f32(output / f32(scale * input));
      const offset = f32((input / 2) * f32(1 - adjustment));
      return f32(offset + (o + 0.5) / scale - 0.5);
    }
    case "align_corners":
      return output === 1 ? 0 : f32(f32(o * (input - 1)) / (output - 1));
    case "asymmetric":
      return f32(o / scale);
  }
}

function mixture(x: number, { input, scale }: Scaling, how: Resampling): Mixture {
  const inside = (index: number) => Math.min(Math.max(index, 0), input - 1);
  if (how.interpolation === "nearest") return { from: [inside(nearest(x, how.nearest))], weights: [1] };
  // Stretched by 1 / scale where the axis shrinks, the kernel takes in more elements.
  const stretch = how.antialias ? Math.min(scale, 1) : 1;
  const reach = how.interpolation === "linear" ? 1 : 2;
  const kernel = how.interpolation === "linear" ? triangle : (distance: number) => cubic(distance, how.cubic);
  const first = Math.floor(x) + Math.floor(-reach / stretch) + 1;
  const last = Math.floor(x) - Math.floor(-reach / stretch);
  const neighbours = range(last - first + 1).map((i) => first + i);
  const raw = neighbours.map((index) => {
    const outside = index < 0 || index >= input;
    return how.excludeOutside && outside ? 0 : kernel(Math.abs(index - x) * stretch);
  });
  const normalise = how.excludeOutside || stretch < 1;
  const total = normalise ? raw.reduce((sum, weight) => sum + weight, 0) : 1;
  const shares = new Map<number, number>();
  for (const [i, index] of neighbours.entries()) {
    if (raw[i] !== 0) shares.set(inside(index), (shares.get(inside(index)) ?? 0) + raw[i] / total);
  }
  return { from: [...shares.keys()], weights: [...shares.values()].map(f32) };
}

function nearest(x: number, mode: Resampling["nearest"]): number {
  const below = Math.floor(x);
  if (mode === "floor") return below;
  if (mode === "ceil") return Math.ceil(x);
  // What float32 leaves of a half counts as one.
  if (Math.abs(x - below - 0.5) <= 1e-6) return mode === "round_prefer_floor" ? below : below + 1;
  return Math.round(x);
}

function triangle(distance: number): number {
  return Math.max(0, 1 - distance);
}

/** Keys' kernel: eq. 4 of doi:10.1109/TASSP.1981.1163711. */
function cubic(distance: number, a: number): number {
  const d = distance;
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}
