/**
 * @file Which input pixels a cell of an activation map can see, read off the graph.
 *
 * Along each axis a map is described by three numbers in input pixels (Araujo, Norris & Sim 2019, "Computing receptive fields of
 * convolutional neural networks"): the field's size, the step between neighbouring cells, and the centre of the first cell's field.
 */

import { extents, slidingWindow } from "../graph/ops/window.ts";
import { order } from "../graph/order.ts";
import type { Shape } from "../graph/tensor.ts";
import type { GraphNode } from "../graph/tracer.ts";
import type { Value } from "../graph/value.ts";

/** One spatial axis, in input pixels; pixel 0 has its centre at 0. */
export interface AxisField {
  readonly size: number;
  /** Distance between the centres of neighbouring cells. */
  readonly step: number;
  /** Centre of the first cell's field; fractional or negative where padding shifts it. */
  readonly start: number;
}

/** Rows, then columns. */
export type ReceptiveField = readonly [AxisField, AxisField];

const pixel: AxisField = { size: 1, step: 1, start: 0 };

const windowed = new Set(["Conv", "MaxPool", "AveragePool", "LpPool"]);

/**
 * The receptive fields of [N, C, H, W] values with respect to the image input; values that see the whole image at every
 * cell (after global pooling, attention, dense layers) are left out.
 */
export function receptiveFields(values: readonly Value[], input: Value): Map<Value, ReceptiveField> {
  const fields = new Map<Value, ReceptiveField>([[input, [pixel, pixel]]]);
  for (const node of order(values)) {
    const field = propagate(node, fields);
    if (field === undefined) continue;
    for (const output of node.outputs) if (output.rank === 4) fields.set(output, field);
  }
  return new Map(values.flatMap((value) => (fields.has(value) ? [[value, fields.get(value) as ReceptiveField]] : [])));
}

function propagate(node: GraphNode, fields: ReadonlyMap<Value, ReceptiveField>): ReceptiveField | undefined {
  const output = node.outputs[0];
  const name = node.definition.name;
  // Of several inputs, those with the output's own grid count: a gate of shape [N, C, 1, 1] weighs cells, it does not move them.
  const spatial = node.inputs.filter((value): value is Value => value !== undefined && fields.has(value));
  const first = spatial[0];
  if (first === undefined || output.rank !== 4) return undefined;
  const before = fields.get(first) as ReceptiveField;
  const axes = [0, 1] as const;
  if (windowed.has(name)) return axes.map((k) => convolve(before[k], node, k)) as unknown as ReceptiveField;
  if (name === "Resize")
    return axes.map((k) => rescale(before[k], output.shape[k + 2] / first.shape[k + 2])) as unknown as ReceptiveField;
  if (name === "Pad" || name === "Slice") return axes.map((k) => crop(before[k], node, k)) as unknown as ReceptiveField;
  const sameGrid = spatial.filter((value) => value.shape[2] === output.shape[2] && value.shape[3] === output.shape[3]);
  if (sameGrid.length === 0 || mixesPositions.has(name)) return undefined;
  return axes.map((k) =>
    union(sameGrid.map((value) => (fields.get(value) as ReceptiveField)[k])),
  ) as unknown as ReceptiveField;
}

const mixesPositions = new Set([
  "Transpose",
  "Reshape",
  "MatMul",
  "Gemm",
  "Einsum",
  "ConvTranspose",
  "DepthToSpace",
  "SpaceToDepth",
]);

function convolve(before: AxisField, node: GraphNode, axis: 0 | 1): AxisField {
  const { attributes } = node;
  const [x, weight] = node.inputs as Value[];
  const kernel = node.definition.name === "Conv" ? weight.shape.slice(2) : (attributes.kernel_shape as Shape);
  const window = slidingWindow(x.shape.slice(2), kernel, attributes, attributes.ceil_mode === 1 ? "ceil" : "floor");
  const reach = extents(window)[axis] - 1;
  return {
    size: before.size + reach * before.step,
    step: before.step * window.strides[axis],
    start: before.start + (reach / 2 - window.before[axis]) * before.step,
  };
}

function rescale(before: AxisField, scale: number): AxisField {
  const step = before.step / scale;
  return { size: before.size, step, start: before.start + (step - before.step) / 2 };
}

/** Pad and Slice move the first cell, by whole cells, and Slice may take only every nth. */
function crop(before: AxisField, node: GraphNode, axis: 0 | 1): AxisField {
  const list = (i: number) => node.inputs[i]?.constant?.numbers();
  if (node.definition.name === "Pad") {
    const pads = list(1);
    const begin = pads?.length === 8 ? pads[axis + 2] : 0;
    return { ...before, start: before.start - begin * before.step };
  }
  const axes = list(3) ?? list(1)?.map((_, i) => i);
  const at = axes?.findIndex((a) => (a < 0 ? a + 4 : a) === axis + 2) ?? -1;
  if (at < 0) return before;
  const extent = node.inputs[0]?.shape[axis + 2] ?? 0;
  const begin = list(1)?.[at] ?? 0;
  const step = list(4)?.[at] ?? 1;
  return {
    size: before.size,
    step: before.step * step,
    start: before.start + (begin < 0 ? begin + extent : begin) * before.step,
  };
}

function union(fields: readonly AxisField[]): AxisField {
  const low = Math.min(...fields.map(({ start, size }) => start - (size - 1) / 2));
  const high = Math.max(...fields.map(({ start, size }) => start + (size - 1) / 2));
  return { size: high - low + 1, step: fields[0].step, start: (low + high) / 2 };
}
