/** @file What ONNX Runtime 1.30 gets wrong on WebGPU, and what is done instead: the processor takes it. */

import { onnxNumber } from "../dtype.ts";
import { decodeModel } from "../onnx/codec.ts";
import type { GraphProto, NodeProto } from "../onnx/schema.ts";
import { noExternalData, tensorFromProto } from "../onnx/tensor.ts";

/** Where a model goes: all of it to the processor, or to WebGPU but for the named nodes. */
export type Placement = "cpu" | "webgpu" | { readonly name: "webgpu"; readonly forceCpuNodeNames: readonly string[] };

/** The elements of an input that is a constant of the model. */
type Known = (input: string) => readonly number[] | undefined;

const flag = ({ attribute }: NodeProto, name: string): boolean =>
  attribute.some((candidate) => candidate.name === name && Number(candidate.i) === 1);

const text = ({ attribute }: NodeProto, name: string): string =>
  new TextDecoder().decode(attribute.find((candidate) => candidate.name === name)?.s);

/** Spatial axes of a window, where the node names them. */
const spatialAxes = ({ attribute }: NodeProto): number =>
  attribute.find(({ name }) => name === "kernel_shape" || name === "strides")?.ints.length ?? 0;

const grouped = ({ attribute }: NodeProto): boolean =>
  attribute.some(({ name, i }) => name === "group" && Number(i) > 1);

/** By operator: whether the provider takes the node and then fails on it, or computes something else. */
const broken: Readonly<Record<string, (node: NodeProto, known: Known) => boolean>> = {
  // Fails: "The Indices output is not supported yet."
  MaxPool: ({ output }) => output.length > 1,
  // Fails: "trainingMode is not supported yet."
  BatchNormalization: (node) => flag(node, "training_mode"),
  // Fails on three spatial axes; wrong where a group has several input channels and one output channel.
  ConvTranspose: (node) => grouped(node) || ![1, 2].includes(spatialAxes(node)),
  // Fails where an ellipsis or a label stands for dims of which one is 1, or is wrong there.
  Einsum: () => true,
  // Wrong: "wrap" does not wrap.
  Pad: (node) => text(node, "mode") === "wrap",
  // Fails with antialias; wrong where the axes that are interpolated are not the last.
  Resize: () => true,
  // Wrong when told to reduce nothing: gives its input, without the squares.
  ReduceSumSquare: (node) => flag(node, "noop_with_empty_axes"),
  // Wrong: a negative step starts at the last element, whatever the start.
  Slice: ({ input }, known) =>
    input.length > 4 && input[4] !== "" && (known(input[4])?.some((step) => step < 0) ?? true),
};

/** @param float16 whether the card computes in float16 */
export function place(model: Uint8Array, float16: boolean): Placement {
  const { graph } = decodeModel(model);
  if (graph === undefined) return "webgpu";
  const graphs = withBodies(graph);
  const dtypes = new Set(graphs.flatMap(elementTypes));
  // WGSL has no float64, and the processor's kernels beside WebGPU in the web build have none either.
  if (dtypes.has(onnxNumber.float64) || (dtypes.has(onnxNumber.float16) && !float16)) return "cpu";
  const constants = new Map(
    graphs.flatMap(({ initializer }) => initializer.map((tensor) => [tensor.name, tensor] as const)),
  );
  const known: Known = (input) => {
    const tensor = constants.get(input);
    return tensor && Array.from(tensorFromProto(tensor, noExternalData).numbers());
  };
  const forceCpuNodeNames = graphs
    .flatMap(({ node }) => node)
    .flatMap((node) => (node.name !== undefined && broken[node.opType ?? ""]?.(node, known) ? [node.name] : []));
  // The native binding refuses an empty list.
  return forceCpuNodeNames.length === 0 ? "webgpu" : { name: "webgpu", forceCpuNodeNames };
}

/** The graph and the bodies of its loops and branches. */
function withBodies(graph: GraphProto): GraphProto[] {
  const bodies = graph.node.flatMap(({ attribute }) => attribute.flatMap(({ g }) => (g === undefined ? [] : [g])));
  return [graph, ...bodies.flatMap(withBodies)];
}

/** ONNX numbers of the element types that enter the graph or are asked for inside. */
function elementTypes({ input, initializer, node }: GraphProto): number[] {
  const asked = node.flatMap(({ attribute }) =>
    // Cast has "to"; EyeLike, window functions and random ops have "dtype"; constants have a tensor.
    attribute.flatMap(({ name, i, t }) => [
      ...(name === "to" || name === "dtype" ? [Number(i)] : []),
      ...(t === undefined ? [] : [Number(t.dataType)]),
    ]),
  );
  const entering = input.map(({ type }) => Number(type?.tensorType?.elemType));
  return [...entering, ...initializer.map(({ dataType }) => Number(dataType)), ...asked];
}
