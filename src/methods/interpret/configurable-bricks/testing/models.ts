/** @file Small models with random weights for tests: a gated decoder, and the same one as an ONNX file. */

import { decodeModel, exportOnnx, Rng, Tensor, type Value } from "../../../../graph/index.ts";
import { type Gpt, gpt } from "../../../../nn/index.ts";
import { DecoderNetwork, OnnxNetwork, TextModel } from "../../../../probe/index.ts";
import { randomDecoder } from "../../random-decoder.ts";

export const sizes = {
  ...{ vocabulary: 12, width: 8, layers: 2, heads: 2, keyValueHeads: 2, headWidth: 4, hidden: 24, context: 32 },
};
const decoder = randomDecoder(new Rng(4), { sizes, deviation: 0.4 });

export const { params } = decoder;

export function modelOf(of: Gpt<Tensor> = params): TextModel {
  return new TextModel(new DecoderNetwork({ ...decoder, params: of }), { name: "tiny" });
}

/** The same weights as a file, for one text of 12 tokens. */
export function onnxModel(): TextModel {
  const bytes = exportOnnx((tokens: Value) => gpt(params, tokens, decoder.options), [Tensor.zeros([1, 12], "int64")], {
    names: ["input_ids"],
  });
  return new TextModel(new OnnxNetwork(decodeModel(bytes), { name: "file" }), { name: "file" });
}

/** Texts of random tokens. */
export function randomTexts(seed: number, count: number, length = 10, from = 0, to = sizes.vocabulary): number[][] {
  const rng = new Rng(seed);
  return Array.from({ length: count }, () => Array.from({ length }, () => rng.int(from, to)));
}

/** Two functions: texts of the first and of the second half of the vocabulary. */
export const functions = [
  { name: "low", prompts: randomTexts(1, 30, 9, 0, 6) },
  { name: "high", prompts: randomTexts(2, 30, 11, 6, 12) },
];

export function largestDifference(a: Tensor, b: Tensor): number {
  const other = b.numbers();
  return a.numbers().reduce((most, v, i) => Math.max(most, Math.abs(v - other[i])), 0);
}
