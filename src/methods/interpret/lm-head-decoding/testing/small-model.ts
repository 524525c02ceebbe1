/** @file Small random models of text for tests. */

import { Rng } from "../../../../graph/index.ts";
import { DecoderNetwork, TextModel, type Tokenizer } from "../../../../probe/index.ts";
import { randomDecoder } from "../../random-decoder.ts";

export const words = [..."abcdefghij"].flatMap((letter) => [` ${letter}`, ` ${letter.toUpperCase()}`, letter]);

/** Ten letters, each with a space before it, in capitals with one, and alone: variants of ten words. */
export const letters: Tokenizer = {
  size: words.length,
  encode: (text) => (text.match(/ ?\w/g) ?? []).map((piece) => words.indexOf(piece)),
  decode: (tokens) => Array.from(tokens, (token) => words[token]).join(""),
};

export interface SmallOptions {
  readonly gated?: boolean;
  readonly seed?: number;
  readonly tokenizer?: Tokenizer | undefined;
}

const sizes = {
  ...{ vocabulary: 30, width: 12, layers: 2, heads: 2, keyValueHeads: 2, headWidth: 6, hidden: 20, context: 16 },
};

/** Two layers, a stream of 12, 20 neurons each, 30 tokens; norms with gains that are not 1. */
export function smallModel({ gated = true, seed = 1, tokenizer = letters }: SmallOptions = {}): TextModel {
  const rng = new Rng(seed);
  const decoder = randomDecoder(rng, { gated, sizes, deviation: 0.4 });
  const gain = (from: Rng) => from.normal([sizes.width], 1, 0.3);
  const blocks = decoder.params.blocks.map((block, i) => ({
    ...block,
    feedForwardNorm: { ...block.feedForwardNorm, scale: gain(rng.split(`gain${i}`)) },
  }));
  const params = { ...decoder.params, blocks, norm: { ...decoder.params.norm, scale: gain(rng.split("gain")) } };
  return new TextModel(new DecoderNetwork({ ...decoder, params }), {
    name: `small ${seed}`,
    ...(tokenizer && { tokenizer }),
  });
}
