/** @file Networks in steps from NIR graphs in continuous time. */

import { CajalError, Tensor } from "../../../graph/index.ts";
import { type Network, type NetworkNode, planNetwork } from "../network/network.ts";
import { type NirGraph, type NirNode, type NirPrimitive, numbersOfParameter } from "./graph.ts";
import { type Discretisation, neuronOf } from "./neurons.ts";

export interface FromNirOptions {
  /** ms of a step. Default: what the graph's metadata say. */
  readonly dt?: number;
  /** Default "euler", as most simulators do; nodes whose metadata ask for "exact" get it. */
  readonly discretize?: Discretisation;
  /** Hears of delays that are no whole number of steps. */
  readonly warn?: (message: string) => void;
}

/**
 * A graph as a network in steps of dt.
 * @throws CajalError `argument` without a dt, `bad-file` when a node makes no sense
 */
export function networkFromNir(graph: NirGraph, options: FromNirOptions = {}): Network {
  const kept = graph.metadata?.dt;
  const dt = options.dt ?? (kept instanceof Tensor ? kept.item() : undefined);
  if (dt === undefined || !(dt > 0))
    throw new CajalError("argument", `NIR: the graph is in continuous time; a time step is needed, not ${dt}`, {
      advice: "Give `dt` in ms.",
    });
  const flat = inlined(graph);
  const nodes = Object.fromEntries(
    Object.entries(flat.nodes).map(([name, node]) => [name, networkNode(name, node, dt / 1000, options)]),
  );
  const network: Network = { nodes, edges: flat.edges, dt };
  planNetwork(network);
  return network;
}

interface Flat {
  readonly nodes: Readonly<Record<string, NirPrimitive>>;
  readonly edges: readonly (readonly [string, string])[];
}

/** Graphs within the graph become part of it: "inner.lif". Their inputs and outputs fall away. */
function inlined(graph: NirGraph): Flat {
  const nodes: Record<string, NirPrimitive> = {};
  let edges = [...graph.edges];
  for (const [name, node] of Object.entries(graph.nodes)) {
    if (node.type !== "NIRGraph") {
      nodes[name] = node;
      continue;
    }
    const inner = inlined(node);
    const ends = (type: NirNode["type"]) => Object.keys(inner.nodes).filter((key) => inner.nodes[key].type === type);
    const [inputs, outputs] = [ends("Input"), ends("Output")];
    const within = (key: string) => `${name}.${key}`;
    for (const [key, value] of Object.entries(inner.nodes))
      if (value.type !== "Input" && value.type !== "Output") nodes[within(key)] = value;
    const firsts = inner.edges.filter(([from]) => inputs.includes(from)).map(([, to]) => within(to));
    const lasts = inner.edges.filter(([, to]) => outputs.includes(to)).map(([from]) => within(from));
    edges = [
      ...edges.flatMap(([from, to]): (readonly [string, string])[] => {
        const starts = from === name ? lasts : [from];
        const stops = to === name ? firsts : [to];
        return starts.flatMap((start) => stops.map((stop) => [start, stop] as const));
      }),
      ...inner.edges
        .filter(([from, to]) => !inputs.includes(from) && !outputs.includes(to))
        .map(([from, to]) => [within(from), within(to)] as const),
    ];
  }
  return { nodes, edges };
}

function networkNode(
  name: string,
  node: NirPrimitive,
  dt: number,
  { discretize = "euler", warn = () => undefined }: FromNirOptions,
): NetworkNode {
  const value = (parameter: string) => numbersOfParameter(name, node, parameter);
  const list = (parameter: string) => [...value(parameter).numbers()];
  const neuron = neuronOf(name, node, dt, discretize);
  if (neuron) {
    const { shape } = value(Object.hasOwn(node.parameters, "r") ? "r" : "threshold");
    return { kind: "neurons", shape, neuron };
  }
  switch (node.type) {
    case "Input":
      return { kind: "input", shape: list("shape") };
    case "Output":
      return { kind: "output", shape: list("shape") };
    case "Linear":
      return { kind: "linear", weight: value("weight") };
    case "Affine":
      return { kind: "linear", weight: value("weight"), bias: value("bias") };
    case "Scale":
      return { kind: "scale", scale: value("scale") };
    case "Flatten":
      return { kind: "flatten", from: value("start_dim").item(), to: value("end_dim").item() };
    case "Conv1d":
    case "Conv2d": {
      const weight = value("weight");
      const kernel = weight.shape.slice(2);
      const dilations = perAxis(list("dilation"), kernel.length);
      const strides = perAxis(list("stride"), kernel.length);
      const padding = paddingOf(name, node, kernel, dilations, strides);
      const groups = value("groups").item();
      return { kind: "conv", weight, bias: value("bias"), strides, padding, dilations, groups };
    }
    case "SumPool2d":
    case "AvgPool2d": {
      const [kernel, strides, padding] = ["kernel_size", "stride", "padding"].map((key) => perAxis(list(key), 2));
      return { kind: "pool", mode: node.type === "SumPool2d" ? "sum" : "mean", kernel, strides, padding };
    }
    default: {
      const delay = value("delay");
      const steps = delay.numbers().map((seconds) => seconds / dt);
      const odd = steps.find((s) => Math.abs(s - Math.round(s)) > 1e-6);
      if (odd !== undefined) warn(`NIR: the delay "${name}" of ${odd} steps is rounded to ${Math.round(odd)}`);
      return { kind: "delay", steps: Tensor.of(steps.map(Math.round), delay.shape, "int32") };
    }
  }
}

function perAxis(values: readonly number[], axes: number): number[] {
  return values.length === axes ? [...values] : new Array<number>(axes).fill(values[0]);
}

function paddingOf(
  name: string,
  node: NirPrimitive,
  kernel: readonly number[],
  dilations: readonly number[],
  strides: readonly number[],
): number[] {
  const given = node.parameters.padding;
  if (given instanceof Tensor) return perAxis([...given.numbers()], kernel.length);
  if (given === "valid") return kernel.map(() => 0);
  const missing = kernel.map((size, i) => (size - 1) * dilations[i]);
  if (given !== "same" || missing.some((n) => n % 2 === 1) || strides.some((stride) => stride !== 1))
    throw new CajalError("bad-file", `NIR: the padding "${given}" of the ${node.type} "${name}" is not read`, {
      advice: "Give it in numbers.",
    });
  return missing.map((n) => n / 2);
}
