/** @file Rotary position embedding (Su et al. 2021): each pair of elements is turned by an angle that grows with the position. */

import { CajalError, concat, type Value } from "../../graph/index.ts";
import { type RotaryScaling, speedsOf } from "./rotary-scaling.ts";

export interface RotaryOptions {
  /** θ: pair i of n turns by θ^(−i/n) radians per position. Default 10,000. */
  readonly base?: number;
  /** How many elements, from the first on, are turned. Default: all. */
  readonly width?: number;
  /** Which elements make a pair: i and i + width/2 (Llama of Hugging Face, GPT-NeoX), or 2i and 2i + 1 (the paper). Default "halves". */
  readonly pairs?: "halves" | "adjacent";
  /** For long texts. Default: none. */
  readonly scaling?: RotaryScaling;
  /** What is turned is also multiplied by it, so that scores are by its square (YaRN, LongRoPE). Default 1. */
  readonly attentionFactor?: number;
}

/** How far each element is turned at each step: made once for all that is turned alike. */
export interface Turns {
  /** Cosines, [steps, width], times the attention factor; 1 for elements that are not turned. */
  readonly cos: Value;
  /** Sines, likewise, with the sign by which an element's partner counts; 0 for elements that are not turned. */
  readonly sin: Value;
  readonly turned: number;
  readonly pairs: "halves" | "adjacent";
}

/**
 * x [..., steps, width] → the same, turned.
 * @param positions of the steps, which are those of the whole text: [steps], floats
 */
export function rotary(x: Value, positions: Value, options: RotaryOptions = {}): Value {
  const [steps, width] = x.shape.slice(-2);
  return turn(x, turnsOf(positions, steps, width, options));
}

/**
 * @param length of the whole text, in steps: a number, or a scalar
 * @param whole width of what is turned
 * @throws CajalError `shape` when elements are left without a partner, or pairs without a factor
 */
export function turnsOf(positions: Value, length: number | Value, whole: number, options: RotaryOptions): Turns {
  const { base = 10_000, width = whole, pairs = "halves", scaling, attentionFactor = 1 } = options;
  if (width % 2 !== 0 || width > whole)
    throw new CajalError("shape", `rotary: ${width} of ${whole} elements cannot be turned in pairs`, {
      advice: "Choose an even width, at most that of a head.",
    });
  const count = width / 2;
  // Element i is the first or the second of pair i mod n, or of pair ⌊i / 2⌋.
  const pairOf = (i: number) => (pairs === "halves" ? i % count : Math.floor(i / 2));
  const isFirst = (i: number) => (pairs === "halves" ? i < count : i % 2 === 0);
  const { tracer, dtype } = positions;
  const row = (of: (element: number) => number) =>
    tracer.constant(
      Array.from({ length: whole }, (_, i) => of(i)),
      dtype,
    );
  const speeds = (long: boolean) => {
    const perPair = speedsOf(count, base, scaling, long);
    return row((i) => (i < width ? perPair[pairOf(i)] : 0));
  };
  const angles = positions.unsqueeze(1).mul(forLength(length, scaling, speeds));
  const [cos, sin] = [angles.cos(), angles.sin().mul(row((i) => (isFirst(i) ? -attentionFactor : attentionFactor)))];
  const factors = row((i) => (i < width ? attentionFactor : 1));
  return { cos: attentionFactor === 1 ? cos : cos.mul(factors), sin, turned: width, pairs };
}

/** Of what is made for short and for long texts, what is for a text of this length. */
function forLength(length: number | Value, scaling: RotaryScaling | undefined, make: (long: boolean) => Value): Value {
  if (scaling?.kind !== "longrope") return make(false);
  if (typeof length === "number") return make(length > scaling.context);
  return length.greater(scaling.context).where(make(true), make(false));
}

/** x [..., steps, width] → the same, turned. */
export function turn(x: Value, { cos, sin, turned, pairs }: Turns): Value {
  return x.mul(cos).add(partners(x, turned, pairs).mul(sin));
}

/** Each element's partner in its place. */
function partners(x: Value, turned: number, pairs: Turns["pairs"]): Value {
  const whole = x.shape[x.rank - 1];
  if (pairs === "halves") {
    const part = (from: number, to: number) => (from === to ? [] : [x.slice([from], [to], [-1])]);
    const half = turned / 2;
    return concat([...part(half, turned), ...part(0, half), ...part(turned, whole)], -1);
  }
  const order = Array.from({ length: whole }, (_, i) => (i < turned ? i + 1 - 2 * (i % 2) : i));
  return x.gather(x.tracer.constant(order, "int64"), -1);
}
