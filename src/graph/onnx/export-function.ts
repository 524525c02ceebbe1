/** @file exportOnnx: a traced function as an ONNX file. */

import { CajalError } from "../error.ts";
import { Tensor } from "../tensor.ts";
import { type Given, trace } from "../trace.ts";
import { mapLeaves } from "../tree.ts";
import type { Value } from "../value.ts";
import { decodeModel, encodeModel } from "./codec.ts";
import { encodeGraph } from "./export.ts";
import type { DimensionProto, GraphProto, ModelProto, ValueInfoProto } from "./schema.ts";

export interface ExportOptions {
  /** What inputs are called, by argument; default: their index. */
  readonly names?: readonly string[];
  /** Leaves the first axis of these arguments open, under this name: a model for batches of any size. */
  readonly batch?: { readonly name: string; readonly arguments: readonly number[] };
  /** Kept in the file's metadata_props. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * An ONNX model (operator set 21) of the function at the examples' shapes. Inputs are named by argument and path in it ("x",
 * "params/weight"), outputs by their paths in the result ("result" when it is a single value). Tensors that the function closes over
 * become initializers. What is drawn from Noise becomes inputs, named by what it is and its number ("noise/normal.0"), for which the
 * user of the model draws the numbers.
 * @throws CajalError `argument` when the batch is to be open but the graph depends on its size
 */
export function exportOnnx<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  examples: { [K in keyof A]: Given<A[K]> },
  options: ExportOptions = {},
): Uint8Array {
  const { names = [], batch, metadata } = options;
  const label = (argument: number, path: string) =>
    [names[argument] ?? String(argument), path].filter((part) => part !== "").join("/");
  const encode = (args: readonly unknown[]) => {
    const { inputs, draws, outputs } = trace(fn, args, label);
    return encodeGraph([...inputs, ...draws.flat()], outputs, metadata);
  };
  const args = examples as readonly unknown[];
  const bytes = encode(args);
  if (batch === undefined) return bytes;

  const grow = (tensor: Tensor | Value) => Tensor.zeros([tensor.shape[0] + 1, ...tensor.shape.slice(1)], tensor.dtype);
  const larger = encode(args.map((arg, i) => (batch.arguments.includes(i) ? mapLeaves(arg, grow) : arg)));
  return encodeModel(openBatch(decodeModel(bytes), decodeModel(larger), batch.name));
}

/** The model with those dims of inputs and outputs left open that differ between the two traces; all else must be equal. */
function openBatch(model: ModelProto, larger: ModelProto, name: string): ModelProto {
  const graph = model.graph as GraphProto;
  const other = larger.graph as GraphProto;
  for (const dim of differing(graph, other)) {
    delete dim.dimValue;
    dim.dimParam = name;
  }
  openBodies(graph, other);
  const fixed = (g: GraphProto) => encodeModel({ ...model, graph: { ...g, input: [], output: [] } });
  const [a, b] = [fixed(graph), fixed(other)];
  if (a.length !== b.length || a.some((byte, i) => byte !== b[i])) {
    throw new CajalError("argument", `export: the graph depends on the size of the axis "${name}"`, {
      advice: "Flatten or reduce without naming the batch size (flatten(1) rather than reshape([batch, …])).",
    });
  }
  return model;
}

/** The dims of inputs and outputs in which two graphs differ. */
function differing(graph: GraphProto, other: GraphProto): DimensionProto[] {
  const between = (ports: readonly ValueInfoProto[], others: readonly ValueInfoProto[]) =>
    ports.flatMap(({ type }, i) =>
      (type?.tensorType?.shape?.dim ?? []).filter(
        ({ dimValue }, k) => dimValue !== others[i]?.type?.tensorType?.shape?.dim[k]?.dimValue,
      ),
    );
  return [...between(graph.input, other.input), ...between(graph.output, other.output)];
}

/** In the bodies of both graphs, leaves the dims unsaid in which they differ: the runtime infers them. */
function openBodies(graph: GraphProto, other: GraphProto): void {
  for (const [i, { attribute }] of graph.node.entries()) {
    for (const [k, { g }] of attribute.entries()) {
      const twin = other.node[i]?.attribute[k]?.g;
      if (g === undefined || twin === undefined) continue;
      for (const dim of [...differing(g, twin), ...differing(twin, g)]) delete dim.dimValue;
      openBodies(g, twin);
    }
  }
}
