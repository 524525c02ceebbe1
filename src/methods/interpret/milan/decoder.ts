/**
 * @file The decoder: says word by word what the lit regions v₁ … vₖ of a unit have in common (after Xu et al. 2015, as in arXiv:2201.11114).
 *
 *     h₀ = tanh(W_h v̄ + b_h),  c₀ = tanh(W_c v̄ + b_c)          v̄: mean of the regions' vectors
 *     αⱼ = softmaxⱼ wᵀ tanh(W_q h + W_k vⱼ)                      which regions the next word looks at
 *     z  = σ(W_g h) ⊙ Σⱼ αⱼ vⱼ                                   the gate says how much
 *     h, c = LSTM([E word; z], h, c),   p(next) = softmax(W_o dropout(h))
 */

import { concat, type Noise, type Rng, scan, scope, type Tensor, type Value } from "../../../graph/index.ts";
import {
  crossEntropies,
  dropout,
  type Embedding,
  embedding,
  init,
  type Linear,
  type Lstm,
  type LstmState,
  linear,
  lstmStep,
  weights,
} from "../../../nn/index.ts";
import { special } from "./vocabulary.ts";

/** F features of a region, A of the attention's hidden layer, H hidden units, V words. */
export interface Decoder<T> {
  /** From the encoder's features to F, where there is one: it keeps a captioner small. */
  readonly projection?: Linear<T>;
  readonly hidden: Linear<T>;
  readonly cell: Linear<T>;
  /** W_q, W_k, and w as a column [A, 1]. */
  readonly attention: { readonly query: Linear<T>; readonly key: Linear<T>; readonly score: T };
  readonly gate: Linear<T>;
  readonly words: Embedding<T>;
  readonly lstm: Lstm<T>;
  readonly output: Linear<T>;
}

export interface DecoderSizes {
  /** Of what the encoder gives of a region. */
  readonly features: number;
  /** Of the vocabulary, special numbers included. */
  readonly vocabulary: number;
  /** H. Default 512. */
  readonly hidden?: number;
  /** Of a word's vector. Default 128. */
  readonly embedding?: number;
  /** F, when the features are to be projected first. Default: they are used as they are. */
  readonly projection?: number;
}

type Params = Decoder<Value | Tensor>;

/** Weights by Glorot, as fits tanh and sigmoid. */
export function initDecoder(rng: Rng, sizes: DecoderSizes): Decoder<Tensor> {
  const { features, vocabulary, hidden = 512, embedding: width = 128, projection } = sizes;
  const regionWidth = projection ?? features;
  const attentionWidth = Math.min(hidden, regionWidth);
  const dense = (name: string, inputs: number, outputs: number) =>
    init.linear(rng.split(name), inputs, outputs, { weight: weights.glorot() });
  return {
    ...(projection !== undefined && { projection: dense("projection", features, projection) }),
    hidden: dense("hidden", regionWidth, hidden),
    cell: dense("cell", regionWidth, hidden),
    attention: {
      query: dense("query", hidden, attentionWidth),
      key: dense("key", regionWidth, attentionWidth),
      score: dense("score", attentionWidth, 1).weight,
    },
    gate: dense("gate", hidden, regionWidth),
    words: init.embedding(rng.split("words"), vocabulary, width),
    lstm: init.lstm(rng.split("lstm"), width + regionWidth, hidden),
    output: dense("output", hidden, vocabulary),
  };
}

/** A batch's regions as the decoder looks at them: computed once for all words. */
export interface Regions<T> {
  /** [batch, k, F]. */
  readonly values: T;
  /** W_k v: [batch, k, A]. */
  readonly keys: T;
}

/** @param features of the encoder: [batch, k, features] */
export function regionsOf(p: Params, features: Value): Regions<Value> {
  const values = p.projection === undefined ? features : linear(p.projection, features).tanh();
  return { values, keys: linear(p.attention.key, values) };
}

/** The state before the first word: [batch, H] each. */
export function firstState(p: Params, { values }: Regions<Value>): LstmState<Value> {
  const mean = values.mean(1);
  return { hidden: linear(p.hidden, mean).tanh(), cell: linear(p.cell, mean).tanh() };
}

/**
 * Takes in a word.
 * @param state [batch · paths, H]: each batch entry may go along several paths at once, as a beam does
 * @param words numbers [batch · paths]
 * @returns the state from which the next word is read, and the attention α [batch, paths, k]
 */
export function decoderStep(
  p: Params,
  { values, keys }: Regions<Value>,
  state: LstmState<Value>,
  words: Value,
): { state: LstmState<Value>; attention: Value } {
  const [batch, regions, width] = values.shape;
  const paths = state.hidden.shape[0] / batch;
  const query = linear(p.attention.query, state.hidden);
  const attentionWidth = query.shape[1];
  const attention = query
    .reshape([batch, paths, 1, attentionWidth])
    .add(keys.reshape([batch, 1, regions, attentionWidth]))
    .tanh()
    .matmul(p.attention.score)
    .squeeze(3)
    .softmax(2);
  const seen = attention.matmul(values).reshape([batch * paths, width]);
  const gated = linear(p.gate, state.hidden).sigmoid().mul(seen);
  const input = concat([embedding(p.words, words), gated], 1);
  return { state: lstmStep(p.lstm, state, input), attention };
}

/** log p of every word next, [..., V], from hidden states [..., H]. */
export function nextWord(p: Params, hidden: Value): Value {
  return linear(p.output, hidden).logSoftmax(-1);
}

/**
 * A batch of captions with their regions. Captions are as `Vocabulary.encode` makes them.
 * features float32 [batch, k, features], captions int64 [batch, length].
 */
export interface CaptionBatch<T> {
  readonly features: T;
  readonly captions: T;
}

/** Which numbers of captions count, as float32: all up to the end, no padding. */
export function countedWords(captions: Value): Value {
  return captions.equal(special.padding).not().cast("float32");
}

/** What is fed: the start, then the caption without its last number. */
export function fedWords(captions: Value): Value {
  const [batch, length] = captions.shape;
  const start = captions.tracer.constant([special.start], captions.dtype).reshape([1, 1]).expand([batch, 1]);
  return length === 1 ? start : concat([start, captions.slice([0], [length - 1], [1])], 1);
}

interface Forced {
  /** Hidden state after each fed word: [batch, length, H]. */
  readonly hidden: Value;
  /** α of each step: [batch, length, k]. */
  readonly attention: Value;
}

function force(p: Params, features: Value, captions: Value): Forced {
  const regions = regionsOf(p, features);
  const { state: _, ys } = scan(
    (state: LstmState<Value>, word: Value) => {
      const next = decoderStep(p, regions, state, word);
      return { state: next.state, y: { hidden: next.state.hidden, attention: next.attention.squeeze(1) } };
    },
    firstState(p, regions),
    fedWords(captions).transpose([1, 0]),
  );
  return { hidden: ys.hidden.transpose([1, 0, 2]), attention: ys.attention.transpose([1, 0, 2]) };
}

/** log p(d | E) of whole captions: [batch]. */
export function captionLogLikelihood(p: Params, { features, captions }: CaptionBatch<Value>): Value {
  const { hidden } = force(p, features, captions);
  return crossEntropies(linear(p.output, hidden), captions).mul(countedWords(captions)).sum(1).neg();
}

export interface DecoderLossOptions {
  /** Of the hidden state before the output. Default 0.5. */
  readonly dropout?: number;
  /** How much it counts that every region is looked at as often. Default 1. */
  readonly attention?: number;
  /** Of features, the same ones of all regions of a set: few sets teach less by heart. Default 0. */
  readonly features?: number;
}

/** Mean surprise of a word, plus the mean over regions of (1 − Σ_t α_tj)². */
export function decoderLoss(
  p: Params,
  batch: CaptionBatch<Value>,
  noise: Noise,
  { dropout: rate = 0.5, attention: weight = 1, features: lost = 0 }: DecoderLossOptions = {},
): Value {
  const { tracer, shape } = batch.features;
  const ones = () => tracer.constant([1], "float32").expand([shape[0], 1, shape[2]]);
  const seen = lost > 0 ? batch.features.mul(dropout(ones(), noise, lost)) : batch.features;
  const { hidden, attention } = scope("decoder", () => force(p, seen, batch.captions));
  const counted = countedWords(batch.captions);
  const surprise = crossEntropies(linear(p.output, dropout(hidden, noise, rate)), batch.captions);
  const looked = attention.mul(counted.unsqueeze(2)).sum(1);
  const uneven = looked.neg().add(1).square().mean();
  return surprise.mul(counted).sum().div(counted.sum()).add(uneven.mul(weight));
}
