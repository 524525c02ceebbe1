/** @file An imported ONNX model that reads tokens, as a language model whose layers have the names of the file. */

import { isFloat } from "../../graph/dtype.ts";
import type { ImportedModel, Value } from "../../graph/index.ts";
import { movers } from "../layers.ts";
import type { LanguageModel } from "./language-model.ts";
import { feedsOf, onnxInputs } from "./onnx-inputs.ts";

export interface OnnxLanguageModelOptions extends Pick<LanguageModel, "tokenize" | "begin" | "causal"> {
  readonly name?: string;
}

/**
 * An ONNX language model with a tokenizer of your own: its inputs are token numbers [batch, steps] and, if it wants them, a mask, positions,
 * token types and past keys and values, by the names that exporters give them ("attention_mask", "position_ids", "past_key_values.0.key").
 * @param model from `importOnnx`, or the `imported` of an opened model
 * @throws CajalError `shape` when it has no input of tokens, or others than these
 */
export function onnxLanguageModel(model: ImportedModel, options: OnnxLanguageModelOptions): LanguageModel {
  const { name = "the model", ...rest } = options;
  const inputs = onnxInputs(model, name);
  return {
    ...rest,
    name,
    fixed: inputs.fixed,
    weights: model.params,
    apply: (ids, present, weights) => model.apply(weights ?? model.params, feedsOf(inputs, ids, present)),
    isLayer: isOnnxLayer,
  };
}

/** The vectors of tokens are gathered, and are a layer; what else is only moved about is none. */
export function isOnnxLayer(_name: string, value: Value): boolean {
  const kind = kindOf(value);
  return isFloat(value.dtype) && !(movers.has(kind) && (kind !== "Gather" || value.rank !== 3));
}

export function kindOf(value: Value): string {
  return value.node?.definition.name ?? "";
}
