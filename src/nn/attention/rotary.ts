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

/**
 * x [..., steps, width] → the same, turned.
 * @param positions of the steps: [steps], floats
 */
export function rotary(x: Value, positions: Value, options: RotaryOptions = {}): Value {
  const whole = x.shape[x.rank - 1];
  const { base = 10_000, width = whole, pairs = "halves" } = options;
  if (width % 2 !== 0 || width > whole)
    throw new CajalError("shape", `rotary: ${width} of ${whole} elements cannot be turned in pairs`, {
      advice: "Choose an even width, at most that of a head.",
    });
  const count = width / 2;
  const speeds = Array.from({ length: count }, (_, i) => scaled(base ** (-i / count), options.scaling));
  const angles = positions.unsqueeze(1).mul(x.tracer.constant(speeds, x.dtype));
  const [cos, sin] = [angles.cos(), angles.sin()];
  const part = (from: number, to: number) => x.slice([from], [to], [-1]);
  const rest = width === whole ? [] : [part(width, whole)];
  if (pairs === "halves") {
    const [a, b] = [part(0, count), part(count, width)];
    return concat([a.mul(cos).sub(b.mul(sin)), b.mul(cos).add(a.mul(sin)), ...rest], -1);
  }
  const split = part(0, width).reshape([...x.shape.slice(0, -1), count, 2]);
  const [a, b] = [0, 1].map((side) => split.slice([side], [side + 1], [-1]).squeeze(-1));
  const turned = [a.mul(cos).sub(b.mul(sin)), b.mul(cos).add(a.mul(sin))].map((side) => side.unsqueeze(-1));
  const joined = concat(turned, -1).reshape([...x.shape.slice(0, -1), width]);
  return concat([joined, ...rest], -1);
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
