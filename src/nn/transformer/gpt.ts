/** @file GPT: a decoder-only language model (Radford et al. 2019), in the forms of its successors: Llama, Gemma, GPT-NeoX. */

import { CajalError, type Rng, scope, Tensor, tap, type Value } from "../../graph/index.ts";
import { softCap } from "../attention/attention.ts";
import { type AttentionCache, extendAttentionCache, initAttentionCache, placeAfter } from "../attention/cache.ts";
import { normal } from "../initialisers.ts";
import { type Embedding, embedding, initEmbedding } from "../layers/embedding.ts";
import { initLinear, type Linear, linear } from "../layers/linear.ts";
import { initLayerNorm, initRmsNorm } from "../layers/norm.ts";
import {
  type Block,
  type BlockOptions,
  block,
  blockStep,
  type InitBlockOptions,
  initBlock,
  type Norm,
  normalise,
} from "./block.ts";

/** Without positions, it depends on rotary ones; without a head, the tokens' vectors serve also as head (tied). */
export interface Gpt<T> {
  readonly tokens: Embedding<T>;
  readonly positions?: Embedding<T>;
  readonly blocks: readonly Block<T>[];
  readonly norm: Norm<T>;
  readonly head?: Linear<T>;
}

export interface InitGptOptions extends InitBlockOptions {
  readonly vocabulary: number;
  readonly width: number;
  readonly layers: number;
  /** Most steps it can read: the number of learned positions. Left out: none are learned (use rotary ones). */
  readonly context?: number;
  /** Whether the head is the tokens' vectors. Default true. */
  readonly tied?: boolean;
}

/** Weights from N(0, 0.02²), those that write to the residual stream from N(0, 0.02²/(2·layers)), as in GPT-2. */
export function initGpt(rng: Rng, options: InitGptOptions): Gpt<Tensor> {
  const { vocabulary, width, layers, context, tied = true, norm = "layer", weight = normal(0.02) } = options;
  const quiet = normal(0.02 / Math.sqrt(2 * layers));
  const blocks = Array.from({ length: layers }, (_, i) => {
    const from = rng.split(`block${i}`);
    const p = initBlock(from, width, { ...options, weight });
    if (options.weight !== undefined) return p;
    const quieter = (name: string, { weight: { shape }, ...rest }: Linear<Tensor>) => ({
      weight: quiet(from.split(name), shape, { inputs: shape[0], outputs: shape[1] }),
      ...rest,
    });
    const attention = { ...p.attention, output: quieter("output", p.attention.output) };
    const feedForward =
      "gate" in p.feedForward
        ? { ...p.feedForward, down: quieter("down", p.feedForward.down) }
        : p.feedForward.map((layer, k, all) => (k === all.length - 1 ? quieter("down", layer) : layer));
    return { ...p, attention, feedForward };
  });
  return {
    tokens: initEmbedding(rng.split("tokens"), vocabulary, width, { weight }),
    ...(context !== undefined && { positions: initEmbedding(rng.split("positions"), context, width, { weight }) }),
    blocks,
    norm: norm === "layer" ? initLayerNorm(width) : initRmsNorm(width),
    ...(!tied && { head: initLinear(rng.split("head"), width, vocabulary, { weight, bias: false }) }),
  };
}

type CausalOptions = Omit<BlockOptions, "causal" | "memory" | "mask">;

export interface GptOptions extends CausalOptions {
  /** What is different in single blocks, by their number. Default: nothing. */
  readonly perBlock?: readonly Partial<CausalOptions>[];
  /** What the tokens' vectors are multiplied by (Gemma: √width). Default 1. */
  readonly embeddingScale?: number;
  /** c: logits z become c·tanh(z/c) (Gemma 2). Default: not. */
  readonly logitCap?: number;
}

/**
 * Tokens [batch, steps] (int32 or int64) → logits of the token after each [batch, steps, vocabulary]. Taps: "embedding", the stream
 * before the first block, those of the blocks under "block0", "block1", …, and "final", the stream behind the last one, normed: what the head reads.
 * @throws CajalError `shape` when there are more steps than learned positions
 */
export function gpt(p: Gpt<Value | Tensor>, tokens: Value, options: GptOptions): Value {
  const steps = tokens.shape[1];
  const room = p.positions?.weight.shape[0] ?? steps;
  if (steps > room)
    throw new CajalError("shape", `gpt: ${steps} steps are more than the ${room} learned positions`, {
      advice: "Cut the text, or initialise with a longer context.",
    });
  const positions = tokens.tracer.constant(
    Array.from({ length: steps }, (_, i) => i),
    "int64",
  );
  const x = embed(p, tokens, positions, options);
  const last = p.blocks.reduce(
    (h, layer, i) => scope(`block${i}`, () => block(layer, h, { ...options, ...options.perBlock?.[i], causal: true })),
    x,
  );
  return logitsOf(p, last, options);
}

/** What the model remembers of a text. */
export interface GptCache<T> {
  /** Steps read: a scalar. */
  readonly length: T;
  readonly blocks: readonly AttentionCache<T>[];
}

/** @param capacity most steps */
export function initGptCache(
  p: Gpt<Tensor>,
  options: { heads: number; batch: number; capacity: number },
): GptCache<Tensor> {
  return { length: Tensor.scalar(0), blocks: p.blocks.map(({ attention }) => initAttentionCache(attention, options)) };
}

/**
 * The next tokens [batch, steps] of a text whose beginning is in the cache → logits [batch, steps, vocabulary], and what is to be remembered of
 * them: give it to `extendGptCache`. With rotary speeds of LongRoPE, a text that grows beyond their context is read anew from its beginning.
 * @param wanted which of the steps' logits to compute, int64 [n]: [batch, n, vocabulary]; the text ends with the last of them. Default: all
 */
export function gptStep(
  p: Gpt<Value | Tensor>,
  { length, blocks }: GptCache<Value>,
  tokens: Value,
  options: GptOptions,
  wanted?: Value,
): { logits: Value; fresh: readonly AttentionCache<Value>[] } {
  const steps = tokens.shape[1];
  const read = wanted === undefined ? steps : wanted.max().cast(length.dtype).add(1);
  const place = placeAfter(length, steps, blocks[0].keys.shape[2], length.add(read));
  let x = embed(p, tokens, place.positions.cast("int64"), options);
  const fresh = p.blocks.map((layer, i) =>
    scope(`block${i}`, () => {
      const step = blockStep(layer, blocks[i], x, place, { ...options, ...options.perBlock?.[i] });
      x = step.y;
      return step.fresh;
    }),
  );
  return { logits: logitsOf(p, wanted === undefined ? x : x.gather(wanted, 1), options), fresh };
}

/**
 * The cache with what `gptStep` gave, written in place: the old one is given up.
 * @param count how many of the steps are kept, the first ones. Default: all
 * @throws CajalError `argument` when there is no room
 */
export function extendGptCache(
  { length, blocks }: GptCache<Tensor>,
  fresh: readonly AttentionCache<Tensor>[],
  count = fresh[0].keys.shape[2],
): GptCache<Tensor> {
  for (const [i, block] of blocks.entries()) extendAttentionCache(block, fresh[i], length.item(), count);
  return { length: Tensor.scalar(length.item() + count), blocks };
}

function embed(p: Gpt<Value | Tensor>, tokens: Value, positions: Value, options: GptOptions): Value {
  const { dropout = (x) => x, embeddingScale } = options;
  const vectors = embedding(p.tokens, tokens);
  const x = embeddingScale === undefined ? vectors : vectors.mul(embeddingScale);
  return tap("embedding", dropout(p.positions === undefined ? x : x.add(embedding(p.positions, positions))));
}

/** The residual stream behind the last block [..., width], normed and compared with every token's vector: [..., vocabulary]. */
export function logitsOf(p: Gpt<Value | Tensor>, x: Value, { epsilon, logitCap }: GptOptions): Value {
  const h = tap(
    "final",
    scope("norm", () => normalise(p.norm, x, epsilon)),
  );
  const logits =
    p.head === undefined ? h.matmul(x.tracer.lift(p.tokens.weight, x.dtype).transpose()) : linear(p.head, h);
  return logitCap === undefined ? logits : softCap(logits, logitCap);
}
