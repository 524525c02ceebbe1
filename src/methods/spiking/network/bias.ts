/** @file Constant currents: the biases of weights and convolutions, as they arrive at neurons and outputs. */

import { CajalError, type Shape, sizeOf } from "../../../graph/index.ts";
import type { NetworkPlan } from "./network.ts";
import { spreadOf } from "./synapses.ts";

/**
 * By target: one current for each unit. Targets without any are left out.
 * @throws CajalError `argument` when a bias passes a delay: it would begin late
 */
export function biasCurrents({ nodes, order, reads, shapes }: NetworkPlan): ReadonlyMap<string, Float64Array> {
  const result = new Map<string, Float64Array>();
  const follow = (at: string, current: Float64Array): void => {
    for (const to of order) {
      for (const _ of reads[to].filter(({ from }) => from === at)) {
        const node = nodes[to];
        if (node.kind === "delay")
          throw new CajalError("argument", `network: the bias of "${at}" passes the delay "${to}"`, {
            advice: "Put the bias behind the delay.",
          });
        const arrived = new Float64Array(sizeOf(shapes[to]));
        const spread = spreadOf(node, shapes[at], shapes[to]);
        for (const [unit, value] of current.entries())
          if (value !== 0) for (const next of spread(unit)) arrived[next.unit] += value * next.weight;
        if (node.kind === "neurons" || node.kind === "output") {
          const sum = result.get(to) ?? new Float64Array(arrived.length);
          result.set(
            to,
            sum.map((value, unit) => value + arrived[unit]),
          );
        } else follow(to, arrived);
      }
    }
  };
  for (const name of order) {
    const node = nodes[name];
    if ((node.kind === "linear" || node.kind === "conv") && node.bias)
      follow(name, repeated(node.bias.numbers(), shapes[name]));
  }
  return result;
}

/** One number for each channel as one for each unit. */
function repeated(perChannel: Float64Array, shape: Shape): Float64Array {
  const places = sizeOf(shape.slice(1));
  return Float64Array.from({ length: sizeOf(shape) }, (_, unit) => perChannel[Math.floor(unit / places)]);
}
