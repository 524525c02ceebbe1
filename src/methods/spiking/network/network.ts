/**
 * @file A spiking network as data: nodes and edges, in steps of time. The same network runs densely (`denseNetwork`), event by event
 * (`simulateEvents`), and goes to and comes from NIR files.
 */

import { CajalError, type Shape, sizeOf, type Tensor } from "../../../graph/index.ts";
import type { Neuron } from "../neuron.ts";

/** What a node does to the sum of what its edges bring. Shapes are those of one step of one example. */
export type NetworkNode =
  | { readonly kind: "input"; readonly shape: Shape }
  | { readonly kind: "output"; readonly shape: Shape }
  | { readonly kind: "neurons"; readonly shape: Shape; readonly neuron: Neuron }
  /** weight [out, in], bias [out]: [in] → [out]. */
  | { readonly kind: "linear"; readonly weight: Tensor; readonly bias?: Tensor }
  | ConvNode
  /** Each unit times its own number. */
  | { readonly kind: "scale"; readonly scale: Tensor }
  /** Axes `from` to `to` (inclusive, negative from the end) become one. */
  | { readonly kind: "flatten"; readonly from: number; readonly to: number }
  | PoolNode
  /** Each unit as it was so many steps ago: int32, one for each unit. */
  | { readonly kind: "delay"; readonly steps: Tensor };

/** weight [out, in / groups, …kernel], bias [out], over one or two axes: [in, …] → [out, …]. */
export interface ConvNode {
  readonly kind: "conv";
  readonly weight: Tensor;
  readonly bias?: Tensor;
  readonly strides: readonly number[];
  /** Zeros before and after each axis. */
  readonly padding: readonly number[];
  readonly dilations: readonly number[];
  readonly groups: number;
}

/** Sums or means over windows of [channels, height, width]; zeros outside count in the mean. */
export interface PoolNode {
  readonly kind: "pool";
  readonly mode: "sum" | "mean";
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly padding: readonly number[];
}

export interface Network {
  readonly nodes: Readonly<Record<string, NetworkNode>>;
  /** From node to node. Where several end at one node, what they bring is added. */
  readonly edges: readonly (readonly [from: string, to: string])[];
  /** Length of a step, ms. */
  readonly dt: number;
}

/** A network with what follows from its edges. */
export interface NetworkPlan extends Network {
  /** Nodes in an order in which each comes after all that it reads in the same step. */
  readonly order: readonly string[];
  /** The shape of each node's output. */
  readonly shapes: Readonly<Record<string, Shape>>;
  /** By node: what it reads, and whether as it was one step ago. */
  readonly reads: Readonly<Record<string, readonly Read[]>>;
}

export interface Read {
  readonly from: string;
  /** The edge closes a loop: it brings the spikes of the step before. */
  readonly late: boolean;
}

/** The delays of a node in steps: one for each unit, or one for all. */
export function delaysOf(node: { readonly steps: Tensor }): Int32Array {
  return Int32Array.from(node.steps.numbers());
}

/**
 * Orders nodes and infers shapes. A loop takes one step: edges that leave neurons within a loop bring the spikes of the step before, unless a
 * delay of one or more steps stands in the loop.
 * @throws CajalError `argument` for edges to unknown nodes and loops without neurons, `shape` where shapes do not fit
 */
export function planNetwork(network: Network): NetworkPlan {
  const { nodes, edges } = network;
  const names = Object.keys(nodes);
  for (const [from, to] of edges)
    for (const name of [from, to])
      if (!Object.hasOwn(nodes, name))
        throw new CajalError("argument", `network: the edge ${from} → ${to} names no node "${name}"`);
  const waits = (name: string) => {
    const node = nodes[name];
    return node.kind === "delay" && delaysOf(node).every((steps) => steps >= 1);
  };
  const now = edges.filter(([, to]) => !waits(to));
  const component = components(names, now);
  const late = (from: string, to: string) =>
    nodes[from].kind === "neurons" && !waits(to) && component.get(from) === component.get(to);
  const order = sorted(
    names,
    now.filter(([from, to]) => !late(from, to)),
  );
  const reads = Object.fromEntries(
    names.map((name) => [
      name,
      edges.filter(([, to]) => to === name).map(([from]) => ({ from, late: late(from, name) })),
    ]),
  );
  return { ...network, order, reads, shapes: inferShapes(network, order, reads) };
}

/** Which nodes lie on common loops (Tarjan's strongly connected components): equal numbers. A node that reads itself is a loop. */
function components(names: readonly string[], edges: Network["edges"]): ReadonlyMap<string, number> {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const component = new Map<string, number>();
  const open: string[] = [];
  let count = 0;
  const visit = (name: string): void => {
    const at = index.size;
    index.set(name, at);
    let lowest = at;
    open.push(name);
    for (const [from, to] of edges) {
      if (from !== name || component.has(to)) continue;
      if (!index.has(to)) visit(to);
      lowest = Math.min(lowest, low.get(to) ?? (index.get(to) as number));
    }
    low.set(name, lowest);
    if (lowest !== at) return;
    for (let member = open.pop(); member !== undefined; member = member === name ? undefined : open.pop())
      component.set(member, count);
    count++;
  };
  for (const name of names) if (!index.has(name)) visit(name);
  return component;
}

function sorted(names: readonly string[], edges: Network["edges"]): string[] {
  const order: string[] = [];
  let left = [...names];
  while (left.length > 0) {
    const ready = left.filter((name) => edges.every(([from, to]) => to !== name || order.includes(from)));
    if (ready.length === 0)
      throw new CajalError("argument", `network: a loop has neither neurons nor a delay: ${left.join(", ")}`, {
        advice: "Each loop needs one of them, so that something is known before the first step.",
      });
    order.push(...ready);
    left = left.filter((name) => !ready.includes(name));
  }
  return order;
}

function inferShapes(
  { nodes }: Network,
  order: readonly string[],
  reads: NetworkPlan["reads"],
): Readonly<Record<string, Shape>> {
  const shapes: Record<string, Shape> = {};
  for (const name of order)
    if ("shape" in nodes[name] || nodes[name].kind === "linear") shapes[name] = outputShape(name, nodes[name], []);
  for (const name of order) {
    const sources = reads[name].map(({ from }) => shapes[from] ?? nodeShape(nodes[from]));
    const input = sources.find((shape) => shape !== undefined);
    shapes[name] = outputShape(name, nodes[name], input ?? []);
    const expected = inputShape(nodes[name], input ?? []);
    for (const [i, source] of sources.entries())
      if (source !== undefined && sizeOf(source) !== sizeOf(expected))
        throw new CajalError(
          "shape",
          `network: "${reads[name][i].from}" gives [${source}], "${name}" takes [${expected}]`,
        );
  }
  return shapes;
}

/** The shape of nodes that do not depend on what they read. */
function nodeShape(node: NetworkNode): Shape | undefined {
  if ("shape" in node) return node.shape;
  if (node.kind === "linear") return [node.weight.shape[0]];
  const each = node.kind === "delay" ? node.steps : node.kind === "scale" ? node.scale : undefined;
  return each !== undefined && each.size > 1 ? each.shape : undefined;
}

/** What a node takes, given what comes first. */
function inputShape(node: NetworkNode, input: Shape): Shape {
  if ("shape" in node) return node.shape;
  if (node.kind === "linear") return [node.weight.shape[1]];
  if (node.kind === "conv") return [node.weight.shape[1] * node.groups, ...input.slice(1)];
  return input;
}

function outputShape(name: string, node: NetworkNode, input: Shape): Shape {
  switch (node.kind) {
    case "input":
    case "output":
    case "neurons":
      return node.shape;
    case "linear":
      return [node.weight.shape[0]];
    case "scale":
    case "delay":
      return input;
    case "flatten": {
      const [from, to] = [node.from, node.to].map((axis) => (axis < 0 ? axis + input.length : axis));
      return [...input.slice(0, from), sizeOf(input.slice(from, to + 1)), ...input.slice(to + 1)];
    }
    case "conv":
    case "pool": {
      const kernel = node.kind === "conv" ? node.weight.shape.slice(2) : node.kernel;
      if (input.length !== kernel.length + 1)
        throw new CajalError("shape", `network: "${name}" takes ${kernel.length + 1} axes, not [${input}]`);
      const sizes = kernel.map((size, i) => {
        const extent = node.kind === "conv" ? (size - 1) * node.dilations[i] + 1 : size;
        return Math.floor((input[i + 1] + 2 * node.padding[i] - extent) / node.strides[i]) + 1;
      });
      if (sizes.some((size) => size < 1))
        throw new CajalError("shape", `network: the windows of "${name}" do not fit into [${input}]`);
      return [node.kind === "conv" ? node.weight.shape[0] : input[0], ...sizes];
    }
  }
}
