/**
 * @file The synapses of a network: what a spike of each source reaches, with which weight and after how many steps. All that lies between
 * sources and neurons (weights, convolutions, pools, delays) is linear, so that chains of nodes become one list of synapses.
 */

import { CajalError, type Shape, sizeOf } from "../../../graph/index.ts";
import { type ConvNode, delaysOf, type NetworkNode, type NetworkPlan, type PoolNode } from "./network.ts";

/** Compressed by source: the synapses of unit i are those at `starts[i]` to `starts[i + 1]`. */
export interface Synapses {
  /** An input or neurons. */
  readonly from: string;
  /** Neurons or an output. */
  readonly to: string;
  readonly starts: Int32Array;
  readonly targets: Int32Array;
  readonly weights: Float64Array;
  /** Steps. */
  readonly delays: Int32Array;
  /** Whether there are weights on the way. An edge from neurons straight to an output has none. */
  readonly weighted: boolean;
}

/** One contribution on its way. */
interface Arrival {
  readonly unit: number;
  readonly weight: number;
  readonly delay: number;
}

type Fan = (unit: number) => readonly Arrival[];

const isSource = (node: NetworkNode) => node.kind === "input" || node.kind === "neurons";
const isTarget = (node: NetworkNode) => node.kind === "output" || node.kind === "neurons";

/**
 * All synapses, one list for each path from a source to a target. Zero weights are no synapses.
 * @throws CajalError `argument` when a membrane without threshold drives other neurons
 */
export function synapsesOf(plan: NetworkPlan): Synapses[] {
  const { nodes, order, reads, shapes } = plan;
  const result: Synapses[] = [];
  const follow = (source: string, at: string, fan: Fan, weighted: boolean): void => {
    for (const to of order) {
      for (const read of reads[to].filter(({ from }) => from === at)) {
        const late = (arrivals: readonly Arrival[]) =>
          read.late ? arrivals.map((arrival) => ({ ...arrival, delay: arrival.delay + 1 })) : arrivals;
        if (isTarget(nodes[to])) {
          const all = compress(sizeOf(shapes[source]), (unit) => late(fan(unit)));
          result.push({ from: source, to, ...all, weighted });
        } else {
          const spread = spreadOf(nodes[to], shapes[at], shapes[to]);
          const on: Fan = (unit) =>
            late(fan(unit)).flatMap((arrival) =>
              spread(arrival.unit).map((next) => ({
                unit: next.unit,
                weight: arrival.weight * next.weight,
                delay: arrival.delay + next.delay,
              })),
            );
          follow(source, to, on, weighted || ["linear", "conv", "pool", "scale"].includes(nodes[to].kind));
        }
      }
    }
  };
  for (const source of order.filter((name) => isSource(nodes[name])))
    follow(source, source, (unit) => [{ unit, weight: 1, delay: 0 }], false);
  for (const { from, to } of result) {
    const node = nodes[from];
    const silent = node.kind === "neurons" && node.neuron.dynamics !== undefined && !node.neuron.dynamics.firing;
    if (silent && nodes[to].kind === "neurons")
      throw new CajalError("argument", `network: "${from}" sends no spikes but its membrane to "${to}"`, {
        advice: "Run it with denseNetwork.",
      });
  }
  return result;
}

function compress(units: number, fan: Fan): Omit<Synapses, "from" | "to" | "weighted"> {
  const starts = new Int32Array(units + 1);
  const all: Arrival[] = [];
  for (let unit = 0; unit < units; unit++) {
    // Two ways to the same target in the same step are one synapse.
    const merged = new Map<string, Arrival>();
    for (const arrival of fan(unit)) {
      const key = `${arrival.unit} ${arrival.delay}`;
      merged.set(key, { ...arrival, weight: arrival.weight + (merged.get(key)?.weight ?? 0) });
    }
    for (const arrival of merged.values()) if (arrival.weight !== 0) all.push(arrival);
    starts[unit + 1] = all.length;
  }
  return {
    starts,
    targets: Int32Array.from(all, ({ unit }) => unit),
    weights: Float64Array.from(all, ({ weight }) => weight),
    delays: Int32Array.from(all, ({ delay }) => delay),
  };
}

/** Where one unit of a node's input goes in its output. */
export function spreadOf(node: NetworkNode, input: Shape, output: Shape): Fan {
  switch (node.kind) {
    case "linear": {
      const [outputs, inputs] = node.weight.shape;
      const weights = node.weight.numbers();
      return (unit) =>
        Array.from({ length: outputs }, (_, o) => ({ unit: o, weight: weights[o * inputs + unit], delay: 0 })).filter(
          ({ weight }) => weight !== 0,
        );
    }
    case "conv":
      return convFan(node, input, output);
    case "pool":
      return poolFan(node, input, output);
    case "scale": {
      const scale = node.scale.numbers();
      return (unit) => [{ unit, weight: scale[scale.length === 1 ? 0 : unit], delay: 0 }];
    }
    case "delay": {
      const steps = delaysOf(node);
      return (unit) => [{ unit, weight: 1, delay: steps[steps.length === 1 ? 0 : unit] }];
    }
    default:
      return (unit) => [{ unit, weight: 1, delay: 0 }];
  }
}

/** Coordinates of a place in row-major order. */
function coordinates(place: number, shape: Shape): number[] {
  let rest = place;
  const at = new Array<number>(shape.length);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    at[axis] = rest % shape[axis];
    rest = Math.floor(rest / shape[axis]);
  }
  return at;
}

/** The windows that read a place along each axis: which output, at which tap. */
function windows(
  at: readonly number[],
  kernel: readonly number[],
  outputs: readonly number[],
  { strides, padding, dilations }: Pick<ConvNode, "strides" | "padding" | "dilations">,
): { readonly output: number; readonly tap: number }[] {
  return at.reduce<{ output: number; tap: number }[]>(
    (found, position, axis) => {
      const along = Array.from({ length: kernel[axis] }, (_, tap) => {
        const from = position + padding[axis] - tap * dilations[axis];
        return { tap, output: from / strides[axis] };
      }).filter(({ output }) => Number.isInteger(output) && output >= 0 && output < outputs[axis]);
      return found.flatMap((before) =>
        along.map(({ output, tap }) => ({
          output: before.output * outputs[axis] + output,
          tap: before.tap * kernel[axis] + tap,
        })),
      );
    },
    [{ output: 0, tap: 0 }],
  );
}

function convFan(node: ConvNode, input: Shape, output: Shape): Fan {
  const [outer, inner, ...kernel] = node.weight.shape;
  const weights = node.weight.numbers();
  const [places, taps] = [sizeOf(output.slice(1)), sizeOf(kernel)];
  const perGroup = outer / node.groups;
  return (unit) => {
    const [channel, ...at] = coordinates(unit, input);
    const group = Math.floor(channel / inner);
    return windows(at, kernel, output.slice(1), node).flatMap((window) =>
      Array.from({ length: perGroup }, (_, k) => {
        const o = group * perGroup + k;
        return {
          unit: o * places + window.output,
          weight: weights[(o * inner + (channel % inner)) * taps + window.tap],
          delay: 0,
        };
      }),
    );
  };
}

function poolFan(node: PoolNode, input: Shape, output: Shape): Fan {
  const weight = node.mode === "sum" ? 1 : 1 / sizeOf(node.kernel);
  const places = sizeOf(output.slice(1));
  const window = { ...node, dilations: node.kernel.map(() => 1) };
  return (unit) => {
    const [channel, ...at] = coordinates(unit, input);
    return windows(at, node.kernel, output.slice(1), window).map(({ output: place }) => ({
      unit: channel * places + place,
      weight,
      delay: 0,
    }));
  };
}
