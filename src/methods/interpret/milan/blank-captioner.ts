/** @file Decoder and language model of given sizes with zeros for weights: what a file is filled into. Drawing weights would take seconds. */

import { Tensor } from "../../../graph/index.ts";
import type { Decoder, DecoderSizes } from "./decoder.ts";
import type { CaptionModel, CaptionModelSizes } from "./language-model.ts";

const linear = (inputs: number, outputs: number) => ({
  weight: Tensor.zeros([inputs, outputs]),
  bias: Tensor.zeros([outputs]),
});

const lstm = (inputs: number, hidden: number) => ({
  input: Tensor.zeros([inputs, 4 * hidden]),
  recurrent: Tensor.zeros([hidden, 4 * hidden]),
  bias: Tensor.zeros([4 * hidden]),
});

/** Of the same shapes as `initDecoder` gives. */
export function blankDecoder(sizes: DecoderSizes): Decoder<Tensor> {
  const { features, vocabulary, hidden = 512, embedding = 128, projection } = sizes;
  const width = projection ?? features;
  const attention = Math.min(hidden, width);
  return {
    ...(projection !== undefined && { projection: linear(features, projection) }),
    hidden: linear(width, hidden),
    cell: linear(width, hidden),
    attention: { query: linear(hidden, attention), key: linear(width, attention), score: Tensor.zeros([attention, 1]) },
    gate: linear(hidden, width),
    words: { weight: Tensor.zeros([vocabulary, embedding]) },
    lstm: lstm(embedding + width, hidden),
    output: linear(hidden, vocabulary),
  };
}

/** Of the same shapes as `initCaptionModel` gives. */
export function blankCaptionModel(sizes: CaptionModelSizes): CaptionModel<Tensor> {
  const { vocabulary, layers = 2, hidden = 512, embedding = 128 } = sizes;
  return {
    words: { weight: Tensor.zeros([vocabulary, embedding]) },
    layers: Array.from({ length: layers }, (_, i) => lstm(i === 0 ? embedding : hidden, hidden)),
    output: linear(hidden, vocabulary),
  };
}
