/** @file Trains a classifier's last dense layer anew, all else as it is. */

import { CajalError, type ImportedModel, type Rng, Tensor } from "../../../graph/index.ts";
import { adam, batches, crossEntropy, fit } from "../../../nn/index.ts";
import type { Model } from "../../../probe/index.ts";
import type { LabelledInputs } from "./ablation.ts";

const [steps, rate, batchSize] = [300, 1e-3, 64];

/** @throws CajalError `argument` when the model ends in no dense layer */
export async function retrainHead(
  model: Model,
  { inputs, classes }: LabelledInputs,
  rng: Rng,
  signal?: AbortSignal,
): Promise<Model> {
  const { imported } = model;
  const { port } = model.input;
  const head = Object.fromEntries(headOf(imported).map((name) => [name, imported.params[name]]));
  const [{ shape }] = inputs;
  const pixels = inputs.flatMap(({ data }) => [data as Float32Array]);
  const x = new Float32Array(pixels.length * pixels[0].length);
  for (const [i, data] of pixels.entries()) x.set(data, i * data.length);
  const data = batches(
    { x: new Tensor("float32", [inputs.length, ...shape], x), y: Tensor.of(classes, [classes.length], "int64") },
    { size: Math.min(batchSize, inputs.length), rng: rng.split("batches") },
  );
  const [output] = imported.outputs;
  const { params } = await fit<Record<string, Tensor>, { readonly x: Tensor; readonly y: Tensor }>({
    params: head,
    loss: (p, batch) =>
      crossEntropy(imported.apply({ ...imported.params, ...p }, { [port.name]: batch.x })[output.name], batch.y),
    data,
    optimiser: adam(rate),
    steps,
    ...(signal && { signal }),
  });
  return model.withWeights(params);
}

/** The weights of the last dense layer: those that the last product reads, and what is added behind it. */
function headOf({ nodes, params }: ImportedModel): string[] {
  const at = nodes.findLastIndex(({ op, inputs }) => /^(Gemm|MatMul)$/.test(op) && inputs[1] in params);
  const product = nodes[at];
  if (product === undefined)
    throw new CajalError("argument", "the model has no dense layer whose weights could be trained anew", {
      advice: "Leave retrainHead out.",
    });
  const after = nodes.slice(at + 1).find(({ op, inputs }) => op === "Add" && inputs.includes(product.outputs[0]));
  return [...product.inputs.slice(1), ...(after?.inputs ?? [])].filter((name) => name in params);
}
