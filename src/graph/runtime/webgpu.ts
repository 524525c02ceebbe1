/** @file What ONNX Runtime 1.30 gets wrong on WebGPU, and what is done instead: the processor takes it. */

import { onnxNumber } from "../dtype.ts";
import { decodeModel } from "../onnx/codec.ts";
import type { GraphProto, NodeProto } from "../onnx/schema.ts";

/** Where a model goes: all of it to the processor, or to WebGPU but for the named nodes. */
export type Placement = "cpu" | "webgpu" | { readonly name: "webgpu"; readonly forceCpuNodeNames: readonly string[] };

/** Nodes that the provider accepts, and then fails on when they run. */
const broken: readonly ((node: NodeProto) => boolean)[] = [
  // "The Indices output is not supported yet."
  ({ opType, output }) => opType === "MaxPool" && output.length > 1,
];

/** @param float16 whether the card computes in float16 */
export function place(model: Uint8Array, float16: boolean): Placement {
  const { graph } = decodeModel(model);
  if (graph === undefined) return "webgpu";
  const dtypes = elementTypes(graph);
  // WGSL has no float64, and the processor's kernels beside WebGPU in the web build have none either.
  if (dtypes.has(onnxNumber.float64) || (dtypes.has(onnxNumber.float16) && !float16)) return "cpu";
  const forceCpuNodeNames = graph.node.flatMap((node) =>
    node.name !== undefined && broken.some((test) => test(node)) ? [node.name] : [],
  );
  // The native binding refuses an empty list.
  return forceCpuNodeNames.length === 0 ? "webgpu" : { name: "webgpu", forceCpuNodeNames };
}

/** ONNX numbers of the element types that enter the graph or are asked for inside. */
function elementTypes({ input, initializer, node }: GraphProto): Set<number> {
  const found = new Set<number>();
  for (const { type } of input) found.add(Number(type?.tensorType?.elemType));
  for (const { dataType } of initializer) found.add(Number(dataType));
  for (const { attribute } of node) {
    for (const { name, i, t, g } of attribute) {
      // Cast has "to"; EyeLike, Range, window functions and random ops have "dtype".
      if (name === "to" || name === "dtype") found.add(Number(i));
      if (t !== undefined) found.add(Number(t.dataType));
      if (g !== undefined) for (const type of elementTypes(g)) found.add(type);
    }
  }
  return found;
}
