/** @file Multi-head attention (Vaswani et al. 2017), with heads that share keys and values (Ainslie et al. 2023) where there are fewer of them. */

import { CajalError, concat, type Rng, scope, Tensor, tap, type Value } from "../../graph/index.ts";
import { glorot } from "../initialisers.ts";
import { initLinear, type LayerOptions, type Linear, linear } from "../layers/linear.ts";
import { type RmsNorm, rmsNorm } from "../layers/norm.ts";
import { type RotaryOptions, rotary } from "./rotary.ts";

/** Projections of width to heads · headWidth (keys and values: keyValueHeads · headWidth), and back. */
export interface Attention<T> {
  readonly query: Linear<T>;
  readonly key: Linear<T>;
  readonly value: Linear<T>;
  readonly output: Linear<T>;
  /** Of each head's query and key, [headWidth] (Henry et al. 2020). Default: none. */
  readonly queryNorm?: RmsNorm<T>;
  readonly keyNorm?: RmsNorm<T>;
}

export interface InitAttentionOptions extends LayerOptions {
  readonly heads: number;
  /** Fewer than heads: each serves several queries' heads. Default: as many. */
  readonly keyValueHeads?: number;
  /** Default: width / heads. */
  readonly headWidth?: number;
}

/** Weights by default glorot(). @throws CajalError `shape` when the heads don't divide */
export function initAttention(rng: Rng, width: number, options: InitAttentionOptions): Attention<Tensor> {
  const { heads, keyValueHeads = heads, headWidth = width / heads, weight = glorot(), bias } = options;
  if (!Number.isInteger(headWidth))
    throw new CajalError("shape", `initAttention: width ${width} does not divide into ${heads} heads`);
  if (heads % keyValueHeads !== 0)
    throw new CajalError("shape", `initAttention: ${heads} heads cannot share ${keyValueHeads} keys and values evenly`);
  const layer = (name: string, inputs: number, outputs: number) =>
    initLinear(rng.split(name), inputs, outputs, { weight, bias });
  return {
    query: layer("query", width, heads * headWidth),
    key: layer("key", width, keyValueHeads * headWidth),
    value: layer("value", width, keyValueHeads * headWidth),
    output: layer("output", heads * headWidth, width),
  };
}

export interface AttentionOptions {
  readonly heads: number;
  /** Whether a step sees only itself and those before it. Default false. */
  readonly causal?: boolean;
  /** How many steps back a step sees, itself included (and so many ahead, unless causal). Default: all. */
  readonly window?: number;
  /** Turns queries and keys by their positions. Default: not. */
  readonly rotary?: RotaryOptions;
  /** What scores are multiplied by. Default: 1/√headWidth. */
  readonly scale?: number;
  /** c: scores s become c·tanh(s/c), so that none is beyond ±c (Gemma 2). Default: not. */
  readonly scoreCap?: number;
  /** ε of the norms of queries and keys. Default 1e-5. */
  readonly epsilon?: number;
  /** Where a query may look: booleans that broadcast to [batch, heads, steps, steps seen]. */
  readonly mask?: Value;
  /** What is attended to: [batch, steps seen, width]. Default: x itself. */
  readonly memory?: Value;
}

/** x [batch, steps, width] → [batch, steps, width]. Taps: "pattern" [batch, heads, steps, steps seen], "heads" [batch, steps, heads, headWidth]. */
export function attention(p: Attention<Value | Tensor>, x: Value, options: AttentionOptions): Value {
  return output(p, tap("heads", attentionHeads(p, x, options)));
}

/** What each head says, before the output projection: x [batch, steps, width] → [batch, steps, heads, headWidth]. Tap: "pattern". */
export function attentionHeads(p: Attention<Value | Tensor>, x: Value, options: AttentionOptions): Value {
  const { memory = x, causal = false, window = Number.POSITIVE_INFINITY } = options;
  const { query, key, value } = project(p, x, memory, options);
  const [steps, seen] = [x.shape[1], memory.shape[1]];
  const turned = (heads: Value) => {
    if (options.rotary === undefined) return heads;
    const positions = Array.from({ length: heads.shape[2] }, (_, i) => i);
    return rotary(heads, x.tracer.constant(positions, x.dtype), options.rotary);
  };
  const local = causal || window < Math.max(steps, seen);
  const bias = local ? x.tracer.lift(visibility(steps, seen, causal, window), x.dtype).cast(x.dtype) : undefined;
  return attend(turned(query), [{ key: turned(key), value, bias }], options);
}

/** Minus infinity for the softmax, without its dangers. */
export const hidden = -1e9;

/** 0 where a query (row) may see a step (column), else `hidden`. */
function visibility(steps: number, seen: number, causal: boolean, window: number): Tensor {
  const bias = new Float32Array(steps * seen);
  for (let i = 0; i < steps; i++)
    for (let j = 0; j < seen; j++) if ((causal && j > i) || Math.abs(i - j) >= window) bias[i * seen + j] = hidden;
  return new Tensor("float32", [steps, seen], bias);
}

export interface Projected {
  /** [batch, heads, steps, headWidth] */
  readonly query: Value;
  /** [batch, keyValueHeads, steps, headWidth] */
  readonly key: Value;
  readonly value: Value;
}

export function project(
  p: Attention<Value | Tensor>,
  x: Value,
  memory: Value,
  { heads, epsilon }: Pick<AttentionOptions, "heads" | "epsilon">,
): Projected {
  const total = p.query.weight.shape[1];
  if (total % heads !== 0)
    throw new CajalError("shape", `attention: queries of width ${total} do not divide into ${heads} heads`);
  const headWidth = total / heads;
  const split = (name: "query" | "key" | "value", from: Value) => {
    const projected = scope(name, () => linear(p[name], from));
    const [batch, steps, width] = projected.shape;
    return projected.reshape([batch, steps, width / headWidth, headWidth]).transpose([0, 2, 1, 3]);
  };
  const normed = (name: "queryNorm" | "keyNorm", v: Value) => {
    const norm = p[name];
    return norm === undefined ? v : scope(name, () => rmsNorm(norm, v, epsilon));
  };
  return {
    query: normed("queryNorm", split("query", x)),
    key: normed("keyNorm", split("key", memory)),
    value: split("value", memory),
  };
}

/** Steps that are seen: keys and values [batch, keyValueHeads, steps seen, headWidth]. */
export interface Seen {
  readonly key: Value;
  readonly value: Value;
  /** Added to scores: broadcasts to [batch, heads, steps, steps seen]. */
  readonly bias?: Value | undefined;
}

/**
 * Values mixed by how well their keys meet the queries: [batch, steps, heads, headWidth].
 * @param parts of what is seen, as if they were one behind the other
 */
export function attend(
  query: Value,
  parts: readonly Seen[],
  options: Pick<AttentionOptions, "scale" | "scoreCap" | "mask"> = {},
): Value {
  const [batch, heads, steps, headWidth] = query.shape;
  const { mask, scoreCap, scale = 1 / Math.sqrt(headWidth) } = options;
  const shared = parts[0].key.shape[1];
  const perKey = heads / shared;
  // Queries of heads that share a key go one below the other: a product per key, nothing repeated.
  const rows = (x: Value) => (perKey === 1 ? x : x.reshape([batch, shared, perKey * steps, x.shape[3]]));
  const asked = rows(query.mul(scale));
  const scores = parts.map(({ key, bias }) => {
    const product = asked.matmul(key.transpose([0, 1, 3, 2])).reshape([batch, heads, steps, key.shape[2]]);
    const capped = scoreCap === undefined ? product : softCap(product, scoreCap);
    return bias === undefined ? capped : capped.add(bias);
  });
  const all = scores.length === 1 ? scores[0] : concat(scores, -1);
  const allowed = mask === undefined ? all : mask.where(all, hidden);
  const pattern = tap("pattern", allowed.softmax(-1));
  let from = 0;
  const mixed = parts.map(({ value }) => {
    const to = from + value.shape[2];
    const weights = parts.length === 1 ? pattern : pattern.slice([from], [to], [-1]);
    from = to;
    return rows(weights).matmul(value);
  });
  const sum = mixed.reduce((a, b) => a.add(b));
  return sum.reshape([batch, heads, steps, headWidth]).transpose([0, 2, 1, 3]);
}

/** x as it is near 0, and never beyond ±cap: cap·tanh(x/cap). */
export function softCap(x: Value, cap: number): Value {
  return x.div(cap).tanh().mul(cap);
}

/** The heads [batch, steps, heads, headWidth], side by side, back to the width of the model. */
export function output(p: Attention<Value | Tensor>, heads: Value): Value {
  const [batch, steps, count, headWidth] = heads.shape;
  const joined = heads.reshape([batch, steps, count * headWidth]);
  return scope("output", () => linear(p.output, joined));
}
