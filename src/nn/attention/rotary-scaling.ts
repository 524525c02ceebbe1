/** @file How rotary speeds are changed for texts longer than those that a model was first trained on. */

import { CajalError } from "../../graph/index.ts";

/** `factor`: how much slower a pair turns; `context`: steps of the texts that the model was first trained on. */
export type RotaryScaling =
  | { /** All pairs slower by this factor (Chen et al. 2023). */ readonly kind: "linear"; readonly factor: number }
  | {
      /**
       * Pairs that turn less than `slowTurns` times within the original context are slower by the factor, those that turn more than
       * `fastTurns` times keep their speed, those between are interpolated by their turns (Llama 3.1).
       */
      readonly kind: "by-turns";
      readonly factor: number;
      readonly slowTurns: number;
      readonly fastTurns: number;
      readonly context: number;
    }
  | {
      /** As "by-turns", but those between are interpolated by their number (YaRN, Peng et al. 2023). */
      readonly kind: "yarn";
      readonly factor: number;
      /** Default 1. */
      readonly slowTurns?: number;
      /** Default 32. */
      readonly fastTurns?: number;
      readonly context: number;
      /** Whether those between begin and end at whole pairs. Default true. */
      readonly truncate?: boolean;
    }
  | {
      /** Each pair slower by a factor of its own (LongRoPE, Ding et al. 2024). */
      readonly kind: "longrope";
      /** For texts of up to `context` steps. */
      readonly short: readonly number[];
      /** For longer texts, from their first step on. */
      readonly long: readonly number[];
      readonly context: number;
    };

/**
 * Radians per position of each pair: pair i of n turns by base^(−i/n), scaled.
 * @param long whether the text is longer than the original context
 * @throws CajalError `shape` when there are not as many factors as pairs
 */
export function speedsOf(pairs: number, base: number, scaling: RotaryScaling | undefined, long: boolean): number[] {
  const speeds = Array.from({ length: pairs }, (_, pair) => base ** (-pair / pairs));
  if (scaling === undefined) return speeds;
  if (scaling.kind === "longrope") {
    const factors = long ? scaling.long : scaling.short;
    if (factors.length !== pairs)
      throw new CajalError("shape", `rotary: ${factors.length} factors do not scale ${pairs} pairs`);
    return speeds.map((speed, pair) => speed / factors[pair]);
  }
  const kept = keptOf(pairs, base, scaling);
  return speeds.map((speed, pair) => {
    const share = kept(speed, pair);
    return share * speed + (1 - share) * (speed / scaling.factor);
  });
}

/** The part of a pair's speed that it keeps: from 0 to 1. */
function keptOf(
  pairs: number,
  base: number,
  scaling: Exclude<RotaryScaling, { kind: "longrope" }>,
): (speed: number, pair: number) => number {
  if (scaling.kind === "linear") return () => 0;
  const { context, slowTurns = 1, fastTurns = 32 } = scaling;
  if (scaling.kind === "by-turns")
    return (speed) => between(0, ((context * speed) / (2 * Math.PI) - slowTurns) / (fastTurns - slowTurns), 1);
  // The number of the pair that turns so often within the context; a fraction, too.
  const pairAt = (turns: number) => (pairs * Math.log(context / (2 * Math.PI * turns))) / Math.log(base);
  const whole = scaling.truncate ?? true;
  const first = Math.max(whole ? Math.floor(pairAt(fastTurns)) : pairAt(fastTurns), 0);
  const last = Math.min(whole ? Math.ceil(pairAt(slowTurns)) : pairAt(slowTurns), 2 * pairs - 1);
  const width = last === first ? 0.001 : last - first;
  return (_, pair) => 1 - between(0, (pair - first) / width, 1);
}

function between(least: number, value: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
