/** @file Rotary position embedding (Su et al. 2021): each pair of elements is turned by an angle that grows with the position. */

import { CajalError, concat, type Value } from "../../graph/index.ts";

/** How speeds are changed for texts longer than those first trained on. */
export type RotaryScaling =
  | { /** All pairs slower by this factor (Chen et al. 2023). */ readonly kind: "linear"; readonly factor: number }
  | {
      /**
       * Pairs that turn less than `slowTurns` times within the original context are slower by the factor, those that turn more than
       * `fastTurns` times keep their speed, those between are interpolated (Llama 3.1).
       */
      readonly kind: "by-turns";
      readonly factor: number;
      readonly slowTurns: number;
      readonly fastTurns: number;
      /** Steps of the texts that the model was first trained on. */
      readonly context: number;
    };

export interface RotaryOptions {
  /** θ: pair i of n turns by θ^(−i/n) radians per position. Default 10,000. */
  readonly base?: number;
  /** How many elements, from the first on, are turned. Default: all. */
  readonly width?: number;
  /** Which elements make a pair: i and i + width/2 (Llama of Hugging Face, GPT-NeoX), or 2i and 2i + 1 (the paper). Default "halves". */
  readonly pairs?: "halves" | "adjacent";
  /** Default: none. */
  readonly scaling?: RotaryScaling;
}

/** How far each element is turned at each step: made once for all that is turned alike. */
export interface Turns {
  /** Cosines, [steps, width]; 1 for elements that are not turned. */
  readonly cos: Value;
  /** Sines, [steps, width], with the sign by which an element's partner counts. */
  readonly sin: Value;
  readonly turned: number;
  readonly pairs: "halves" | "adjacent";
}

/**
 * x [..., steps, width] → the same, turned.
 * @param positions of the steps: [steps], floats
 */
export function rotary(x: Value, positions: Value, options: RotaryOptions = {}): Value {
  return turn(x, turnsOf(positions, x.shape[x.rank - 1], options));
}

/** @param whole width of what is turned @throws CajalError `shape` when elements are left without a partner */
export function turnsOf(positions: Value, whole: number, options: RotaryOptions): Turns {
  const { base = 10_000, width = whole, pairs = "halves", scaling } = options;
  if (width % 2 !== 0 || width > whole)
    throw new CajalError("shape", `rotary: ${width} of ${whole} elements cannot be turned in pairs`, {
      advice: "Choose an even width, at most that of a head.",
    });
  const count = width / 2;
  // Element i is the first or the second of pair i mod n, or of pair ⌊i / 2⌋.
  const pairOf = (i: number) => (pairs === "halves" ? i % count : Math.floor(i / 2));
  const isFirst = (i: number) => (pairs === "halves" ? i < count : i % 2 === 0);
  const elements = Array.from({ length: whole }, (_, i) => i);
  const speeds = elements.map((i) => (i < width ? scaled(base ** (-pairOf(i) / count), scaling) : 0));
  const signs = elements.map((i) => (isFirst(i) ? -1 : 1));
  const { tracer, dtype } = positions;
  const angles = positions.unsqueeze(1).mul(tracer.constant(speeds, dtype));
  return { cos: angles.cos(), sin: angles.sin().mul(tracer.constant(signs, dtype)), turned: width, pairs };
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

/** @param speed in radians per position */
function scaled(speed: number, scaling: RotaryScaling | undefined): number {
  if (scaling === undefined) return speed;
  const slow = speed / scaling.factor;
  if (scaling.kind === "linear") return slow;
  const turns = (scaling.context * speed) / (2 * Math.PI);
  const { slowTurns, fastTurns } = scaling;
  const kept = Math.min(1, Math.max(0, (turns - slowTurns) / (fastTurns - slowTurns)));
  return kept * speed + (1 - kept) * slow;
}
