/** @file A decoder as data: sizes, parameters, and how they are applied. */

import type { Tensor } from "../../graph/index.ts";
import type { Gpt, GptOptions } from "../../nn/index.ts";

export interface DecoderSizes {
  readonly vocabulary: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  /** Fewer than heads where several heads share keys and values. */
  readonly keyValueHeads: number;
  readonly headWidth: number;
  /** Neurons of each feed-forward network. */
  readonly hidden: number;
  /** The longest text it can read, or was trained on. */
  readonly context: number;
}

/** A model of the next token, as `gpt(params, tokens, options)` of cajal/nn. */
export interface Decoder {
  /** "llama", "gpt2", …: what config.json calls the architecture. */
  readonly architecture: string;
  readonly sizes: DecoderSizes;
  readonly params: Gpt<Tensor>;
  readonly options: GptOptions;
}
