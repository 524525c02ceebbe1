/** @file The chain of nodes: tensors of the model each of which decides all that follows. Checked before anything is computed. */

import { CajalError, collect, type DType, type Shape, trace, type Value } from "../../../graph/index.ts";
import type { Model } from "../../../probe/index.ts";
import type { Batch } from "./batches.ts";
import { biasesOf } from "./biases.ts";
import { checkCut } from "./cut.ts";
import { type NodeShape, nodeShape } from "./rows.ts";

export interface ChainNode extends NodeShape {
  readonly tensor: string;
  readonly dtype: DType;
  /** Of one example. */
  readonly shape: Shape;
}

export interface Chain {
  readonly model: Model;
  readonly nodes: readonly ChainNode[];
  readonly biases: ReadonlySet<string>;
}

/** A batch's inputs in a graph. */
export type Inputs = Readonly<Record<string, Value>>;

/** @throws CajalError `argument`, `unknown-layer`, `shape`, `dtype` */
export function chainOf(model: Model, tensors: readonly string[], batch: Batch): Chain {
  if (tensors.length < 2)
    throw new CajalError("argument", `a chain has two nodes at least, not ${tensors.length}`, {
      advice: "Name the hidden tensors in their order, and the logits as the last.",
    });
  const { imported, name } = model;
  const made = new Set(imported.nodes.flatMap(({ outputs }) => outputs));
  const missing = tensors.find((tensor) => !made.has(tensor));
  if (missing !== undefined) {
    const known = [...made].slice(0, 20).join(", ");
    throw new CajalError("unknown-layer", `no node of ${name} makes a tensor "${missing}"`, {
      advice: `Inputs are no nodes of a chain. Tensors: ${known}${made.size > 20 ? ", …" : ""}.`,
    });
  }
  for (const [i, to] of tensors.entries()) if (i > 0) checkCut(imported.nodes, imported.inputs, tensors[i - 1], to);
  const { result } = trace((inputs: Inputs) => activationsOf(model, inputs, tensors), [batch.inputs]);
  const nodes = tensors.map((tensor) => {
    const value = result[tensor];
    if (value.dtype !== "float32" && value.dtype !== "float64")
      throw new CajalError("dtype", `"${tensor}" is ${value}: nodes are float32 or float64`);
    const shape = value.shape.slice(1);
    return { tensor, dtype: value.dtype, shape, ...nodeShape(tensor, shape) };
  });
  return { model, nodes, biases: biasesOf(imported) };
}

/** Of the named tensors, on a batch. */
export function activationsOf({ imported }: Model, inputs: Inputs, tensors: readonly string[]): Record<string, Value> {
  const wanted = new Set(tensors);
  return collect(
    () => imported.apply(imported.params, inputs),
    (name) => wanted.has(name),
  )().taps;
}
