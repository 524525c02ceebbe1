/** @file NIR graphs in continuous time from networks in steps. */

import { type Shape, sizeOf, Tensor } from "../../../graph/index.ts";
import { delaysOf, type Network, type NetworkNode, planNetwork } from "../network/network.ts";
import type { NirGraph, NirPrimitive } from "./graph.ts";
import { nodeOf } from "./neurons.ts";

export interface ToNirOptions {
  /** Hears of what the standard has no word for. */
  readonly warn?: (message: string) => void;
}

/** A network as a graph in continuous time; its dt is kept in the metadata. @throws CajalError `argument` for models that NIR does not know */
export function networkToNir(network: Network, { warn = () => undefined }: ToNirOptions = {}): NirGraph {
  const { shapes, reads } = planNetwork(network);
  const nodes = Object.fromEntries(
    Object.entries(network.nodes).map(([name, node]) => {
      const [read] = reads[name];
      const place = { dt: network.dt / 1000, input: read && shapes[read.from], output: shapes[name] };
      return [
        name,
        node.kind === "neurons" ? nodeOf(name, node.neuron, node.shape, place.dt, warn) : primitiveOf(node, place),
      ];
    }),
  );
  const metadata = { dt: Tensor.of([network.dt], [], "float64") };
  return { type: "NIRGraph", nodes, edges: network.edges, metadata };
}

const integers = (values: readonly number[]) => Tensor.of(values, [values.length], "int64");
const whole = (number: number) => Tensor.of([number], [], "int64");

interface Place {
  /** Seconds. */
  readonly dt: number;
  readonly input: Shape | undefined;
  readonly output: Shape;
}

function primitiveOf(node: Exclude<NetworkNode, { kind: "neurons" }>, { dt, input, output }: Place): NirPrimitive {
  switch (node.kind) {
    case "input":
      return { type: "Input", parameters: { shape: integers(node.shape) } };
    case "output":
      return { type: "Output", parameters: { shape: integers(node.shape) } };
    case "linear":
      return node.bias
        ? { type: "Affine", parameters: { weight: node.weight, bias: node.bias } }
        : { type: "Linear", parameters: { weight: node.weight } };
    case "scale":
      return { type: "Scale", parameters: { scale: node.scale } };
    case "delay": {
      const steps = delaysOf(node);
      const all = steps.length === 1 ? new Int32Array(sizeOf(output)).fill(steps[0]) : steps;
      const delay = Tensor.of(
        Float64Array.from(all, (s) => s * dt),
        output,
        "float64",
      );
      return { type: "Delay", parameters: { delay } };
    }
    case "flatten": {
      const ends = { start_dim: whole(node.from), end_dim: whole(node.to) };
      return { type: "Flatten", parameters: { ...ends, ...(input && { input_type: integers(input) }) } };
    }
    case "conv": {
      const axes = node.weight.shape.length - 2;
      const each = (values: readonly number[]) => (axes === 1 ? whole(values[0]) : integers(values));
      return {
        type: axes === 1 ? "Conv1d" : "Conv2d",
        parameters: {
          weight: node.weight,
          bias: node.bias ?? Tensor.zeros([node.weight.shape[0]]),
          stride: each(node.strides),
          padding: each(node.padding),
          dilation: each(node.dilations),
          groups: whole(node.groups),
          ...(input && { input_shape: each(input.slice(1)) }),
        },
      };
    }
    case "pool": {
      const parameters = {
        kernel_size: integers(node.kernel),
        stride: integers(node.strides),
        padding: integers(node.padding),
      };
      return { type: node.mode === "sum" ? "SumPool2d" : "AvgPool2d", parameters };
    }
  }
}
