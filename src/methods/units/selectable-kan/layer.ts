/** @file The selectable layer: every node weighs activation spaces of its own. */

import { concat, mapLeaves, type Rng, scope, Tensor, type Value } from "../../../graph/index.ts";
import { silu } from "../../../nn/index.ts";
import { edgeFunctions, edgeSum, initSpace, type SpaceParams } from "./edge-functions.ts";
import type { Space } from "./spaces/space.ts";

/** A space and the nodes that have it, in rising order. */
export interface SpaceNodes {
  readonly space: Space;
  readonly nodes: readonly number[];
}

/** What a layer consists of, without its numbers. Every node has equally many spaces. */
export interface SelectableLayer {
  /** Edges into each node; of a convolution, channels × kernel positions. */
  readonly inputs: number;
  readonly outputs: number;
  readonly spaces: readonly SpaceNodes[];
  /** Of a convolution: the nodes see patches of pictures. */
  readonly window?: Window;
  /** After pruning of edges, [inputs, outputs]: 1 where there is an edge, 0 where there is none. */
  readonly edges?: Tensor;
}

export interface Window {
  /** Side of the square that a node sees. */
  readonly kernel: number;
  readonly stride: number;
  /** Zeros around the picture. */
  readonly padding: number;
}

export interface LayerParams<T> {
  /** a [outputs, spaces]: the share of a space at a node is α = softmax(a) over the spaces that the node has. Gone once they are folded. */
  readonly gates?: T;
  /** w [inputs, outputs]: weights of SiLU(x), which every edge has beside its spaces. */
  readonly base?: T;
  readonly spaces: Readonly<Record<string, SpaceParams<T>>>;
}

/** How many spaces each node has. */
export function spacesPerNode({ spaces, outputs }: SelectableLayer): number {
  return spaces.reduce((sum, { nodes }) => sum + nodes.length, 0) / outputs;
}

/** a = 0, w ~ N(0, 0.25/inputs), coefficients as of `initSpace`. */
export function initLayer(rng: Rng, layer: SelectableLayer, base: boolean): LayerParams<Tensor> {
  const { inputs, outputs, spaces } = layer;
  return {
    ...(spacesPerNode(layer) > 1 && { gates: Tensor.zeros([outputs, spaces.length]) }),
    ...(base && { base: rng.split("base").normal([inputs, outputs], 0, 0.5 / Math.sqrt(inputs)) }),
    spaces: Object.fromEntries(
      spaces.map(({ space, nodes }) => [space.name, initSpace(rng.split(space.name), space, inputs, nodes.length)]),
    ),
  };
}

/** y_o = Σ_i w_oi·SiLU(x_i) + Σ_k α_ok Σ_i φᵏ_oi(x_i): x [batch, inputs] → [batch, outputs] */
export function selectable(layer: SelectableLayer, params: LayerParams<Value | Tensor>, x: Value): Value {
  const p = onEdges(layer, params, x);
  const learned = perNode(layer, gated(layer, p, spaceSums(layer, p, x)));
  return p.base === undefined ? learned : scope("base", () => learned.add(silu(x).matmul(p.base as Value)));
}

/** The whole function of each edge, α folded in: x [batch, inputs] → [batch, inputs, outputs] */
export function layerEdges(layer: SelectableLayer, params: LayerParams<Value | Tensor>, x: Value): Value {
  const p = onEdges(layer, params, x);
  const functions = layer.spaces.map(({ space }) => edgeFunctions(space, p.spaces[space.name], x));
  const learned = perNode(layer, gated(layer, p, functions));
  return p.base === undefined ? learned : learned.add(silu(x).unsqueeze(-1).mul(p.base));
}

/** Σ_i φᵏ_oi(x_i) of each space k at the nodes that have it, before α: x [batch, inputs] → [batch, nodes] each */
export function spaceSums(layer: SelectableLayer, p: LayerParams<Value>, x: Value): Value[] {
  return layer.spaces.map(({ space }) => scope(space.name, () => edgeSum(space, p.spaces[space.name], x)));
}

/** α [outputs, spaces]; 0 where a node does not have a space. */
export function gateShares({ spaces, outputs }: SelectableLayer, gates: Value): Value {
  const impossible = Tensor.of(
    Array.from({ length: outputs }, (_, node) => spaces.map(({ nodes }) => (nodes.includes(node) ? 0 : -1e9))).flat(),
    [outputs, spaces.length],
  );
  return gates.add(impossible).softmax(-1);
}

/** The layer's parameters as Values, zero where edges have been pruned. */
export function onEdges(layer: SelectableLayer, params: LayerParams<Value | Tensor>, x: Value): LayerParams<Value> {
  const p: LayerParams<Value> = mapLeaves(params, (leaf) => x.tracer.lift(leaf, x.dtype));
  if (layer.edges === undefined) return p;
  const edges = x.tracer.lift(layer.edges, x.dtype);
  const spaces = layer.spaces.map(({ space: { name }, nodes }) => {
    const kept = edges.gather(Tensor.of(nodes, [nodes.length], "int64"), 1);
    return [name, { ...p.spaces[name], weight: p.spaces[name].weight.mul(kept.unsqueeze(1)) }];
  });
  return { ...p, ...(p.base && { base: p.base.mul(edges) }), spaces: Object.fromEntries(spaces) };
}

/** Each space's part [..., nodes] times α. */
function gated(layer: SelectableLayer, { gates }: LayerParams<Value>, parts: readonly Value[]): Value[] {
  if (gates === undefined) return [...parts];
  const shares = gateShares(layer, gates);
  return parts.map((part, k) => {
    const { nodes } = layer.spaces[k];
    const share = shares.slice([k], [k + 1], [1]).squeeze(1);
    return part.mul(nodes.length === layer.outputs ? share : share.gather(Tensor.of(nodes, [nodes.length], "int64")));
  });
}

/** The parts of all spaces [..., nodes], summed at the nodes that they belong to: [..., outputs] */
function perNode(layer: SelectableLayer, parts: readonly Value[]): Value {
  const { spaces, outputs } = layer;
  if (spaces.every(({ nodes }) => nodes.length === outputs)) return parts.reduce((sum, part) => sum.add(part));
  const owners = spaces.flatMap(({ nodes }) => nodes);
  const byNode = Array.from({ length: outputs }, (_, node) =>
    owners.flatMap((owner, place) => (owner === node ? [place] : [])),
  ).flat();
  const sorted = concat(parts, -1).gather(Tensor.of(byNode, [byNode.length], "int64"), -1);
  return sorted.reshape([-1, ...sorted.shape.slice(1, -1), outputs, spacesPerNode(layer)]).sum(-1);
}
