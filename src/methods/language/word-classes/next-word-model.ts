/** @file A network with a vocabulary: a language model that can be looked into. */

import type { Vocabulary } from "../../../data/index.ts";
import { CajalError, exportOnnx, Tensor, type Value } from "../../../graph/index.ts";
import type { LanguageModel } from "../../../probe/index.ts";
import type { NextWordNetwork, NextWordParams } from "./network.ts";

export interface NextWordModel extends LanguageModel {
  readonly network: NextWordNetwork;
  readonly vocabulary: Vocabulary;
  readonly params: NextWordParams<Tensor>;
  /** The words that it was trained on, as far as that is known. */
  readonly trainedOn?: readonly string[];
}

/** @param params default: those before training */
export function nextWordModel(
  network: NextWordNetwork,
  vocabulary: Vocabulary,
  {
    params = network.params,
    trainedOn,
    name = "the network",
  }: Partial<Pick<NextWordModel, "params" | "trainedOn" | "name">> = {},
): NextWordModel {
  return {
    name,
    network,
    vocabulary,
    params,
    ...(trainedOn && { trainedOn }),
    tokenize: (words) => Array.from(vocabulary.encode(words), (token) => [token]),
    apply: (tokens) => {
      if (tokens.shape[1] !== network.context)
        throw new CajalError("shape", `${name} reads ${network.context} words, not ${tokens.shape[1]}`, {
          advice: `Give contexts of ${network.context} words.`,
        });
      return network.apply(params, tokens);
    },
  };
}

/** An ONNX file of the model for one context: tokens int64 [1, context] → logits [1, words]. Its words are in the metadata, as JSON. */
export function exportNextWordModel({ network, params, vocabulary }: NextWordModel): Uint8Array {
  return exportOnnx((tokens: Value) => network.apply(params, tokens), [Tensor.zeros([1, network.context], "int64")], {
    names: ["tokens"],
    metadata: { words: JSON.stringify(vocabulary.words) },
  });
}
