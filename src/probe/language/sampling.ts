/** @file The next token from logits: the likeliest, or drawn. */

import { CajalError, type Rng } from "../../graph/index.ts";

export interface SamplingOptions {
  /** Divides the logits before drawing. 0, the default: no drawing, always the likeliest token. */
  readonly temperature?: number;
  /** Draws among so many of the likeliest tokens. Default: all. */
  readonly topK?: number;
  /** Draws among the fewest likeliest tokens that have this share of the probability (Holtzman et al. 2020). Default 1. */
  readonly topP?: number;
  /** Needed for drawing: the same numbers give the same text. */
  readonly rng?: Rng;
}

/** @throws CajalError `argument` */
export function checkSampling({ temperature = 0, topK = 1, topP = 1, rng }: SamplingOptions): void {
  const wrong = (what: string) => new CajalError("argument", `generate: ${what}`);
  if (!(temperature >= 0 && Number.isFinite(temperature)))
    throw wrong(`the temperature is ${temperature}, not a number from 0 on`);
  if (!Number.isInteger(topK) || topK < 1) throw wrong(`topK is ${topK}, not a whole number above 0`);
  if (!(topP > 0 && topP <= 1)) throw wrong(`topP is ${topP}, not above 0 and at most 1`);
  if (temperature > 0 && rng === undefined)
    throw new CajalError("argument", "generate: drawing needs randomness", { advice: "Give rng: new Rng(seed)." });
}

/** @param logits [vocabulary] */
export function chooseToken(logits: Float32Array, { temperature = 0, topK, topP = 1, rng }: SamplingOptions): number {
  if (temperature === 0 || rng === undefined) return likeliest(logits);
  const order = topK === undefined && topP === 1 ? undefined : Uint32Array.from(logits.keys());
  order?.sort((a, b) => logits[b] - logits[a] || a - b);
  const candidates = order?.subarray(0, topK) ?? Uint32Array.from(logits.keys());
  const most = logits[likeliest(logits)];
  const weights = Float64Array.from(candidates, (token) => Math.exp((logits[token] - most) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let kept = 0;
  let count = 0;
  while (count < weights.length && (count === 0 || kept < topP * total)) kept += weights[count++];
  let left = rng.random() * kept;
  for (let i = 0; i < count; i++) {
    left -= weights[i];
    if (left < 0) return candidates[i];
  }
  return candidates[count - 1];
}

function likeliest(logits: Float32Array): number {
  let best = 0;
  for (let token = 1; token < logits.length; token++) if (logits[token] > logits[best]) best = token;
  return best;
}

/** ln of the probability of a token by logits [vocabulary]. */
export function logProbability(logits: Float32Array, token: number): number {
  const most = logits[likeliest(logits)];
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - most);
  return logits[token] - most - Math.log(sum);
}
