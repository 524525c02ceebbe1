/** @file Ops that are imported as compositions of simpler ones. */

import { attention } from "./attention.ts";
import { type Composition, input } from "./composition.ts";
import { negativeLogLikelihood, softmaxCrossEntropy } from "./losses.ts";
import { affineGrid, centerCropPad, compress, reverseSequence, stft, tensorScatter } from "./moving.ts";
import { rotaryEmbedding } from "./rotary-embedding.ts";

export const compositions: Readonly<Record<string, Composition>> = {
  AffineGrid: affineGrid,
  Attention: attention,
  CastLike: (node) => [input(node, 0).cast(input(node, 1).dtype)],
  CenterCropPad: centerCropPad,
  Compress: compress,
  NegativeLogLikelihoodLoss: negativeLogLikelihood,
  ReverseSequence: reverseSequence,
  RotaryEmbedding: rotaryEmbedding,
  STFT: stft,
  SoftmaxCrossEntropyLoss: softmaxCrossEntropy,
  // x·σ(αx)
  Swish: (node) => {
    const x = input(node, 0);
    return [x.mul(x.mul(Number(node.attributes.alpha ?? 1)).sigmoid())];
  },
  TensorScatter: tensorScatter,
};
