/** @file The transformer block: attention, then a feed-forward network, each around a residual stream. */

import { CajalError, type Rng, scope, type Tensor, tap, type Value } from "../../graph/index.ts";
import { type Activation, gelu, silu } from "../activations.ts";
import {
  type Attention,
  type AttentionOptions,
  attentionHeads,
  type InitAttentionOptions,
  initAttention,
  output,
} from "../attention/attention.ts";
import { type AttentionCache, attentionHeadsStep, type Place } from "../attention/cache.ts";
import { type Linear, linear } from "../layers/linear.ts";
import { type GatedMlp, gated, initGatedMlp, initMlp, type Mlp, mlp } from "../layers/mlp.ts";
import { initLayerNorm, initRmsNorm, type LayerNorm, layerNorm, type RmsNorm, rmsNorm } from "../layers/norm.ts";

/** With a shift a layer norm, without an RMS norm. */
export type Norm<T> = LayerNorm<T> | RmsNorm<T>;

/** The feed-forward network has a gate and is a GLU, or it is an MLP of two or more layers. */
export interface Block<T> {
  readonly attentionNorm: Norm<T>;
  readonly attention: Attention<T>;
  /** Of what attention adds to the stream (Gemma 2). Default: none. */
  readonly attentionAfterNorm?: Norm<T>;
  readonly feedForwardNorm: Norm<T>;
  readonly feedForward: Mlp<T> | GatedMlp<T>;
  /** Of what the feed-forward network adds. */
  readonly feedForwardAfterNorm?: Norm<T>;
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
  /**
   * Whether a norm stands before a part (Xiong et al. 2020), or after its sum (Vaswani et al. 2017), or before both parts, which read the
   * same stream (GPT-J, GPT-NeoX). Default "pre".
   */
  readonly placement?: "pre" | "post" | "parallel";
  /** Default: gelu in an MLP, silu in a GLU. */
  readonly activation?: Activation;
  /** Applied to what each part adds to the stream. Default: nothing. */
  readonly dropout?: (x: Value) => Value;
}

/**
 * x [batch, steps, width] → [batch, steps, width]. Taps: "heads" [batch, steps, heads, headWidth], what each head says before the output
 * projection; "read", the stream as the feed-forward network gets it, normed; "up" [batch, steps, hidden], what the neurons read of it, and
 * "gate", where they have one: before activation; "mlp" [batch, steps, hidden], the neurons themselves: what the last feed-forward layer reads;
 * "down" [batch, steps, width], what that layer makes of them; "residual", the stream behind the block; "middle", the stream between the parts,
 * unless they are parallel; and "attention/pattern".
 */
export function block(p: Block<Value | Tensor>, x: Value, options: BlockOptions): Value {
  return around(p, x, (h) => attentionHeads(p.attention, h, options), options);
}

/** The block on the next steps only, with the attention's cache: see `attentionStep`. */
export function blockStep(
  p: Block<Value | Tensor>,
  cache: AttentionCache<Value>,
  x: Value,
  place: Place,
  options: BlockOptions,
): { y: Value; fresh: AttentionCache<Value> } {
  let fresh = cache;
  const attend = (h: Value) => {
    const step = attentionHeadsStep(p.attention, cache, h, place, options);
    fresh = step.fresh;
    return step.heads;
  };
  const y = around(p, x, attend, options);
  return { y, fresh };
}

/** @param attend what each head says of the normed stream */
function around(
  p: Block<Value | Tensor>,
  x: Value,
  attend: (h: Value) => Value,
  { placement = "pre", activation, dropout = (h) => h, epsilon }: BlockOptions,
): Value {
  const normed = (name: keyof Block<unknown> & `${string}Norm`, h: Value) => {
    const norm = p[name];
    return norm === undefined ? h : scope(name, () => normalise(norm, h, epsilon));
  };
  const attention = (h: Value) => {
    const heads = tap(
      "heads",
      scope("attention", () => attend(h)),
    );
    const y = scope("attention", () => output(p.attention, heads));
    return dropout(normed("attentionAfterNorm", y));
  };
  const feedForward = (h: Value) => {
    const { neurons, down } = hidden(p.feedForward, tap("read", h), activation);
    const read = tap("mlp", neurons);
    const y = tap(
      "down",
      scope("feedForward/down", () => linear(down, read)),
    );
    return dropout(normed("feedForwardAfterNorm", y));
  };
  if (placement === "post") {
    const middle = tap("middle", normed("attentionNorm", x.add(attention(x))));
    return tap("residual", normed("feedForwardNorm", middle.add(feedForward(middle))));
  }
  const attended = x.add(attention(normed("attentionNorm", x)));
  if (placement === "parallel") return tap("residual", attended.add(feedForward(normed("feedForwardNorm", x))));
  const middle = tap("middle", attended);
  return tap("residual", middle.add(feedForward(normed("feedForwardNorm", middle))));
}

/** The neurons of a feed-forward network [..., hidden], and the layer that reads them. */
function hidden(
  p: Mlp<Value | Tensor> | GatedMlp<Value | Tensor>,
  h: Value,
  activation: Activation | undefined,
): { neurons: Value; down: Linear<Value | Tensor> } {
  if ("gate" in p) return { neurons: gated(p, h, activation ?? silu), down: p.down };
  const [last] = p.slice(-1);
  if (p.length < 2) throw new CajalError("argument", "block: a feed-forward network needs two layers at least");
  const act = activation ?? gelu;
  const up = scope("feedForward", () => mlp(p.slice(0, -1), h, act));
  return { neurons: act(tap("up", up)), down: last };
}

/** By layer norm, or, without a shift, by RMS norm. @param epsilon default 1e-5 */
export function normalise(p: Norm<Value | Tensor>, x: Value, epsilon?: number): Value {
  return "shift" in p ? layerNorm(p, x, epsilon) : rmsNorm(p, x, epsilon);
}
