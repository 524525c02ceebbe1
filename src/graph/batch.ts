/**
 * @file Runs a part of a graph at many values of its placeholders at once: a new axis in front goes through every node.
 *
 * The rules cover the ops that derivatives are made of, which are linear in what is batched. Any other op is run value by value.
 */

import { CajalError } from "./error.ts";
import { int, ints, known, normaliseAxis } from "./op.ts";
import { binaryOps } from "./ops/binary.ts";
import { elementwiseOps } from "./ops/elementwise.ts";
import { range } from "./ops/reindex.ts";
import { reshapeTo } from "./ops/shape.ts";
import { order } from "./order.ts";
import { type Shape, Tensor } from "./tensor.ts";
import type { GraphNode } from "./tracer.ts";
import type { Value } from "./value.ts";

/** An op that has no rule here is copied once per value, up to this often. */
const mostCopies = 512;

/** A node to run on many values: `values[i]` is input i, with the new axis in front where `batched[i]`. */
interface Lanes {
  readonly node: GraphNode;
  readonly values: readonly (Value | undefined)[];
  readonly batched: readonly boolean[];
  readonly size: number;
}

/** The outputs with the new axis in front (or not: `undefined`); no list: the rule does not cover this case. */
type BatchRule = (lanes: Lanes) => readonly (Value | undefined)[] | undefined;

/**
 * @param placeholders graph inputs, each with its many values [size, …]
 * @returns the outputs at each of them [size, …]; `undefined` when a node on the way can't be run anew: a custom rule, or a body that refers to the placeholders
 */
export function batch(
  outputs: readonly Value[],
  placeholders: ReadonlyMap<Value, Value>,
  size: number,
): Value[] | undefined {
  const batched = new Map<Value, Value>(placeholders);
  for (const node of order(outputs, (value) => placeholders.has(value))) {
    const inputs = node.inputs.map((input) => input && batched.get(input));
    if (inputs.every((input) => input === undefined)) continue;
    if ((node.rule?.inputs.length ?? 0) > 0 || !isPlain(node)) return undefined;
    const lanes: Lanes = {
      node,
      values: inputs.map((input, i) => input ?? node.inputs[i]),
      batched: inputs.map((input) => input !== undefined),
      size,
    };
    const results = ruleOf(node)?.(lanes);
    for (const [i, result] of (results ?? copies(lanes)).entries()) if (result) batched.set(node.outputs[i], result);
  }
  return outputs.map((output) => batched.get(output) ?? inFront(output, size));
}

function ruleOf({ definition }: GraphNode): BatchRule | undefined {
  if (definition.stacks) return stacks;
  return definition.run === undefined && Object.hasOwn(rules, definition.name) ? rules[definition.name] : undefined;
}

/** Whether the node's inputs and attributes are all there is to it: no body that refers to other values. */
function isPlain({ attributes }: GraphNode): boolean {
  return Object.values(attributes).every(
    (value) => typeof value !== "object" || Array.isArray(value) || value instanceof Tensor,
  );
}

function inFront(value: Value, size: number): Value {
  return value.expand([size, ...value.shape]);
}

/** The node once per value. */
function copies({ node, values, batched, size }: Lanes): Value[] {
  const { name } = node.definition;
  if (size > mostCopies) {
    throw new CajalError(
      "too-large",
      `jacobian: ${name} would have to be copied ${size} times; ${mostCopies} is the limit`,
      {
        advice: "Use jvp or vjp for the directions that matter, or the other mode.",
      },
    );
  }
  const { tracer } = node.outputs[0];
  const runs = range(size).map((k) => {
    const inputs = values.map((value, i) =>
      value && batched[i] ? reshapeTo(value.slice([k], [k + 1]), value.shape.slice(1)) : value,
    );
    return tracer.emitAll(node.definition, inputs, node.attributes, node.outputs.length);
  });
  return node.outputs.map((output, i) => {
    const rows = runs.map((run) => reshapeTo(run[i], [1, ...output.shape]));
    return tracer.emit("Concat", rows, { axis: 0 });
  });
}

/** [size, …] with axes of length 1 after the first, as broadcasting to `rank` further axes wants it. */
function aligned(value: Value, rank: number): Value {
  const [size, ...shape] = value.shape;
  return reshapeTo(value, [size, ...new Array<number>(Math.max(0, rank - shape.length)).fill(1), ...shape]);
}

const emit = ({ node }: Lanes, inputs: readonly (Value | undefined)[], attributes = node.attributes): Value[] =>
  node.outputs[0].tracer.emitAll(node.definition, inputs, attributes, node.outputs.length);

const list = ({ node }: Lanes, values: readonly number[]): Value => node.outputs[0].tracer.constant(values, "int64");

/** The axis of a value without the new axis, as one of a value with it. */
const moved = (axis: number, rank: number): number => normaliseAxis(axis, rank) + 1;

/** Only the first input is batched. */
const onlyFirst = ({ batched }: Lanes): boolean => batched.every((is, i) => is === (i === 0));

const pointwise: BatchRule = (lanes) => {
  const { rank } = lanes.node.outputs[0];
  return emit(
    lanes,
    lanes.values.map((value, i) => (value && lanes.batched[i] ? aligned(value, rank) : value)),
  );
};

/** For ops that read the first axis as one of independent examples, as convolutions do: the new axis joins it. */
const examples: BatchRule = (lanes) => {
  const { node, values, size } = lanes;
  const [x] = values as [Value];
  if (!onlyFirst(lanes) || node.outputs.length > 1) return undefined;
  const [result] = emit(lanes, [reshapeTo(x, [size * x.shape[1], ...x.shape.slice(2)]), ...values.slice(1)]);
  return [reshapeTo(result, [size, ...node.outputs[0].shape])];
};

const stacks: BatchRule = (lanes) =>
  emit(
    lanes,
    lanes.values.map((value, i) => (value && !lanes.batched[i] ? inFront(value, lanes.size) : value)),
  );

const reshaping: BatchRule = ({ node, values, size }) => [
  reshapeTo(values[0] as Value, [size, ...node.outputs[0].shape]),
];

/** Ops with an attribute `axis` whose inputs are alike in the other axes. */
const alongAxis: BatchRule = (lanes) => {
  const { node, values, batched, size } = lanes;
  const rank = (node.inputs[0] as Value).rank;
  const all = values.map((value, i) => (value && !batched[i] ? inFront(value, size) : value));
  return emit(lanes, all, { ...node.attributes, axis: moved(int(node.attributes, "axis"), rank) });
};

const firstAlongAxis: BatchRule = (lanes) => {
  if (!onlyFirst(lanes)) return undefined;
  const { node, values } = lanes;
  return emit(lanes, values, {
    ...node.attributes,
    axis: moved(int(node.attributes, "axis"), (node.inputs[0] as Value).rank),
  });
};

const reduction: BatchRule = (lanes) => {
  const { node, values } = lanes;
  const { rank } = node.inputs[0] as Value;
  const given = known(node.inputs, 1) ?? [];
  const none = given.length === 0 && int(node.attributes, "noop_with_empty_axes") === 1;
  const axes = given.length === 0 && !none ? range(rank) : given;
  return emit(
    lanes,
    [
      values[0],
      list(
        lanes,
        axes.map((axis) => moved(axis, rank)),
      ),
    ],
    {
      ...node.attributes,
      noop_with_empty_axes: 1,
    },
  );
};

const transpose: BatchRule = (lanes) => {
  const { rank } = lanes.node.inputs[0] as Value;
  const perm = ints(lanes.node.attributes, "perm") ?? range(rank).reverse();
  return emit(lanes, lanes.values, { perm: [0, ...perm.map((axis) => axis + 1)] });
};

const expand: BatchRule = ({ node, values, size }) => {
  const { shape, rank } = node.outputs[0];
  return [aligned(values[0] as Value, rank).expand([size, ...shape])];
};

const tile: BatchRule = (lanes) =>
  emit(lanes, [lanes.values[0], list(lanes, [1, ...(known(lanes.node.inputs, 1) ?? [])])]);

const slice: BatchRule = (lanes) => {
  const { rank } = lanes.node.inputs[0] as Value;
  const [, starts, ends, axes, steps] = lanes.values;
  const along = known(lanes.node.inputs, 3) ?? range(starts?.shape[0] ?? 0);
  const dtype = starts?.dtype ?? "int64";
  const shifted = lanes.node.outputs[0].tracer.constant(
    along.map((axis) => moved(axis, rank)),
    axes?.dtype ?? dtype,
  );
  return emit(lanes, [lanes.values[0], starts, ends, shifted, steps]);
};

const pad: BatchRule = (lanes) => {
  if (!onlyFirst(lanes)) return undefined;
  const { rank } = lanes.node.inputs[0] as Value;
  const [x, pads, filling, axes] = lanes.values;
  const along = known(lanes.node.inputs, 3) ?? range(rank);
  const shifted = lanes.node.outputs[0].tracer.constant(
    along.map((axis) => moved(axis, rank)),
    axes?.dtype ?? "int64",
  );
  return emit(lanes, [x, pads, filling, shifted]);
};

const cumSum: BatchRule = (lanes) => {
  const axis = known(lanes.node.inputs, 1)?.[0];
  if (axis === undefined || lanes.node.inputs[1]?.constant === undefined) return undefined;
  return emit(lanes, [lanes.values[0], list(lanes, [moved(axis, (lanes.node.inputs[0] as Value).rank)])]);
};

const dft: BatchRule = (lanes) => {
  const { node, values } = lanes;
  const { rank, tracer } = node.inputs[0] as Value;
  const axis = moved(known(node.inputs, 2)?.[0] ?? -2, rank);
  return emit(lanes, [values[0], values[1], tracer.lift(axis, "int64")]);
};

/** Vectors become matrices of one row or column, so that the new axis is never taken for one of the product. */
const matMul: BatchRule = (lanes) => {
  const { node, values, batched, size } = lanes;
  const [a, b] = node.inputs as [Value, Value];
  const asMatrix = (shape: Shape, i: number) => (shape.length > 1 ? shape : i === 0 ? [1, ...shape] : [...shape, 1]);
  const stacks = Math.max(2, a.rank, b.rank);
  const operands = values.map((value, i) => {
    const matrix = asMatrix((node.inputs[i] as Value).shape, i);
    if (value === undefined) return undefined;
    return batched[i] ? aligned(reshapeTo(value, [size, ...matrix]), stacks) : reshapeTo(value, matrix);
  });
  return [reshapeTo(emit(lanes, operands)[0], [size, ...node.outputs[0].shape])];
};

const gemm: BatchRule = ({ node, values, batched }) => {
  const { transA, transB, alpha, beta } = node.attributes;
  const operand = (i: number, flipped: boolean) => {
    const value = values[i] as Value;
    if (!flipped) return value;
    return value.transpose(batched[i] ? [0, 2, 1] : [1, 0]);
  };
  const product = operand(0, transA === 1)
    .matmul(operand(1, transB === 1))
    .mul(Number(alpha));
  const bias = values[2];
  if (bias === undefined) return [product];
  return [product.add((batched[2] ? aligned(bias, 2) : bias).mul(Number(beta)))];
};

/** The new axis goes last while slices are written, where it is one more axis of each slice. */
const scatterND: BatchRule = (lanes) => {
  const { values, batched, size } = lanes;
  if (batched[1]) return undefined;
  const last = (i: number) => {
    const value = values[i] as Value;
    const front = batched[i] ? value : inFront(value, size);
    return front.transpose([...range(front.rank).slice(1), 0]);
  };
  const [result] = emit(lanes, [last(0), values[1], last(2)]);
  return [result.transpose([result.rank - 1, ...range(result.rank - 1)])];
};

const trailing: BatchRule = (lanes) => (onlyFirst(lanes) ? emit(lanes, lanes.values) : undefined);

const boundary: BatchRule = ({ node, values, batched }) =>
  values.map((value, i) => (value && batched[i] ? node.outputs[0].tracer.boundary([value], node.rule)[0] : undefined));

const named = (names: Iterable<string>, rule: BatchRule): Record<string, BatchRule> =>
  Object.fromEntries(Array.from(names, (name) => [name, rule]));

const reductions = ["L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod", "Sum", "SumSquare"];
const notPointwise = ["Identity", "PRelu", "Clip"];

const rules: Readonly<Record<string, BatchRule>> = {
  ...named(
    Object.keys({ ...elementwiseOps, ...binaryOps }).filter((name) => !notPointwise.includes(name)),
    pointwise,
  ),
  ...named(
    reductions.map((name) => `Reduce${name}`),
    reduction,
  ),
  ...named(["Reshape", "Flatten", "Squeeze", "Unsqueeze"], reshaping),
  ...named(["Concat", "GatherElements", "ScatterElements"], alongAxis),
  ...named(["Gather", "Split", "Softmax", "LogSoftmax"], firstAlongAxis),
  ...named(
    ["Conv", "ConvTranspose", "AveragePool", "MaxPool", "GlobalAveragePool", "DepthToSpace", "SpaceToDepth"],
    examples,
  ),
  Identity: boundary,
  Transpose: transpose,
  Expand: expand,
  Tile: tile,
  Slice: slice,
  Pad: pad,
  CumSum: cumSum,
  DFT: dft,
  MatMul: matMul,
  Gemm: gemm,
  ScatterND: scatterND,
  Trilu: trailing,
  Clip: trailing,
};
