/** @file A small decoder with random weights, on which what must hold exactly is tried. */

import type { Rng, Tensor } from "../../graph/index.ts";
import { type Block, init, weights } from "../../nn/index.ts";
import type { Decoder, DecoderSizes } from "../../probe/index.ts";

export interface RandomDecoderOptions {
  /** With gates, root-mean-square norms and no biases, as Llama; else without gates, with layer norms and biases, as GPT-2. Default true. */
  readonly gated?: boolean;
  readonly sizes?: DecoderSizes;
  /** Of weights. Default 0.3, which makes activities of the order of 1. */
  readonly deviation?: number;
}

const small: DecoderSizes = {
  vocabulary: 40,
  width: 16,
  layers: 3,
  heads: 2,
  keyValueHeads: 2,
  headWidth: 8,
  hidden: 24,
  context: 32,
};

export function randomDecoder(
  rng: Rng,
  { gated = true, sizes = small, deviation = 0.3 }: RandomDecoderOptions = {},
): Decoder {
  const { context: _context, headWidth: _headWidth, ...shape } = sizes;
  const params = init.gpt(rng, {
    ...shape,
    ...{ norm: gated ? "rms" : "layer", feedForward: gated ? "gated" : "mlp", bias: !gated },
    weight: weights.normal(deviation),
  });
  const blocks = params.blocks.map((block, i) => withBiases(block, rng.split(`bias${i}`)));
  const options = { heads: sizes.heads, rotary: {} };
  return { architecture: gated ? "llama" : "gpt2", sizes, params: { ...params, blocks }, options };
}

/** Initial biases are 0, and would tell nothing. */
function withBiases(block: Block<Tensor>, rng: Rng): Block<Tensor> {
  if ("gate" in block.feedForward) return block;
  const layers = block.feedForward.map((layer) => ({ ...layer, bias: rng.normal([layer.weight.shape[1]]) }));
  return { ...block, feedForward: layers };
}
