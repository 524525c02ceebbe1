/** @file p(d): how likely a caption is whatever the pictures. A recurrent language model, trained apart from the decoder on the same captions. */

import type { Noise, Rng, Tensor, Value } from "../../../graph/index.ts";
import {
  crossEntropies,
  dropout,
  type Embedding,
  embedding,
  init,
  type Linear,
  type Lstm,
  linear,
  lstm,
} from "../../../nn/index.ts";
import { countedWords, fedWords } from "./decoder.ts";

export interface CaptionModel<T> {
  readonly words: Embedding<T>;
  readonly layers: readonly Lstm<T>[];
  readonly output: Linear<T>;
}

export interface CaptionModelSizes {
  readonly vocabulary: number;
  /** Default 2. */
  readonly layers?: number;
  /** Default 512. */
  readonly hidden?: number;
  /** Default 128. */
  readonly embedding?: number;
}

export function initCaptionModel(rng: Rng, sizes: CaptionModelSizes): CaptionModel<Tensor> {
  const { vocabulary, layers = 2, hidden = 512, embedding: width = 128 } = sizes;
  return {
    words: init.embedding(rng.split("words"), vocabulary, width),
    layers: Array.from({ length: layers }, (_, i) => init.lstm(rng.split(i), i === 0 ? width : hidden, hidden)),
    output: init.linear(rng.split("output"), hidden, vocabulary),
  };
}

/** @param drop what is done to each layer's input and to the output's */
function surprises(p: CaptionModel<Value | Tensor>, captions: Value, drop: (x: Value) => Value = (x) => x): Value {
  const top = p.layers.reduce((x, layer) => lstm(layer, drop(x)).y, embedding(p.words, fedWords(captions)));
  return crossEntropies(linear(p.output, drop(top)), captions).mul(countedWords(captions));
}

/** log p(d) of whole captions, the end included: int64 [batch, length] → [batch]. */
export function captionLogPrior(p: CaptionModel<Value | Tensor>, captions: Value): Value {
  return surprises(p, captions).sum(1).neg();
}

/** Mean surprise of a word. @param rate of dropout */
export function captionModelLoss(p: CaptionModel<Value>, captions: Value, noise: Noise, rate = 0.5): Value {
  const counted = countedWords(captions);
  return surprises(p, captions, (x) => dropout(x, noise, rate))
    .sum()
    .div(counted.sum());
}
