/** @file Attention step by step: keys and values of what came before are kept, on the host. */

import { CajalError, Tensor, tap, type Value } from "../../graph/index.ts";
import { type Attention, type AttentionOptions, attend, hidden, output, project } from "./attention.ts";
import { type RotaryOptions, type Turns, turn, turnsOf } from "./rotary.ts";

/** Keys and values of steps: [batch, keyValueHeads, capacity, headWidth]. The room is fixed, so that every step runs the same graph. */
export interface AttentionCache<T> {
  readonly keys: T;
  readonly values: T;
}

/** Room for so many steps. @param heads as in `attention` */
export function initAttentionCache(
  p: Attention<Tensor>,
  { heads, batch, capacity }: { heads: number; batch: number; capacity: number },
): AttentionCache<Tensor> {
  const headWidth = p.query.weight.shape[1] / heads;
  const room = () => Tensor.zeros([batch, p.key.weight.shape[1] / headWidth, capacity, headWidth]);
  return { keys: room(), values: room() };
}

/**
 * Writes keys and values of the next steps behind those of the steps before, in place: nothing is copied.
 * @param fresh [batch, keyValueHeads, steps, headWidth], of which the first `count` steps are kept
 * @param length steps that are there already
 * @throws CajalError `argument` when there is no room
 */
export function extendAttentionCache(
  cache: AttentionCache<Tensor>,
  fresh: AttentionCache<Tensor>,
  length: number,
  count: number,
): void {
  const [batch, heads, capacity, width] = cache.keys.shape;
  if (length + count > capacity)
    throw new CajalError("argument", `the cache has room for ${capacity} steps, not for ${length + count}`, {
      advice: "Begin a new cache, with more capacity.",
    });
  for (const part of ["keys", "values"] as const) {
    const [room, given] = [cache[part].data as Float32Array, fresh[part].data as Float32Array];
    const steps = fresh[part].shape[2];
    for (let row = 0; row < batch * heads; row++)
      room.set(given.subarray(row * steps * width, (row * steps + count) * width), (row * capacity + length) * width);
  }
}

/** Where the next steps stand, and what all layers need to know of that: made once for all. */
export interface Place {
  /** [steps], floats. */
  readonly positions: Value;
  /** What is added to the scores of the steps kept [steps, capacity], and of the next ones themselves [steps, steps]. */
  bias(window: number | undefined): { readonly kept: Value; readonly fresh: Value };
  turns(options: RotaryOptions, width: number): Turns;
}

/**
 * @param length steps that are kept: a scalar
 * @param end steps of the text with those that count of the next ones: a scalar. Default: all count
 */
export function placeAfter(length: Value, steps: number, capacity: number, end = length.add(steps)): Place {
  const { tracer, dtype } = length;
  const count = (n: number) =>
    tracer.constant(
      Array.from({ length: n }, (_, i) => i),
      dtype,
    );
  const positions = length.add(count(steps));
  const made = new Map<string, unknown>();
  const once = <T>(key: unknown, make: () => T): T => {
    const name = JSON.stringify(key);
    if (!made.has(name)) made.set(name, make());
    return made.get(name) as T;
  };
  return {
    positions,
    bias: (window = Number.MAX_SAFE_INTEGER) =>
      once(["bias", window], () => {
        const there = count(capacity).less(length);
        const distance = positions.unsqueeze(1).sub(count(capacity));
        const near = window > capacity ? there.unsqueeze(0) : there.op("And", [distance.less(window)]);
        const table = Array.from({ length: steps * steps }, (_, i) => {
          const behind = Math.floor(i / steps) - (i % steps);
          return behind >= 0 && behind < window ? 0 : hidden;
        });
        const among = tracer.lift(Tensor.of(table, [steps, steps]), dtype);
        return { kept: near.where(tracer.lift(0, dtype), hidden), fresh: among };
      }),
    turns: (options, width) => once([options, width], () => turnsOf(positions, end, width, options)),
  };
}

export type AttentionStepOptions = Omit<AttentionOptions, "causal" | "mask" | "memory">;

/**
 * Causal attention of the next steps x [batch, steps, width] to themselves and to those kept. Keys and values of the next steps come back, to
 * be written into the cache by `extendAttentionCache`. Taps as in `attention`.
 */
export function attentionStep(
  p: Attention<Value | Tensor>,
  cache: AttentionCache<Value>,
  x: Value,
  place: Place,
  options: AttentionStepOptions,
): { y: Value; fresh: AttentionCache<Value> } {
  const { heads, fresh } = attentionHeadsStep(p, cache, x, place, options);
  return { y: output(p, tap("heads", heads)), fresh };
}

/** What each head says of the next steps: [batch, steps, heads, headWidth]. */
export function attentionHeadsStep(
  p: Attention<Value | Tensor>,
  cache: AttentionCache<Value>,
  x: Value,
  place: Place,
  options: AttentionStepOptions,
): { heads: Value; fresh: AttentionCache<Value> } {
  const { query, key, value } = project(p, x, x, options);
  const turns = options.rotary && place.turns(options.rotary, query.shape[3]);
  const turned = (heads: Value) => (turns === undefined ? heads : turn(heads, turns));
  const fresh = { keys: turned(key), values: value };
  const bias = place.bias(options.window);
  const seen = [
    { key: cache.keys, value: cache.values, bias: bias.kept },
    { key: fresh.keys, value: fresh.values, bias: bias.fresh },
  ];
  return { heads: attend(turned(query), seen, options), fresh };
}
