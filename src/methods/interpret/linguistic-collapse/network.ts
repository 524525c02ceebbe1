/** @file All kinds of models as one: a traced function from what a batch feeds to logits, whose inside has names. */

import { CajalError, type ImportedModel, type Port, Tensor, tap, Value } from "../../../graph/index.ts";
import { type LanguageModel, Model, type Weights } from "../../../probe/index.ts";
import type { Batch } from "./batches.ts";

/** An opened ONNX model of pictures, any imported ONNX model of one input, or a language model. */
export type AnyModel = Model | ImportedModel | LanguageModel;

/** A batch as the network takes it. */
export interface Fed {
  readonly inputs: readonly Tensor[];
  /** Of each row of the logits: its class, −1: the row does not count. */
  readonly labels: Int32Array;
}

export interface Network {
  readonly name: string;
  readonly weights: Weights<Tensor>;
  /** Small inputs to trace it with. */
  example(): readonly Tensor[];
  feed(batch: Batch): Fed;
  /** Logits, or probabilities. */
  apply(inputs: readonly Value[], weights: Weights<Value>): Value;
}

/** @throws CajalError `shape` when it has several inputs, or no single output of logits */
export function networkOf(model: AnyModel): Network {
  if (model instanceof Model) return classifier(model.imported, model.name);
  return "nodes" in model ? classifier(model, "the model") : textNetwork(model);
}

function classifier(model: ImportedModel, name: string): Network {
  const [input, ...others] = model.inputs;
  if (input === undefined || others.length > 0)
    throw new CajalError(
      "shape",
      `${name} has ${model.inputs.length} inputs: ${model.inputs.map((port) => port.name).join(", ")}`,
      {
        advice: "A classifier has one; a language model is opened with a tokenizer, or by onnxLanguageModel.",
      },
    );
  const output = logitsOf(model.outputs, name);
  return {
    name,
    weights: model.params,
    example: () => [
      Tensor.zeros(
        (input.shape ?? []).map((dim, i) => (typeof dim === "number" ? dim : i === 0 ? 2 : 1)),
        input.dtype,
      ),
    ],
    feed(batch) {
      if (!("inputs" in batch))
        throw new CajalError("argument", `${name} is a classifier: its batches are { inputs, labels }`);
      return { inputs: [batch.inputs], labels: Int32Array.from(batch.labels.numbers()) };
    },
    // The input has a name like all else: of a linear classifier it is what the head multiplies.
    apply: ([value], weights) => model.apply(weights, { [input.name]: tap(input.name, value) })[output],
  };
}

function logitsOf(outputs: readonly Port[], name: string): string {
  const named = outputs.find((port) => /logit/i.test(port.name));
  const flat = outputs.filter(({ shape }) => shape === undefined || shape.length === 2);
  const found = named ?? (outputs.length === 1 ? outputs[0] : flat.length === 1 ? flat[0] : undefined);
  if (found === undefined)
    throw new CajalError(
      "shape",
      `${name} has several outputs, none of which is called "logits": ${outputs.map((port) => port.name).join(", ")}`,
      {
        advice: "Export it with its logits as the only output, or under that name.",
      },
    );
  return found.name;
}

/** Steps of the text that a language model is traced with. */
const tracedSteps = 11;

function textNetwork(model: LanguageModel): Network {
  const { batch = 2, steps = tracedSteps } = model.fixed ?? {};
  return {
    name: model.name,
    weights: model.weights ?? {},
    example: () => [Tensor.zeros([batch, steps], "int64"), Tensor.full([batch, steps], 1, "int64")],
    feed(given) {
      if (!("tokens" in given))
        throw new CajalError("argument", `${model.name} reads text: its batches are { tokens, mask, labels }`);
      const { tokens, mask } = given;
      const present = mask === undefined ? Tensor.full(tokens.shape, 1, "int64") : int64(mask);
      return { inputs: [int64(tokens), present], labels: nextTokens(tokens, given.labels, mask) };
    },
    apply([tokens, present], weights) {
      const logits = model.apply(tokens, present, Object.keys(weights).length === 0 ? undefined : weights);
      if (logits instanceof Value) return logits;
      // An imported model gives all its outputs by name.
      const outputs = Object.entries(logits ?? {}).filter(([, value]) => value instanceof Value);
      const [named = outputs.length === 1 ? outputs[0] : undefined] = outputs.filter(([name]) => /logit/i.test(name));
      if (named !== undefined) return named[1];
      throw new CajalError("shape", `${model.name} gives no logits`, {
        advice: 'Export it with its head: an output "logits" [batch, steps, vocabulary].',
      });
    },
  };
}

/** Of each position the token that follows it within its text; −1 where none does. */
function nextTokens(tokens: Tensor, given: Tensor | undefined, mask: Tensor | undefined): Int32Array {
  const [texts, steps] = tokens.shape;
  const [numbers, present] = [tokens.numbers(), mask?.numbers()];
  const labels = given === undefined ? undefined : given.numbers();
  return Int32Array.from({ length: texts * steps }, (_, i) => {
    if (present?.[i] === 0) return -1;
    if (labels !== undefined) return labels[i];
    return (i + 1) % steps === 0 || present?.[i + 1] === 0 ? -1 : numbers[i + 1];
  });
}

function int64(tensor: Tensor): Tensor {
  return tensor.dtype === "int64" ? tensor : Tensor.of(tensor.numbers(), tensor.shape, "int64");
}
