/** @file A network as a function over time: one scan over the steps, in which every node is computed for all its units. */

import { CajalError, concat, type Shape, scan, sizeOf, type Tensor, tap, type Value } from "../../../graph/index.ts";
import { conv } from "../../../nn/index.ts";
import type { NeuronState } from "../neuron.ts";
import { delaysOf, type Network, type NetworkNode, planNetwork } from "./network.ts";

/** What a network carries from step to step. */
export interface NetworkState {
  readonly neurons: Readonly<Record<string, NeuronState<Value>>>;
  /** Spikes of the last step that loops read. */
  readonly last: Readonly<Record<string, Value>>;
  /** What went into delays: [longest delay, batch, …units], the newest first. */
  readonly delayed: Readonly<Record<string, Value>>;
}

export interface NetworkRun {
  /** By output node: [T, batch, …units]. */
  readonly outputs: Readonly<Record<string, Value>>;
  /** By node of neurons: spikes (or membranes of neurons without threshold). */
  readonly spikes: Readonly<Record<string, Value>>;
  /** By node of neurons: v after each step. */
  readonly membranes: Readonly<Record<string, Value>>;
  readonly state: NetworkState;
}

/**
 * Runs the network. Spikes of neurons are tapped under their nodes' names.
 * @param inputs by input node: [T, batch, …units]
 * @param state where it begins; default: at rest
 * @throws CajalError as `planNetwork`; `argument` when an input is missing
 */
export function denseNetwork(
  network: Network,
  inputs: Readonly<Record<string, Value>>,
  state?: NetworkState,
): NetworkRun {
  const plan = planNetwork(network);
  const { nodes, order, reads, shapes } = plan;
  const sources = order.filter((name) => nodes[name].kind === "input");
  const missing = sources.find((name) => inputs[name] === undefined);
  if (missing !== undefined || sources.length === 0)
    throw new CajalError("argument", `network: nothing is given for the input "${missing ?? ""}"`);
  const first = inputs[sources[0]];
  const batch = first.shape[1];
  const zeros = (shape: Shape) => first.tracer.lift(0, first.dtype).expand(shape);
  const each = <T>(kind: NetworkNode["kind"], make: (name: string, node: NetworkNode) => T): Record<string, T> =>
    Object.fromEntries(
      order.filter((name) => nodes[name].kind === kind).map((name) => [name, make(name, nodes[name])]),
    );
  const isLate = (name: string) =>
    order.some((reader) => reads[reader].some(({ from, late }) => late && from === name));

  const begin: NetworkState = state ?? {
    neurons: each("neurons", (name, node) =>
      node.kind === "neurons" ? node.neuron.rest(zeros([batch, ...shapes[name]])) : {},
    ),
    last: Object.fromEntries(order.filter(isLate).map((name) => [name, zeros([batch, ...shapes[name]])])),
    delayed: each("delay", (name, node) =>
      zeros([node.kind === "delay" ? longest(delaysOf(node)) : 0, batch, ...shapes[name]]),
    ),
  };

  const step = (before: NetworkState, given: Readonly<Record<string, Value>>) => {
    const values: Record<string, Value> = {};
    const neurons: Record<string, NeuronState<Value>> = {};
    const incoming = (name: string): Value => {
      const all = reads[name].map(({ from, late }) => (late ? before.last[from] : values[from]));
      return all.length === 0
        ? zeros([batch, ...shapes[name]])
        : all
            .map((value) => reshaped(value, batch, takes(nodes[name], value, shapes[name])))
            .reduce((a, b) => a.add(b));
    };
    const waiting: string[] = [];
    for (const name of order) {
      const node = nodes[name];
      if (node.kind === "input") values[name] = given[name];
      else if (node.kind === "neurons") {
        const result = node.neuron.step(incoming(name), before.neurons[name]);
        values[name] = tap(name, result.output);
        neurons[name] = result.state;
      } else if (node.kind === "delay") {
        const ago = delaysOf(node);
        const past = before.delayed[name];
        const through = ago.some((steps) => steps === 0) ? [incoming(name).unsqueeze(0)] : [];
        const history = concat([...through, past]);
        values[name] = delayedBy(history, ago, through.length === 0, shapes[name]);
        waiting.push(name);
      } else values[name] = applyNode(node, incoming(name));
    }
    const delayed = Object.fromEntries(
      waiting.map((name) => {
        const past = before.delayed[name];
        return [
          name,
          past.shape[0] === 0 ? past : concat([incoming(name).unsqueeze(0), past]).slice([0], [past.shape[0]]),
        ];
      }),
    );
    const last = Object.fromEntries(Object.keys(before.last).map((name) => [name, values[name]]));
    const y = {
      outputs: each("output", (name) => values[name]),
      spikes: each("neurons", (name) => values[name]),
      membranes: Object.fromEntries(
        Object.entries(neurons).flatMap(([name, { v }]) => (v === undefined ? [] : [[name, v]])),
      ),
    };
    return { state: { neurons, last, delayed } as NetworkState, y };
  };
  const { state: end, ys } = scan(step, begin, Object.fromEntries(sources.map((name) => [name, inputs[name]])));
  return { ...ys, state: end };
}

const longest = (steps: Int32Array) => steps.reduce((most, n) => Math.max(most, n), 0);

/** What a node takes of a value, whose units may be arranged in other axes. */
function takes(node: NetworkNode, value: Value, own: Shape): Shape {
  if ("shape" in node) return own;
  if (node.kind === "linear") return [node.weight.shape[1]];
  return value.shape.slice(1);
}

function reshaped(value: Value, batch: number, shape: Shape): Value {
  return value.rank === shape.length + 1 ? value : value.reshape([batch, ...shape]);
}

/** @param history [steps, batch, …units], the newest first @param shifted whether the newest is of the step before */
function delayedBy(history: Value, ago: Int32Array, shifted: boolean, shape: Shape): Value {
  const [, batch] = history.shape;
  const units = sizeOf(shape);
  const flat = history.reshape([history.shape[0], batch, units]);
  const rows = Array.from({ length: units }, (_, i) => ago[ago.length === 1 ? 0 : i] - (shifted ? 1 : 0));
  const indices = flat.tracer.constant(rows, "int64", [1, 1, units]).expand([1, batch, units]);
  return flat.op("GatherElements", [indices], { axis: 0 }).reshape([batch, ...shape]);
}

/** x [batch, …units] */
function applyNode(node: NetworkNode, x: Value): Value {
  const weight = (tensor: Tensor) => x.tracer.lift(tensor, x.dtype).cast(x.dtype);
  switch (node.kind) {
    case "linear": {
      const y = x.matmul(weight(node.weight).transpose());
      return node.bias ? y.add(weight(node.bias)) : y;
    }
    case "conv":
      return conv({ weight: weight(node.weight), ...(node.bias && { bias: weight(node.bias) }) }, x, {
        stride: node.strides,
        padding: node.padding,
        dilation: node.dilations,
        groups: node.groups,
      });
    case "scale":
      return x.mul(weight(node.scale));
    case "flatten": {
      const [from, to] = [node.from, node.to].map((axis) => (axis < 0 ? axis + x.rank - 1 : axis) + 1);
      return x.reshape([...x.shape.slice(0, from), sizeOf(x.shape.slice(from, to + 1)), ...x.shape.slice(to + 1)]);
    }
    case "pool": {
      const means = x.op("AveragePool", [], {
        kernel_shape: node.kernel,
        strides: node.strides,
        pads: [...node.padding, ...node.padding],
        count_include_pad: 1,
      });
      return node.mode === "mean" ? means : means.mul(sizeOf(node.kernel));
    }
    default:
      return x;
  }
}
