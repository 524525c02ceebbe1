/** @file Language models: tokens in, and whatever they tap on the way. */

import type { Tensor, Value } from "../../graph/index.ts";

/** Parameters by name. */
export type Weights<T> = Readonly<Record<string, T>>;

/** A model that reads tokens. What it taps are its layers. */
export interface LanguageModel {
  /** What messages call it. */
  readonly name: string;
  /** The tokens of each word of running text. */
  tokenize(words: readonly string[]): readonly (readonly number[])[];
  /** The tokens that begin every text, such as <s>. Default: none. */
  readonly begin?: readonly number[];
  /** Whether a step sees only those before it, so that what stands behind a text does not matter. Default false. */
  readonly causal?: boolean;
  /** The only number of texts, and of steps, that it takes at once. Default: any. */
  readonly fixed?: { readonly batch?: number; readonly steps?: number };
  /** The longest text that it can read. Default: any. */
  readonly context?: number;
  /** Parameters to be handed to `apply`, so that they are kept once and not in every graph. Default: none. */
  readonly weights?: Weights<Tensor>;
  /**
   * Runs it, within a traced function.
   * @param tokens [batch, steps], int64
   * @param present [batch, steps], int64: 1 where a token is one of the text, 0 where it only fills the row
   * @param weights the model's, as Values; default: its own as constants
   */
  apply(tokens: Value, present: Value, weights?: Weights<Value>): unknown;
  /** Whether a tapped value is a layer. Default: every one is. */
  isLayer?(name: string, value: Value): boolean;
}

/** Whether a layer is of attention heads, [batch, steps, heads, headWidth], as blocks of cajal/nn tap them: a unit is a head. */
export function isHeads(name: string, value: Value): boolean {
  return value.rank === 4 && /(?:^|\/)heads$/.test(name);
}
