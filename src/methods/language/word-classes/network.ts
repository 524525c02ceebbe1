/** @file Networks that predict the next word from a fixed number of words before it. */

import { CajalError, Rng, scope, type Tensor, tap, type Value } from "../../../graph/index.ts";
import { type Embedding, embedding, init, type Linear, type Lstm, linear, lstm, weights } from "../../../nn/index.ts";

export interface NetworkOptions {
  /** Words that it knows, the unknown one included. */
  readonly vocab: number;
  /** Words that it sees. Default 9. */
  readonly context?: number;
  /** "lstm": recurrent layers, then one of tanh. "mlp": the words' vectors side by side into layers of tanh. Default "lstm". */
  readonly kind?: "lstm" | "mlp";
  /** Widths of the words' vectors, and of each layer. Default [64, 128, 128, 128] (lstm), [64, 256, 256, 256] (mlp). */
  readonly sizes?: readonly number[];
  /** Of the weights at the beginning. */
  readonly seed: number;
}

export interface NextWordParams<T> {
  readonly words: Embedding<T>;
  readonly recurrent: readonly Lstm<T>[];
  readonly dense: readonly Linear<T>[];
  readonly output: Linear<T>;
}

export interface NextWordNetwork {
  readonly context: number;
  /** From the input on. */
  readonly layers: readonly string[];
  /** As they are before training. */
  readonly params: NextWordParams<Tensor>;
  /**
   * tokens [batch, context] → logits of the next word [batch, vocab]. Taps: the layers, [batch, units] each: "input" (the words' vectors side
   * by side), "lstm1", "lstm2" (their last states) and "tanh", or "tanh1", "tanh2", "tanh3", and "output", the probabilities.
   */
  apply(p: NextWordParams<Value | Tensor>, tokens: Value): Value;
}

const defaultSizes = { lstm: [64, 128, 128, 128], mlp: [64, 256, 256, 256] } as const;

/** @throws CajalError `argument` when the sizes make no such network */
export function nextWordNetwork(options: NetworkOptions): NextWordNetwork {
  const { vocab, context = 9, kind = "lstm", sizes = defaultSizes[kind], seed } = options;
  if (sizes.length < 2 || ![vocab, context, ...sizes].every((size) => Number.isInteger(size) && size > 0))
    throw new CajalError(
      "argument",
      `nextWordNetwork: ${vocab} words, a context of ${context} and sizes [${sizes}] make no network`,
      {
        advice: "Give widths of the words' vectors and of at least one layer.",
      },
    );
  const [width, ...hidden] = sizes;
  const recurrentCount = kind === "lstm" ? hidden.length - 1 : 0;
  const denseCount = hidden.length - recurrentCount;
  const denseName = (i: number) => (denseCount === 1 ? "tanh" : `tanh${i + 1}`);
  const rng = new Rng(seed);
  const inputs = kind === "lstm" ? sizes : [width * context, ...hidden];
  const layer = { weight: weights.glorot() };
  const params = {
    words: init.embedding(rng.split("words"), vocab, width),
    recurrent: hidden.slice(0, recurrentCount).map((units, i) => init.lstm(rng.split(`lstm${i}`), inputs[i], units)),
    dense: hidden
      .slice(recurrentCount)
      .map((units, i) => init.linear(rng.split(`tanh${i}`), inputs[recurrentCount + i], units, layer)),
    output: init.linear(rng.split("output"), hidden[hidden.length - 1], vocab, layer),
  };
  return {
    context,
    params,
    layers: [
      "input",
      ...params.recurrent.map((_, i) => `lstm${i + 1}`),
      ...params.dense.map((_, i) => denseName(i)),
      "output",
    ],
    apply(p, tokens) {
      const sideBySide = tap("input", embedding(p.words, tokens).reshape([-1, context * width]));
      let steps = sideBySide.reshape([-1, context, width]);
      let h = sideBySide;
      for (const [i, q] of p.recurrent.entries()) {
        const { y, state } = scope(`lstm${i + 1}`, () => lstm(q, steps));
        h = tap(`lstm${i + 1}`, state.hidden);
        steps = y;
      }
      for (const [i, q] of p.dense.entries()) h = tap(denseName(i), linear(q, h).tanh());
      const logits = linear(p.output, h);
      tap("output", logits.softmax(-1));
      return logits;
    },
  };
}
