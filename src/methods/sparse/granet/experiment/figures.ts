/** @file The pictures: densities while a network trains, when it recovers from pruning, which pixels it looks at. */

import type { Tensor } from "../../../../graph/index.ts";
import type { Figure } from "../../../../plot/index.ts";
import type { MaskRecord, PlasticityRow } from "../index.ts";
import { percent } from "./stage.ts";

/** Densities over the steps, all layers and each; below, connections pruned and exchanged at each update. */
export function connectionsFigure(history: readonly MaskRecord[]): Figure {
  const densities = history.flatMap(({ step, density, perLayer }) => [
    { step, layer: "all", density },
    ...Object.entries(perLayer).map(([layer, share]) => ({ step, layer, density: share })),
  ]);
  const flows = history.flatMap(({ step, pruned, grown }) => [
    { step, what: "pruned", connections: pruned },
    { step, what: "exchanged", connections: grown },
  ]);
  const x = { label: "training step" };
  return {
    kind: "panels",
    columns: 1,
    title: "Connections while a network trains",
    caption:
      "Above: the density falls along a cubic to its final value at half of training; one threshold for all layers leaves small layers denser. Below: connections that go for good, and connections that are exchanged.",
    panels: [
      {
        kind: "plot",
        caption: "Share of entries that are connections.",
        x,
        y: { label: "density (log)", type: "log", grid: true, tickFormat: ".1%" },
        color: { label: "weight" },
        marks: [{ mark: "line", data: densities, x: "step", y: "density", stroke: "layer", strokeWidth: 1.5 }],
        height: 260,
      },
      {
        kind: "plot",
        caption: "Connections at each update of the masks.",
        x,
        y: { label: "connections (square root)", type: "sqrt", grid: true },
        color: { label: "at an update" },
        marks: [
          { mark: "ruleY", data: [0] },
          { mark: "line", data: flows, x: "step", y: "connections", stroke: "what", curve: "step-after" },
        ],
        height: 180,
      },
    ],
  };
}

/** Two heat maps: accuracy after recovery, without and with regeneration. */
export function plasticityFigure(rows: readonly (PlasticityRow & { readonly epoch: number })[]): Figure {
  const epochs = [...new Set(rows.map(({ epoch }) => epoch))];
  const densities = [...new Set(rows.map(({ density }) => density))];
  const all = rows.map(({ accuracy }) => accuracy);
  const domain = [Math.floor(Math.min(...all)), Math.ceil(Math.max(...all))] as const;
  const panel = (title: string, wanted: (regenerated: number) => boolean): Figure => ({
    kind: "heat-map",
    title,
    caption: "Test accuracy after recovery.",
    x: "pruned at epoch",
    y: "density",
    columns: epochs,
    rows: densities.map(percent),
    values: densities.map((density) =>
      epochs.map(
        (epoch) =>
          rows.find((row) => row.epoch === epoch && row.density === density && wanted(row.regenerated))?.accuracy ??
          null,
      ),
    ),
    color: { label: "accuracy (%)", scheme: "sequential", domain },
  });
  return {
    kind: "panels",
    columns: 2,
    title: "Pruning plasticity",
    caption:
      "How accurate a network is that was pruned once and trained on for a quarter of training, by when it was pruned. It recovers while the learning rate is high: not from random weights, and less once the rate has fallen.",
    panels: [panel("without regeneration", (share) => share === 0), panel("with regeneration", (share) => share > 0)],
  };
}

/** How many connections each pixel has. @param mask of the first layer, [784, hidden] */
export function pixelFigure(mask: Tensor): Figure {
  const [pixels, hidden] = mask.shape;
  const side = Math.sqrt(pixels);
  const bits = mask.numbers();
  const degree = (pixel: number) =>
    bits.subarray(pixel * hidden, (pixel + 1) * hidden).reduce((sum, bit) => sum + bit, 0);
  return {
    kind: "heat-map",
    title: "What the network looks at",
    caption:
      "Connections of each pixel after training at 2 % density: pixels towards the corners, which are black in most pictures, have lost theirs.",
    x: "column (pixels)",
    y: "row (pixels)",
    values: Array.from({ length: side }, (_, row) =>
      Array.from({ length: side }, (_, column) => degree(row * side + column)),
    ),
    color: { label: "connections", scheme: "sequential" },
  };
}
