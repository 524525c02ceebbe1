/** @file Language models: tokens in, and whatever they tap on the way. */

import { isFloat } from "../graph/dtype.ts";
import { CajalError, formatOpen, type ImportedModel, type Port, type Value } from "../graph/index.ts";
import { movers } from "./layers.ts";

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
  /**
   * Runs it, within a traced function.
   * @param tokens [batch, steps], int64
   * @param present [batch, steps], int64: 1 where a token is one of the text, 0 where it only fills the row
   */
  apply(tokens: Value, present: Value): unknown;
  /** Whether a tapped value is a layer. Default: every one is. */
  isLayer?(name: string, value: Value): boolean;
}

export interface OnnxLanguageModelOptions extends Pick<LanguageModel, "tokenize" | "begin" | "causal"> {
  readonly name?: string;
}

/**
 * An ONNX language model: its inputs are token numbers [batch, steps] and, if it wants them, a mask, positions and token types, by the
 * names that exporters give them ("attention_mask", "position_ids", "token_type_ids").
 * @param model from `importOnnx`, or the `imported` of an opened model
 * @throws CajalError `shape` when it has no input of tokens, or others than these
 */
export function onnxLanguageModel(model: ImportedModel, options: OnnxLanguageModelOptions): LanguageModel {
  const { name = "the model", ...rest } = options;
  const roles = new Map(model.inputs.map((port) => [port, roleOf(port, model.inputs.length)]));
  const tokens = model.inputs.find((port) => roles.get(port) === "tokens");
  for (const port of model.inputs)
    if (roles.get(port) === undefined)
      throw new CajalError(
        "shape",
        `${name}: the input "${port.name}" is ${port.dtype}${formatOpen(port.shape)}, which a text does not have`,
        { advice: "Export the model without its cache (use_cache=False), with tokens, mask and positions as inputs." },
      );
  if (tokens === undefined)
    throw new CajalError("shape", `${name} has no input of integers [batch, steps] for tokens`, {
      advice: `Its inputs: ${model.inputs.map((port) => `"${port.name}" ${port.dtype}${formatOpen(port.shape)}`).join(", ")}.`,
    });
  const [batch, steps] = tokens.shape ?? [];
  return {
    ...rest,
    name,
    fixed: { ...(typeof batch === "number" && { batch }), ...(typeof steps === "number" && { steps }) },
    apply(ids, present) {
      const feeds = model.inputs.map((port) => [port.name, feedOf(roles.get(port), ids, present).cast(port.dtype)]);
      return model.apply(model.params, Object.fromEntries(feeds));
    },
    // The vectors of tokens are gathered, and are a layer; what else is only moved about is none.
    isLayer: (_name, value) =>
      isFloat(value.dtype) && !(movers.has(kindOf(value)) && (kindOf(value) !== "Gather" || value.rank !== 3)),
  };
}

type Role = "tokens" | "mask" | "positions" | "types";

function roleOf({ name, dtype, shape }: Port, inputs: number): Role | undefined {
  if (shape !== undefined && shape.length !== 2) return undefined;
  if (/mask/i.test(name)) return "mask";
  if (!dtype.startsWith("int")) return undefined;
  if (/position/i.test(name)) return "positions";
  if (/type|segment/i.test(name)) return "types";
  return inputs === 1 || /ids|tokens?|input/i.test(name) ? "tokens" : undefined;
}

function feedOf(role: Role | undefined, tokens: Value, present: Value): Value {
  if (role === "tokens") return tokens;
  if (role === "mask") return present;
  if (role === "types") return tokens.mul(0);
  const { shape, tracer } = tokens;
  const steps = Array.from({ length: shape[1] }, (_, i) => i);
  return tracer.constant(steps, "int64").unsqueeze(0).expand(shape);
}

function kindOf(value: Value): string {
  return value.node?.definition.name ?? "";
}
