/** @file Embedding: a learned vector for each of a fixed number of things. */

import type { Rng, Tensor, Value } from "../../graph/index.ts";
import { type Initialiser, normal } from "../initialisers.ts";

/** weight [count, width]. */
export interface Embedding<T> {
  readonly weight: T;
}

/** @param weight default: normal(1) */
export function initEmbedding(
  rng: Rng,
  count: number,
  width: number,
  { weight = normal(1) }: { weight?: Initialiser } = {},
): Embedding<Tensor> {
  return { weight: weight(rng, [count, width], { inputs: count, outputs: width }) };
}

/** ids […] (int32 or int64, from 0) → their vectors […, width]. */
export function embedding(p: Embedding<Value | Tensor>, ids: Value): Value {
  return ids.tracer.lift(p.weight, "float32").gather(ids);
}
