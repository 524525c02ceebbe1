/** @file Small random networks as ONNX models, on which the theory's identities are checked. */

import { exportOnnx, type Rng, scope, Tensor, type Value } from "../../../../graph/index.ts";
import { Model } from "../../../../probe/index.ts";
import type { Batch } from "../index.ts";

export interface Case {
  readonly model: Model;
  /** Tensors of a chain. */
  readonly nodes: readonly string[];
  readonly data: readonly Batch[];
}

export interface MlpOptions {
  readonly widths?: readonly number[];
  readonly examples?: number;
  readonly activation?: "tanh" | "relu";
  readonly dtype?: "float32" | "float64";
  /** An invertible matrix after each hidden node, and its inverse before the next map. */
  readonly disguises?: readonly Disguise[];
}

/** A and A⁻¹. */
export interface Disguise {
  readonly matrix: Tensor;
  readonly inverse: Tensor;
}

/** A random MLP of the first inputs; nodes are the hidden layers (in disguise, if there is one) and the output. Batches of 64 at most. */
export function randomMlp(rng: Rng, options: MlpOptions = {}): Case {
  const { widths = [6, 8, 7, 5], examples = 128, activation = "tanh", dtype = "float32", disguises = [] } = options;
  const weights = widths.slice(1).map((width, i) => ({
    weight: cast(rng.split(`weight ${i}`).normal([widths[i], width], 0, 1.2 / Math.sqrt(widths[i])), dtype),
    bias: cast(rng.split(`bias ${i}`).normal([width], 0, 0.5), dtype),
  }));
  const network = (x: Value) =>
    weights.reduce((h, { weight, bias }, i) => {
      const sum = h.matmul(weight).add(bias);
      if (i === weights.length - 1) return sum;
      const active = activation === "tanh" ? sum.tanh() : sum.relu();
      return disguised(
        scope(`hidden${i + 1}`, () => active.mul(1)),
        disguises[i],
        i + 1,
      );
    }, x);
  return opened(network, dtype, widths[0], examples, rng, [
    ...weights.slice(1).map((_, i) => (disguises[i] ? `disguised${i + 1}/MatMul` : `hidden${i + 1}/Mul`)),
    "logits",
  ]);
}

function disguised(active: Value, disguise: Disguise | undefined, number: number): Value {
  if (disguise === undefined) return active;
  return scope(`disguised${number}`, () => active.matmul(disguise.matrix)).matmul(disguise.inverse);
}

function opened(
  network: (x: Value) => Value,
  dtype: "float32" | "float64",
  width: number,
  examples: number,
  rng: Rng,
  nodes: readonly string[],
): Case {
  const size = Math.min(64, examples);
  const bytes = exportOnnx((x: Value) => ({ logits: network(x) }), [Tensor.zeros([size, width], dtype)], {
    names: ["x"],
    batch: { name: "N", arguments: [0] },
  });
  const inputs = rng.split("inputs");
  const data = Array.from({ length: Math.ceil(examples / size) }, () => ({
    inputs: { x: cast(inputs.normal([size, width]), dtype) },
  }));
  return { model: Model.open(bytes, { name: "a random network" }), nodes, data };
}

export interface TransformerOptions {
  readonly width?: number;
  readonly hidden?: number;
  readonly classes?: number;
  readonly examples?: number;
}

/**
 * One layer of attention without a norm over three positions, and a ReLU network behind it, in float64: nodes are the residual stream before
 * (3 positions) and after (the last position), and the logits.
 */
export function randomTransformer(rng: Rng, options: TransformerOptions = {}): Case {
  const { width = 6, hidden = 10, classes = 4, examples = 96 } = options;
  const normal = (name: string, shape: readonly number[], deviation: number) =>
    cast(rng.split(name).normal(shape, 0, deviation), "float64");
  const linear = (name: string, x: Value, rows: number, columns: number) =>
    x.matmul(normal(name, [rows, columns], 1 / Math.sqrt(rows))).add(normal(`${name} bias`, [columns], 0.3));
  const network = (x: Value) => {
    const residual = scope("before", () => linear("embed", x, width, width));
    const last = residual.slice([2], [3], [1]);
    const keys = linear("key", residual, width, width).transpose([0, 2, 1]);
    const scores = linear("query", last, width, width).matmul(keys);
    const seen = scores
      .div(Math.sqrt(width))
      .softmax(-1)
      .matmul(linear("value", residual, width, width));
    const sum = linear("out", seen, width, width);
    const after = scope("after", () => last.add(sum));
    const mlp = linear("down", linear("up", after, width, hidden).relu(), hidden, width);
    return linear("unembed", after.add(mlp), width, classes);
  };
  const shape = [examples, 3, width];
  const bytes = exportOnnx((x: Value) => ({ logits: network(x) }), [Tensor.zeros(shape, "float64")], {
    names: ["x"],
    batch: { name: "N", arguments: [0] },
  });
  const data = [{ inputs: { x: normal("inputs", shape, 1) } }];
  return {
    model: Model.open(bytes, { name: "a random transformer" }),
    nodes: ["before/Add", "after/Add", "logits"],
    data,
  };
}

function cast(tensor: Tensor, dtype: "float32" | "float64"): Tensor {
  return dtype === tensor.dtype ? tensor : Tensor.of(tensor.numbers(), tensor.shape, dtype);
}
