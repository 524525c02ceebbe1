/** @file Pictures of a trained network: its delays, how it learned, and how delays bring spikes together. */

import type { Tensor } from "../../../graph/index.ts";
import type { Figure, Row } from "../../../plot/index.ts";
import type { DelayNet } from "./index.ts";

/** How many synapses have each delay, before and after training, layer by layer. */
export function delayHistogram(before: DelayNet, after: DelayNet): Figure {
  const { maxDelay, dt } = after.settings;
  const rows = (net: DelayNet, when: string): Row[] =>
    net.layers.flatMap((layer, k) => {
      const counts = new Array<number>(maxDelay).fill(0);
      for (const delay of layer.delays()) counts[delay]++;
      const name = k === net.layers.length - 1 ? "read-out" : `layer ${k + 1}`;
      return counts.map((count, delay) => ({
        layer: name,
        when,
        delay: delay * dt,
        share: count / (layer.inputs * layer.outputs),
      }));
    });
  return {
    kind: "plot",
    title: "Delays before and after training",
    caption: "They begin evenly spread. What has grown are the delays that the task asks for.",
    marks: [
      {
        mark: "line",
        data: [...rows(before, "before"), ...rows(after, "after")],
        x: "delay",
        y: "share",
        stroke: "when",
        fx: "layer",
        marker: "dot",
      },
    ],
    x: { label: "delay (ms)" },
    y: { label: "share of synapses", tickFormat: ".0%", grid: true },
    color: { label: "training" },
    width: 720,
    height: 260,
  };
}

/** Every synapse of a layer as a dot: its delay as colour, its weight as size. */
export function delayMatrix(net: DelayNet, k: number): Figure {
  const { inputs, outputs, ...layer } = net.layers[k];
  const [delays, weights] = [layer.delays(), layer.weights()];
  const data = Array.from(
    delays,
    (delay, i): Row => ({
      input: i % inputs,
      output: Math.floor(i / inputs),
      delay: delay * net.settings.dt,
      weight: Math.abs(weights[i]),
    }),
  );
  return {
    kind: "plot",
    title: `Synapses of layer ${k + 1}`,
    caption: "Each dot is a synapse: the colour is its delay, the size the magnitude of its weight.",
    marks: [{ mark: "dot", data, x: "input", y: "output", fill: "delay", r: "weight", stroke: null }],
    x: { label: "input" },
    y: { label: "neuron" },
    color: { label: "delay (ms)", type: "linear" },
    width: Math.max(360, 9 * inputs + 80),
    height: Math.max(240, 9 * outputs + 60),
  };
}

/** One epoch of one arm. */
export interface CurvePoint {
  readonly arm: string;
  readonly epoch: number;
  /** Of whole delays, on the test set. */
  readonly accuracy: number;
  /** Steps. */
  readonly sigma: number;
}

/** Accuracy against epochs, and under it the width of the kernels. */
export function learningCurves(points: readonly CurvePoint[], dt: number): Figure {
  const data: Row[] = points.map(({ arm, epoch, accuracy, sigma }) => ({ arm, epoch, accuracy, sigma: sigma * dt }));
  const [first] = points.filter(({ arm }) => arm.includes("learned"));
  return {
    kind: "panels",
    columns: 1,
    title: "Learning",
    caption:
      "Above: test accuracy with whole delays after each epoch. Below: how wide the kernels are through which delays learn.",
    panels: [
      {
        kind: "plot",
        caption: "Test accuracy, delays rounded to whole steps",
        marks: [{ mark: "line", data, x: "epoch", y: "accuracy", stroke: "arm", marker: "dot" }],
        x: { label: "epoch" },
        y: { label: "test accuracy", tickFormat: ".0%", grid: true },
        color: { label: "delays" },
        height: 280,
      },
      {
        kind: "plot",
        caption: "Width σ of the kernels in training",
        marks: [{ mark: "line", data: data.filter(({ arm }) => arm === first?.arm), x: "epoch", y: "sigma" }],
        x: { label: "epoch" },
        y: { label: "σ (ms)", grid: true },
        height: 140,
      },
    ],
  };
}

/** Synapses in the picture of coincidences. */
const shown = 16;

/**
 * A word as it comes in, and as it arrives at one neuron: the spikes of its strongest excitatory synapses, each as late as its delay, under
 * the neuron's own spikes.
 * @param word [T, inputs] @param fired spikes of layer 1 [T', neurons]
 */
export function coincidences(net: DelayNet, word: Tensor, fired: Tensor): Figure {
  const { dt } = net.settings;
  const [steps, lines] = word.shape;
  const [{ inputs, outputs, ...layer }] = net.layers;
  const [delays, weights] = [layer.delays(), layer.weights()];
  const events = Array.from({ length: steps * lines }, (_, at) => at).filter((at) => word.data[at] !== 0);
  const neuron = busiest(fired, outputs);
  const strongest = Array.from({ length: inputs }, (_, i) => i)
    .sort((a, b) => weights[neuron * inputs + b] - weights[neuron * inputs + a])
    .slice(0, shown);
  const arrivals = strongest.flatMap((input, row) =>
    events
      .filter((at) => at % lines === input)
      .map((at) => ({ row: row + 1, t: Math.floor(at / lines) + delays[neuron * inputs + input] })),
  );
  const own = Array.from({ length: fired.shape[0] }, (_, t) => t).filter((t) => fired.data[t * outputs + neuron] !== 0);
  const duration = fired.shape[0] * dt;
  return {
    kind: "panels",
    columns: 2,
    title: "Delays bring spikes together",
    caption: `Left: a word, band by band. Right: the same spikes as they arrive at neuron ${neuron} of layer 1 through its ${shown} strongest excitatory synapses, under its own spikes (top row).`,
    panels: [
      {
        kind: "raster",
        caption: "The word",
        neurons: events.map((at) => at % lines),
        times: events.map((at) => Math.floor(at / lines) * dt),
        neuronCount: lines,
        duration,
        unit: "ms",
      },
      {
        kind: "raster",
        caption: "As it arrives",
        neurons: [...own.map(() => 0), ...arrivals.map(({ row }) => row)],
        times: [...own, ...arrivals.map(({ t }) => t)].map((t) => t * dt),
        neuronCount: shown + 1,
        duration,
        unit: "ms",
        groups: [
          { name: "the neuron", from: 0, to: 1 },
          { name: "arrivals", from: 1, to: shown + 1 },
        ],
      },
    ],
  };
}

/** The neuron that spikes most. */
function busiest(fired: Tensor, neurons: number): number {
  const counts = new Array<number>(neurons).fill(0);
  for (const [at, spike] of fired.numbers().entries()) counts[at % neurons] += spike;
  return counts.indexOf(Math.max(...counts));
}
