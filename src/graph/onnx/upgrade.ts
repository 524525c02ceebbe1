/**
 * @file Old forms of ops to the form of the current operator set: attributes that became inputs, defaults that changed.
 * The standard's change log (Operators: "version" lists) is the source of each threshold.
 */

import { type AttributeValue, required } from "../op.ts";
import { sizeOf } from "../tensor.ts";
import type { Tracer } from "../tracer.ts";
import type { Value } from "../value.ts";
import { compositions } from "./compositions/index.ts";

/** A node as imported, its attributes read. */
export interface Invocation {
  readonly op: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly outputs: number;
}

/** Rewrites an invocation of operator set `before` − 1 or older. */
interface Upgrade {
  readonly before: number;
  readonly rewrite: (node: Invocation, tracer: Tracer) => Invocation;
}

// Attributes are as the file has them here: their kinds are checked only in the form of the current operator set.

function numbers(node: Invocation, name: string): readonly number[] | undefined {
  const value = node.attributes[name];
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || !value.every((item) => typeof item === "number")) {
    throw new Error(`attribute "${name}" is not a list of numbers`);
  }
  return value;
}

function number(node: Invocation, name: string, otherwise?: number): number {
  const value = node.attributes[name] ?? otherwise;
  if (typeof value !== "number") throw new Error(`attribute "${name}" is not a number`);
  return value;
}

/** Moves an integer-list attribute to an input position. */
function toInput(node: Invocation, tracer: Tracer, name: string, index: number): Invocation {
  const list = numbers(node, name);
  if (list === undefined) return node;
  const { [name]: _moved, ...attributes } = node.attributes;
  const inputs = [...node.inputs];
  while (inputs.length < index) inputs.push(undefined);
  inputs[index] = tracer.constant(list, "int64");
  return { ...node, inputs, attributes };
}

function without(node: Invocation, ...names: string[]): Invocation {
  return {
    ...node,
    attributes: Object.fromEntries(Object.entries(node.attributes).filter(([name]) => !names.includes(name))),
  };
}

const axesToInput = (before: number): Upgrade => ({
  before,
  rewrite: (node, tracer) => toInput(node, tracer, "axes", 1),
});

/** Softmax and its kin once flattened everything from `axis` (default 1) on into one axis. */
const flattened: Upgrade = {
  before: 13,
  rewrite: (node): Invocation => {
    const x = required(node.inputs, 0);
    const axis = number(node, "axis", 1);
    const from = axis < 0 ? axis + x.rank : axis;
    if (from === x.rank - 1) return { ...node, attributes: { axis: -1 } };
    const rows = sizeOf(x.shape.slice(0, from));
    const flat = x.reshape([rows, sizeOf(x.shape) / rows]).op(node.op, [], { axis: -1 });
    return { op: "Identity", inputs: [flat.reshape(x.shape)], attributes: {}, outputs: 1 };
  },
};

/** Resize of operator set 10 and Upsample: sampled at floor(out / scale). */
const asymmetric = (node: Invocation): Invocation => ({
  ...node,
  op: "Resize",
  inputs: [node.inputs[0], undefined, node.inputs[1]],
  attributes: {
    mode: node.attributes.mode ?? "nearest",
    coordinate_transformation_mode: "asymmetric",
    nearest_mode: "floor",
  },
});

/**
 * Padding "as much as keeps the size" for dilated kernels, and pads beside it: the standard defines the first, ONNX Runtime refuses
 * both. Explicit pads say the same.
 */
const explicitPads: Upgrade = {
  before: Number.POSITIVE_INFINITY,
  rewrite: (node) => {
    const { auto_pad, pads: _ignored, ...attributes } = node.attributes;
    const mode = String(auto_pad ?? "NOTSET");
    if (mode === "NOTSET") return node;
    const x = required(node.inputs, 0);
    const kernel =
      numbers(node, "kernel_shape") ?? required(node.inputs, node.op === "QLinearConv" ? 3 : 1).shape.slice(2);
    const dilations = numbers(node, "dilations") ?? kernel.map(() => 1);
    if (mode === "VALID" || dilations.every((step) => step === 1))
      return { ...node, attributes: { ...attributes, auto_pad: mode } };
    const strides = numbers(node, "strides") ?? kernel.map(() => 1);
    const totals = x.shape.slice(2).map((size, i) => {
      const extent = (kernel[i] - 1) * dilations[i] + 1;
      return Math.max(0, (Math.ceil(size / strides[i]) - 1) * strides[i] + extent - size);
    });
    const [small, large] = [totals.map((n) => Math.floor(n / 2)), totals.map((n) => Math.ceil(n / 2))];
    return {
      ...node,
      attributes: { ...attributes, pads: mode === "SAME_UPPER" ? [...small, ...large] : [...large, ...small] },
    };
  },
};

/** Recurrent ops with the batch before the steps (`layout` 1) or without `hidden_size`: ONNX Runtime refuses both. */
const recurrent: Upgrade = {
  before: Number.POSITIVE_INFINITY,
  rewrite: (node, tracer) => {
    const hidden_size = (node.inputs[2] as Value).shape[2];
    const rest = without({ ...node, attributes: { hidden_size, ...node.attributes } }, "layout");
    if (Number(node.attributes.layout ?? 0) === 0) return rest;
    const swap = (value: Value | undefined) => value?.transpose([1, 0, 2]);
    const [x, w, r, bias, lengths, initialH, initialC, peepholes] = node.inputs;
    const inputs = [swap(x), w, r, bias, lengths, swap(initialH), swap(initialC), peepholes];
    const [y, ...last] = tracer.emitAll(node.op, inputs, rest.attributes, node.outputs);
    return {
      op: "Identity",
      inputs: [y.transpose([2, 0, 1, 3]), ...last.map(swap)],
      attributes: {},
      outputs: node.outputs,
    };
  },
};

/** Before operator set 21, int32 met a float scale; then x and scale became of one type. Set 23 names how exact the division is. */
const quantise: Upgrade = {
  before: Number.POSITIVE_INFINITY,
  rewrite: (node) => {
    const [x, scale, ...zero] = node.inputs as Value[];
    return without({ ...node, inputs: [x.cast(scale.dtype), scale, ...zero] }, "precision");
  },
};

/** Operator set 23 lets the result be of another type than the scale. */
const dequantise: Upgrade = {
  before: Number.POSITIVE_INFINITY,
  rewrite: (node, tracer) => {
    const { output_dtype = 0, ...attributes } = node.attributes;
    if (Number(output_dtype) === 0) return { ...node, attributes };
    const result = tracer.emit("DequantizeLinear", node.inputs, attributes);
    return { op: "Cast", inputs: [result], attributes: { to: output_dtype }, outputs: 1 };
  },
};

const upgrades: Readonly<Record<string, readonly Upgrade[]>> = {
  ...Object.fromEntries(
    ["Mean", "Max", "Min", "Prod", "L1", "L2", "SumSquare", "LogSum", "LogSumExp"].map((kind) => [
      `Reduce${kind}`,
      [axesToInput(18)],
    ]),
  ),
  ReduceSum: [axesToInput(13)],
  Squeeze: [axesToInput(13)],
  Unsqueeze: [axesToInput(13)],
  Softmax: [flattened],
  LogSoftmax: [flattened],
  Hardmax: [flattened],
  Split: [
    { before: 13, rewrite: (node, tracer) => toInput(node, tracer, "split", 1) },
    {
      before: 18,
      rewrite: (node) =>
        node.inputs[1] === undefined
          ? { ...node, attributes: { ...node.attributes, num_outputs: node.outputs } }
          : node,
    },
  ],
  Clip: [
    {
      before: 11,
      rewrite: (node) => {
        const x = required(node.inputs, 0);
        const bound = (name: string) =>
          node.attributes[name] === undefined ? undefined : x.tracer.lift(number(node, name), x.dtype);
        return { ...node, inputs: [x, bound("min"), bound("max")], attributes: {} };
      },
    },
  ],
  Pad: [
    {
      before: 11,
      rewrite: (node, tracer) => {
        const moved = toInput(node, tracer, "pads", 1);
        const x = required(node.inputs, 0);
        return without(
          { ...moved, inputs: [...moved.inputs, tracer.lift(number(node, "value", 0), x.dtype)] },
          "value",
        );
      },
    },
  ],
  Slice: [
    {
      before: 10,
      rewrite: (node, tracer) =>
        ["starts", "ends", "axes"].reduce((moved, name, i) => toInput(moved, tracer, name, i + 1), node),
    },
  ],
  Dropout: [{ before: 12, rewrite: (node) => without(node, "ratio", "seed") }],
  LSTM: [recurrent],
  GRU: [recurrent],
  RNN: [recurrent],
  QuantizeLinear: [quantise],
  DequantizeLinear: [dequantise],
  Conv: [explicitPads],
  QLinearConv: [explicitPads],
  ConvInteger: [explicitPads],
  MaxPool: [explicitPads],
  AveragePool: [explicitPads],
  // Operator set 23 names what ONNX Runtime has long had under another name.
  RMSNormalization: [
    { before: Number.POSITIVE_INFINITY, rewrite: (node) => ({ ...node, op: "SimplifiedLayerNormalization" }) },
  ],
  // Scatter is ScatterElements under its first name.
  Scatter: [{ before: Number.POSITIVE_INFINITY, rewrite: (node) => ({ ...node, op: "ScatterElements" }) }],
  DFT: [
    {
      before: 20,
      rewrite: (node, tracer) => {
        const [x, length] = node.inputs;
        const axis = tracer.lift(Number(node.attributes.axis ?? 1), "int64");
        return without({ ...node, inputs: [x, length, axis] }, "axis");
      },
    },
  ],
  BatchNormalization: [{ before: 9, rewrite: (node) => without(node, "spatial") }],
  GroupNormalization: [
    {
      before: 21,
      rewrite: (node) => {
        const x = required(node.inputs, 0);
        const groups = number(node, "num_groups");
        if (x.rank < 2 || !(groups > 0) || x.shape[1] % groups !== 0) {
          throw new Error(`${x.shape[1] ?? "no"} channels do not fall into num_groups = ${groups} groups`);
        }
        const perChannel = [1, 2].map((index) =>
          required(node.inputs, index)
            .unsqueeze(1)
            .expand([groups, x.shape[1] / groups])
            .reshape([x.shape[1]]),
        );
        return { ...node, inputs: [x, ...perChannel] };
      },
    },
  ],
  Resize: [{ before: 11, rewrite: asymmetric }],
  Upsample: [
    {
      before: Number.POSITIVE_INFINITY,
      rewrite: (node, tracer) => {
        const scales = numbers(node, "scales");
        return asymmetric(
          scales === undefined ? node : { ...node, inputs: [node.inputs[0], tracer.constant(scales, "float32")] },
        );
      },
    },
  ],
};

/** The invocation in the form of the current operator set; what is made of simpler ops comes as their results. */
export function upgrade(node: Invocation, opset: number, tracer: Tracer): Invocation {
  let current = node;
  for (const { before, rewrite } of upgrades[node.op] ?? []) if (opset < before) current = rewrite(current, tracer);
  if (!Object.hasOwn(compositions, current.op)) return current;
  const inputs = compositions[current.op](current).slice(0, node.outputs);
  return { op: "Identity", inputs, attributes: {}, outputs: node.outputs };
}

/** Input positions of an op, in any version, that must be known while tracing, besides those its definition names. */
export const oldStaticInputs: ReadonlyMap<string, readonly number[]> = new Map([
  ["Upsample", [1]],
  ["Resize", [1]],
]);

/** Ops that exist under another name, or as compositions, only. */
export const renamedOps: ReadonlySet<string> = new Set([
  "Upsample",
  "RMSNormalization",
  "Scatter",
  ...Object.keys(compositions),
]);
