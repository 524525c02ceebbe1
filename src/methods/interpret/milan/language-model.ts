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
  type LstmState,
  linear,
  lstm,
  lstmStep,
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

/** The states of all layers before the first word: zeros [batch, hidden] each. */
export function firstModelStates(
  p: CaptionModel<Value | Tensor>,
  tracer: Value["tracer"],
  batch: number,
): readonly LstmState<Value>[] {
  return p.layers.map(({ recurrent }) => {
    const zeros = tracer.constant([0], "float32").expand([batch, recurrent.shape[0]]);
    return { hidden: zeros, cell: zeros };
  });
}

/** Takes in a word: the states after it, and log p of every word next [batch, V]. @param words numbers [batch] */
export function captionModelStep(
  p: CaptionModel<Value | Tensor>,
  states: readonly LstmState<Value>[],
  words: Value,
): { states: readonly LstmState<Value>[]; logp: Value } {
  const after: LstmState<Value>[] = [];
  const top = p.layers.reduce(
    (x, layer, i) => {
      after.push(lstmStep(layer, states[i], x));
      return after[i].hidden;
    },
    embedding(p.words, words),
  );
  return { states: after, logp: linear(p.output, top).logSoftmax(-1) };
}
