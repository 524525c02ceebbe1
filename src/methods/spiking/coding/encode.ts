/** @file From numbers to spikes: x [batch, …units] in [0, 1] becomes [T, batch, …units]. */

import { CajalError, type Rng, Tensor } from "../../../graph/index.ts";

/** The same numbers at all steps: the first layer then multiplies real numbers. */
export function direct(x: Tensor, steps: number): Tensor {
  return perStep("direct", x, steps, (value) => value);
}

/** Spikes at random: with probability x in each step, 0 below 0 and 1 above 1. */
export function rate(x: Tensor, steps: number, rng: Rng): Tensor {
  return perStep("rate", x, steps, (value) => Number(rng.random() < value));
}

export interface LatencyOptions {
  /** Early for strong input: linearly, (T − 1)·(1 − x), or as an integrator reaches θ, τ·ln(x/(x − θ)). Default "linear". */
  readonly law?: "linear" | "logarithmic";
  /** τ, steps; of the logarithmic law. Default 5. */
  readonly tau?: number;
  /** θ; of the logarithmic law. Default 0.01. */
  readonly threshold?: number;
}

/** At most one spike for each unit, the earlier the larger x; none where x ≤ 0, nor where it would come after the last step. */
export function latency(x: Tensor, steps: number, options: LatencyOptions = {}): Tensor {
  const { law = "linear", tau = 5, threshold = 0.01 } = options;
  const timeOf = (value: number) => {
    if (value <= 0) return undefined;
    if (law === "linear") return Math.round((steps - 1) * (1 - Math.min(value, 1)));
    return value > threshold ? Math.round(tau * Math.log(value / (value - threshold))) : undefined;
  };
  return perStep("latency", x, steps, (value, t) => Number(timeOf(value) === t));
}

/**
 * Spikes of change: ON where x has risen by θ since the last spike, OFF where it has fallen by as much; the level moves by θ with each.
 * @param x [T, …units] over time
 * @returns [T, 2, …units]: ON, then OFF
 */
export function delta(x: Tensor, threshold: number): Tensor {
  if (!(threshold > 0)) throw new CajalError("argument", `delta: the threshold is ${threshold}, not above 0`);
  const [steps, ...units] = x.shape;
  const count = x.size / steps;
  const values = x.numbers();
  const level = values.slice(0, count);
  const spikes = new Float32Array(2 * x.size);
  for (let t = 0; t < steps; t++)
    for (let unit = 0; unit < count; unit++) {
      const change = values[t * count + unit] - level[unit];
      if (Math.abs(change) < threshold) continue;
      level[unit] += Math.sign(change) * threshold;
      spikes[(2 * t + Number(change < 0)) * count + unit] = 1;
    }
  return new Tensor("float32", [steps, 2, ...units], spikes);
}

function perStep(name: string, x: Tensor, steps: number, spike: (value: number, t: number) => number): Tensor {
  if (!Number.isInteger(steps) || steps < 1)
    throw new CajalError("argument", `${name}: ${steps} steps; a whole number from 1 on is needed`);
  const values = x.numbers();
  const out = new Float32Array(steps * x.size);
  for (let t = 0; t < steps; t++) for (const [i, value] of values.entries()) out[t * x.size + i] = spike(value, t);
  return new Tensor("float32", [steps, ...x.shape], out);
}
