/** @file Figures that spiking methods share: rasters, membranes, rates, energy. */

import { CajalError, formatShape, type Tensor } from "../../graph/index.ts";
import type { Figure, Row } from "../../plot/index.ts";
import type { OperationReport } from "./energy.ts";

interface Words {
  readonly title?: string;
  /** What to see. */
  readonly caption: string;
}

/** Time steps and neurons of [T, neurons]. */
function sizes(name: string, { shape }: Tensor): readonly [number, number] {
  if (shape.length !== 2) throw new CajalError("shape", `${name}: [T, neurons] is needed, not ${formatShape(shape)}`);
  return [shape[0], shape[1]];
}

/** Spikes of neurons in time. @param spikes [T, neurons] */
export function rasterOf(spikes: Tensor, { dt, ...words }: Words & { readonly dt: number }): Figure {
  const [steps, count] = sizes("rasterOf", spikes);
  const events = Array.from({ length: spikes.size }, (_, at) => at).filter((at) => Number(spikes.data[at]) !== 0);
  return {
    kind: "raster",
    ...words,
    neurons: events.map((at) => at % count),
    times: events.map((at) => Math.floor(at / count) * dt),
    neuronCount: count,
    duration: steps * dt,
    unit: "ms",
  };
}

/** Membranes of a few neurons in time, with their threshold. @param membranes [T, neurons] @param unit of v: "mV"; none for models in steps */
export function membraneTrace(
  membranes: Tensor,
  {
    dt,
    threshold,
    unit,
    ...words
  }: Words & { readonly dt: number; readonly threshold: number; readonly unit?: string },
): Figure {
  const [, count] = sizes("membraneTrace", membranes);
  const data = Array.from(
    membranes.numbers(),
    (v, at): Row => ({ time: Math.floor(at / count) * dt, v, neuron: `neuron ${at % count}` }),
  );
  return {
    kind: "plot",
    ...words,
    marks: [
      { mark: "line", data, x: "time", y: "v", stroke: "neuron" },
      { mark: "ruleY", data: [threshold], strokeDasharray: "4 3" },
    ],
    x: { label: "time (ms)" },
    y: { label: unit === undefined ? "membrane v" : `membrane v (${unit})`, grid: true },
    color: {},
  };
}

/** How many neurons fire how often. @param spikes [T, neurons] */
export function rateHistogram(
  spikes: Tensor,
  { dt, bins = 20, ...words }: Words & { readonly dt: number; readonly bins?: number },
): Figure {
  const [steps, count] = sizes("rateHistogram", spikes);
  const fired = new Float64Array(count);
  for (const [at, spike] of spikes.numbers().entries()) fired[at % count] += spike;
  const hertz = fired.map((spikesOfOne) => (1000 * spikesOfOne) / (steps * dt));
  const width = Math.max(...hertz, 1e-9) / bins;
  const counts = new Array<number>(bins).fill(0);
  for (const rate of hertz) counts[Math.min(bins - 1, Math.floor(rate / width))]++;
  const data = counts.map((neurons, bin): Row => ({ from: bin * width, to: (bin + 1) * width, neurons }));
  return {
    kind: "plot",
    ...words,
    marks: [{ mark: "rectY", data, x1: "from", x2: "to", y: "neurons" }],
    x: { label: "firing rate (1/s)" },
    y: { label: "neurons", grid: true },
  };
}

/** Energy of each product: additions and multiplications. */
export function energyBars({ rows, neuronUpdates, picojoules }: OperationReport, words: Words): Figure {
  const perNeuron = picojoules - rows.reduce((sum, row) => sum + row.picojoules, 0);
  const data = [
    ...rows.map((row) => ({
      layer: row.name,
      nanojoules: row.picojoules / 1000,
      operations: row.input === "binary" ? "additions" : "multiplications",
    })),
    ...(neuronUpdates > 0 ? [{ layer: "neurons", nanojoules: perNeuron / 1000, operations: "multiplications" }] : []),
  ];
  return {
    kind: "plot",
    ...words,
    marks: [{ mark: "barX", data, x: "nanojoules", y: "layer", fill: "operations" }],
    x: { label: "energy (nJ)", grid: true },
    y: { label: "layer", type: "band", domain: data.map(({ layer }) => layer) },
    color: { label: "operations", domain: ["additions", "multiplications"] },
  };
}

/** One network in the picture of what accuracy costs. */
export interface CostPoint {
  readonly name: string;
  /** Additions at synapses per example. */
  readonly synapticOperations: number;
  readonly accuracy: number;
}

/** Accuracy against additions at synapses. */
export function costOfAccuracy(points: readonly CostPoint[], words: Words): Figure {
  const data = points.map((point): Row => ({ ...point }));
  return {
    kind: "plot",
    ...words,
    marks: [
      { mark: "dot", data, x: "synapticOperations", y: "accuracy", r: 5, fill: "currentColor" },
      { mark: "text", data, x: "synapticOperations", y: "accuracy", text: "name", dy: -10 },
    ],
    x: { label: "synaptic operations per example", type: "log", grid: true },
    y: { label: "accuracy", tickFormat: ".0%", grid: true },
  };
}
