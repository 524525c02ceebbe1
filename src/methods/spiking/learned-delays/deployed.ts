/**
 * @file The trained network with whole delays, as a network of the family's kind: it runs event by event and goes to NIR files. Batch
 * normalisation becomes part of weights and biases.
 */

import { Tensor } from "../../../graph/index.ts";
import { foldBatchNorm } from "../../../nn/index.ts";
import type { Network, NetworkNode } from "../network/network.ts";
import { li } from "../neurons/li.ts";
import { lif } from "../neurons/lif.ts";
import { delaysOf, halfDelay } from "./delay-kernel.ts";
import type { DelayNetParams, DelayNetSettings, DelayNetState } from "./model.ts";

/**
 * For each delay that a layer has, a delay node and the weights that come as late: "layer1.delay4" → "layer1.weights4" → "layer1".
 * Nodes: "input", "layer1", …, "output".
 */
export function delayNetwork(
  settings: DelayNetSettings,
  params: DelayNetParams<Tensor>,
  state: DelayNetState<Tensor>,
): Network {
  const { inputs, classes, maxDelay, dt, tau } = settings;
  const nodes: Record<string, NetworkNode> = { input: { kind: "input", shape: [inputs] } };
  const edges: [string, string][] = [];
  let before = "input";
  for (const [k, layer] of params.layers.entries()) {
    const name = `layer${k + 1}`;
    const [outputs, width] = layer.weight.shape;
    const folded = layer.norm && foldBatchNorm({ weight: layer.weight }, layer.norm, state.statistics[k]);
    const weights = (folded?.weight ?? layer.weight).numbers();
    const delays = layer.position ? delaysOf(layer.position, maxDelay) : new Int32Array(weights.length);
    for (const [at, delay] of [...new Set(delays)].sort((a, b) => a - b).entries()) {
      const weight = Tensor.of(
        weights.map((w, i) => (delays[i] === delay ? w : 0)),
        [outputs, width],
      );
      // The bias flows all the time; it belongs to one of the weights.
      const bias = at === 0 && folded ? { bias: folded.bias } : {};
      nodes[`${name}.weights${delay}`] = { kind: "linear", weight, ...bias };
      edges.push([`${name}.weights${delay}`, name]);
      if (delay === 0) edges.push([before, `${name}.weights${delay}`]);
      else {
        nodes[`${name}.delay${delay}`] = {
          kind: "delay",
          steps: Tensor.of([...Array(width)].fill(delay), [width], "int32"),
        };
        edges.push([before, `${name}.delay${delay}`], [`${name}.delay${delay}`, `${name}.weights${delay}`]);
      }
    }
    const neuron = folded ? lif({ tau, decayInput: false }) : li({ tau, decayInput: false });
    nodes[name] = { kind: "neurons", shape: [outputs], neuron };
    before = name;
  }
  nodes.output = { kind: "output", shape: [classes] };
  edges.push([before, "output"]);
  return { nodes, edges, dt };
}

/** Steps that each layer runs for an input of so many: every layer hears the one before it out. */
export function layerSteps(settings: DelayNetSettings, steps: number): Readonly<Record<string, number>> {
  const tail = halfDelay(settings.maxDelay);
  return Object.fromEntries(
    [...settings.hidden, settings.classes].map((_, k) => [`layer${k + 1}`, steps + (k + 1) * tail]),
  );
}
