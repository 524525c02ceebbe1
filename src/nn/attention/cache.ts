/** @file Attention step by step: keys and values of what came before are kept. */

import { Tensor, tap, type Value } from "../../graph/index.ts";
import { type Attention, type AttentionOptions, attend, hidden, output, project } from "./attention.ts";
import { rotary } from "./rotary.ts";

/** What one attention layer remembers. The room is fixed, so that every step runs the same graph. */
export interface AttentionCache<T> {
  /** [batch, keyValueHeads, capacity, headWidth] */
  readonly keys: T;
  readonly values: T;
  /** Steps seen: a scalar. */
  readonly length: T;
}

/** An empty cache for so many steps. @param heads as in `attention` */
export function initAttentionCache(
  p: Attention<Tensor>,
  { heads, batch, capacity }: { heads: number; batch: number; capacity: number },
): AttentionCache<Tensor> {
  const headWidth = p.query.weight.shape[1] / heads;
  const room = () => Tensor.zeros([batch, p.key.weight.shape[1] / headWidth, capacity, headWidth]);
  return { keys: room(), values: room(), length: Tensor.scalar(0) };
}

/**
 * Causal attention of the next steps x [batch, steps, width] to themselves and all before them. What goes beyond the cache's capacity is
 * lost: stop before, or begin a new cache. Taps as in `attention`.
 */
export function attentionStep(
  p: Attention<Value | Tensor>,
  cache: AttentionCache<Value>,
  x: Value,
  options: AttentionStepOptions,
): { y: Value; cache: AttentionCache<Value> } {
  const step = attentionHeadsStep(p, cache, x, options);
  return { y: output(p, tap("heads", step.heads)), cache: step.cache };
}

export type AttentionStepOptions = Omit<AttentionOptions, "causal" | "mask" | "memory">;

/** What each head says of the next steps: [batch, steps, heads, headWidth]. */
export function attentionHeadsStep(
  p: Attention<Value | Tensor>,
  cache: AttentionCache<Value>,
  x: Value,
  options: AttentionStepOptions,
): { heads: Value; cache: AttentionCache<Value> } {
  const { tracer, dtype } = x;
  const steps = x.shape[1];
  const [, , capacity] = cache.keys.shape;
  const { query, key, value } = project(p, x, x, options);
  const count = (n: number) =>
    tracer.constant(
      Array.from({ length: n }, (_, i) => i),
      dtype,
    );
  const positions = cache.length.add(count(steps));
  const turned = (heads: Value) => (options.rotary ? rotary(heads, positions, options.rotary) : heads);

  // Place j of the room takes new step j − length, if there is one.
  const from = count(capacity).sub(cache.length);
  const isNew = from
    .op("GreaterOrEqual", [0])
    .op("And", [from.less(steps)])
    .reshape([capacity, 1]);
  const source = from.op("Clip", [0, steps - 1]).cast("int64");
  const insert = (fresh: Value, kept: Value) => isNew.where(fresh.gather(source, 2), kept);
  const keys = insert(turned(key), cache.keys);
  const values = insert(value, cache.values);

  const distance = positions.unsqueeze(1).sub(count(capacity));
  const visible = distance.op("GreaterOrEqual", [0]);
  const near = options.window === undefined ? visible : visible.op("And", [distance.less(options.window)]);
  const bias = near.where(tracer.lift(0, dtype), hidden);
  const heads = attend(turned(query), keys, values, { ...options, bias });
  return { heads, cache: { keys, values, length: cache.length.add(steps) } };
}
