/** @file How a model's layers hang together: which reads which, and what each costs. */

import { isFloat } from "../graph/dtype.ts";
import { type GraphNode, multiplyAdds, type Shape, sizeOf, type Value } from "../graph/index.ts";
import { beforeEdits, movers, type TracedModel } from "./layers.ts";

/** A step of the computation from the picture to the answer, or the picture itself. */
export interface LayerNode {
  /** The tensor's name in the file: a layer's name, where it is one. */
  readonly name: string;
  /** The ONNX op that makes it; "input" for the picture. */
  readonly kind: string;
  /** Shape for one sample. */
  readonly shape: Shape;
  /** The nodes that it reads, past those that only move numbers about. */
  readonly reads: readonly string[];
  /** Numbers of its own weights. */
  readonly parameters: number;
  /** Products of two numbers, each added to a sum, for one sample. */
  readonly multiplyAdds: number;
}

/** All nodes between the input and the outputs, each after those it reads. */
export function layerGraph({ input, tensors }: TracedModel): LayerNode[] {
  const names = new Map<Value, string>([[input, "input"]]);
  for (const [name, value] of Object.entries(tensors)) if (value !== input) names.set(value, name);
  const behind = new Map<Value, Sources>();
  const sourcesOf = (value: Value): Sources => {
    const known = behind.get(value);
    if (known !== undefined) return known;
    const found = findSources(value, input, sourcesOf, names);
    behind.set(value, found);
    return found;
  };
  const samples = input.shape[0] || 1;
  const nodes: LayerNode[] = [
    { name: "input", kind: "input", shape: input.shape.slice(1), reads: [], parameters: 0, multiplyAdds: 0 },
  ];
  for (const [name, value] of Object.entries(tensors)) {
    const { node } = value;
    if (node === undefined || isPassed(node, name)) continue;
    const sources = node.inputs.filter((v) => v !== undefined).map(sourcesOf);
    const reads = new Set(sources.flatMap(({ reads }) => [...reads]));
    // What no picture reaches is made of weights alone.
    if (reads.size === 0) continue;
    const weights = new Set(sources.flatMap(({ weights }) => [...weights]));
    nodes.push({
      name,
      kind: node.definition.name,
      shape: value.shape.slice(1),
      reads: [...reads],
      parameters: [...weights].reduce((sum, { dtype, shape }) => sum + (isFloat(dtype) ? sizeOf(shape) : 0), 0),
      multiplyAdds: (multiplyAdds(node, 1) ?? 0) / samples,
    });
  }
  return nodes;
}

interface Sources {
  readonly reads: ReadonlySet<string>;
  readonly weights: ReadonlySet<Value>;
}

function isPassed(node: GraphNode, name: string | undefined): boolean {
  return name === undefined || movers.has(node.definition.name) || beforeEdits.test(name);
}

/** Where a value comes from: itself, if it is shown; else, what is shown or a weight behind it. */
function findSources(
  value: Value,
  input: Value,
  sourcesOf: (value: Value) => Sources,
  names: ReadonlyMap<Value, string>,
): Sources {
  const { node } = value;
  const name = names.get(value);
  if (value === input) return { reads: new Set(["input"]), weights: new Set() };
  if (node === undefined) return { reads: new Set(), weights: new Set([value]) };
  const sources = node.inputs.filter((v) => v !== undefined).map(sourcesOf);
  const reads = new Set(sources.flatMap(({ reads }) => [...reads]));
  const weights = new Set(sources.flatMap(({ weights }) => [...weights]));
  if (reads.size > 0 && !isPassed(node, name)) return { reads: new Set([name as string]), weights: new Set() };
  // What else a mover is given says where numbers go; it is no weight of the node behind it.
  return { reads, weights: reads.size > 0 ? new Set() : weights };
}
