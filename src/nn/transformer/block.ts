/** @file The transformer block: attention, then a feed-forward network, each around a residual stream. */

import { type Rng, scope, type Tensor, tap, type Value } from "../../graph/index.ts";
import { type Activation, gelu, silu } from "../activations.ts";
import {
  type Attention,
  type AttentionOptions,
  attention,
  type InitAttentionOptions,
  initAttention,
} from "../attention/attention.ts";
import { type AttentionCache, attentionStep } from "../attention/cache.ts";
import { type GatedMlp, glu, initGatedMlp, initMlp, type Mlp, mlp } from "../layers/mlp.ts";
import { initLayerNorm, initRmsNorm, type LayerNorm, layerNorm, type RmsNorm, rmsNorm } from "../layers/norm.ts";

/** With a shift a layer norm, without an RMS norm; with a gate a GLU, else an MLP. */
export interface Block<T> {
  readonly attentionNorm: LayerNorm<T> | RmsNorm<T>;
  readonly attention: Attention<T>;
  readonly feedForwardNorm: LayerNorm<T> | RmsNorm<T>;
  readonly feedForward: Mlp<T> | GatedMlp<T>;
}

export interface InitBlockOptions extends InitAttentionOptions {
  /** Width of the feed-forward network. Default: 4 · width. */
  readonly hidden?: number;
  /** Default "layer". */
  readonly norm?: "layer" | "rms";
  /** Default "mlp". */
  readonly feedForward?: "mlp" | "gated";
}

export function initBlock(rng: Rng, width: number, options: InitBlockOptions): Block<Tensor> {
  const { hidden = 4 * width, norm = "layer", feedForward = "mlp", weight, bias } = options;
  const initNorm = norm === "layer" ? initLayerNorm : initRmsNorm;
  const feedForwardRng = rng.split("feedForward");
  return {
    attentionNorm: initNorm(width),
    attention: initAttention(rng.split("attention"), width, options),
    feedForwardNorm: initNorm(width),
    feedForward:
      feedForward === "mlp"
        ? initMlp(feedForwardRng, [width, hidden, width], { weight, bias })
        : initGatedMlp(feedForwardRng, width, hidden, { weight, bias }),
  };
}

export interface BlockOptions extends AttentionOptions {
  /** Whether a norm stands before a part (Xiong et al. 2020) or after its sum (Vaswani et al. 2017). Default "pre". */
  readonly placement?: "pre" | "post";
  /** Default: gelu in an MLP, silu in a GLU. */
  readonly activation?: Activation;
  /** Applied to what each part adds to the stream. Default: nothing. */
  readonly dropout?: (x: Value) => Value;
}

/** x [batch, steps, width] → [batch, steps, width]. Taps: "middle" and "output", the stream after each part, and those of the parts. */
export function block(p: Block<Value | Tensor>, x: Value, options: BlockOptions): Value {
  return around(p, x, (h) => attention(p.attention, h, options), options);
}

/** The block on the next steps only, with the attention's cache: see `attentionStep`. */
export function blockStep(
  p: Block<Value | Tensor>,
  cache: AttentionCache<Value>,
  x: Value,
  options: BlockOptions,
): { y: Value; cache: AttentionCache<Value> } {
  let next = cache;
  const attend = (h: Value) => {
    const step = attentionStep(p.attention, cache, h, options);
    next = step.cache;
    return step.y;
  };
  const y = around(p, x, attend, options);
  return { y, cache: next };
}

function around(
  p: Block<Value | Tensor>,
  x: Value,
  attend: (h: Value) => Value,
  { placement = "pre", activation, dropout = (h) => h }: BlockOptions,
): Value {
  const feed = (h: Value) => {
    const network = p.feedForward;
    return "gate" in network ? glu(network, h, activation ?? silu) : mlp(network, h, activation ?? gelu);
  };
  const part = (
    stream: Value,
    name: string,
    norm: LayerNorm<Value | Tensor> | RmsNorm<Value | Tensor>,
    body: (h: Value) => Value,
  ) => {
    if (placement === "post") return normalise(norm, stream.add(dropout(scope(name, () => body(stream)))));
    const h = scope(`${name}Norm`, () => normalise(norm, stream));
    return stream.add(dropout(scope(name, () => body(h))));
  };
  const middle = tap("middle", part(x, "attention", p.attentionNorm, attend));
  return tap("output", part(middle, "feedForward", p.feedForwardNorm, feed));
}

/** By layer norm, or, without a shift, by RMS norm. */
export function normalise(p: LayerNorm<Value | Tensor> | RmsNorm<Value | Tensor>, x: Value): Value {
  return "shift" in p ? layerNorm(p, x) : rmsNorm(p, x);
}
