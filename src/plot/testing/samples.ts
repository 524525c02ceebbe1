/** @file A figure of every kind, for tests. */

import { Rng } from "../../graph/index.ts";
import type { Figure, GraphFigure, HeatMap, ImageGrid, Panels, PlotFigure, Raster, TextFigure } from "../figure.ts";

const rng = new Rng(7);
const arms = ["learned delays", "fixed delays", "no delays"];
const curves = arms.flatMap((arm, a) =>
  Array.from({ length: 30 }, (_, epoch) => {
    const accuracy = 0.95 - 0.1 * a - 0.6 * Math.exp(-epoch / (8 + 3 * a));
    return { arm, epoch, accuracy, low: accuracy - 0.03, high: accuracy + 0.03 };
  }),
);

export const lines: PlotFigure = {
  kind: "plot",
  title: "Accuracy of three arms",
  caption: "Means over seeds, with one standard deviation.",
  marks: [
    { mark: "areaY", data: curves, x: "epoch", y1: "low", y2: "high", fill: "arm" },
    { mark: "line", data: curves, x: "epoch", y: "accuracy", stroke: "arm" },
    { mark: "ruleY", data: [0.5], strokeDasharray: "4 3" },
  ],
  x: { label: "epoch" },
  y: { label: "accuracy (%)", tickFormat: ".0%" },
  color: { label: "arm" },
};

export const bars: PlotFigure = {
  kind: "plot",
  title: "Energy by layer",
  caption: "Long names are turned.",
  marks: [
    {
      mark: "barY",
      data: ["convolution 1", "convolution 2", "attention of block 1", "attention of block 2", "head"].flatMap(
        (layer) => ["accumulate", "multiply"].map((op) => ({ layer, op, energy: 5 + 40 * rng.random() })),
      ),
      x: "layer",
      y: "energy",
      fill: "op",
    },
  ],
  x: { label: "layer" },
  y: { label: "energy (nJ)" },
};

export const lyingBars: PlotFigure = {
  kind: "plot",
  caption: "Names at the side have the room that they need.",
  marks: [
    {
      mark: "barX",
      data: ["canonical correlation analysis (150 dimensions)", "ours", "untrained"].map((matcher, i) => ({
        matcher,
        recall: 0.9 - 0.2 * i,
      })),
      x: "recall",
      y: "matcher",
    },
  ],
  x: { label: "recall at 1 (%)", tickFormat: ".0%" },
};

export const dots: PlotFigure = {
  kind: "plot",
  title: "Accuracy and cost",
  caption: "Wider is better, and dearer.",
  marks: [
    {
      mark: "dot",
      data: Array.from({ length: 60 }, () => ({
        cost: 10 ** (3 + 4 * rng.random()),
        accuracy: rng.random(),
        width: rng.int(1, 17),
      })),
      x: "cost",
      y: "accuracy",
      fill: "width",
    },
  ],
  x: { label: "multiply-adds", type: "log", tickFormat: "~s" },
  y: { label: "accuracy (%)" },
  color: { label: "width (channels)" },
};

export const symbols: PlotFigure = {
  kind: "plot",
  caption: "Colour and symbol say the same.",
  marks: [
    {
      mark: "dot",
      data: Array.from({ length: 30 }, (_, i) => ({ x: rng.random(), y: rng.random(), arm: arms[i % 3] })),
      x: "x",
      y: "y",
      stroke: "arm",
      symbol: "arm",
    },
    {
      mark: "text",
      data: [{ x: 1, y: 0.5, what: "a label at the far end" }],
      x: "x",
      y: "y",
      text: "what",
      textAnchor: "start",
      dx: 6,
    },
  ],
  x: { label: "first component" },
  y: { label: "second component" },
};

export const facets: PlotFigure = {
  kind: "plot",
  caption: "Small multiples.",
  marks: [
    {
      mark: "line",
      data: curves.flatMap((row) => ["layer 1", "layer 2"].map((layer) => ({ ...row, layer }))),
      x: "epoch",
      y: "accuracy",
      fx: "arm",
      fy: "layer",
      stroke: "arm",
    },
  ],
  x: { label: "epoch" },
  y: { label: "accuracy" },
  fx: { label: "arm" },
};

const words = "the old man the boats".split(" ");
export const attention: HeatMap = {
  kind: "heat-map",
  title: "Attention",
  caption: "Each word looks back.",
  values: words.map((_, i) => words.map((_, j) => (j > i ? null : rng.random()))),
  rows: words,
  columns: words,
  x: "key",
  y: "query",
  decimals: 2,
  color: { label: "attention weight" },
};

export const weights: HeatMap = {
  kind: "heat-map",
  caption: "Waves.",
  values: Array.from({ length: 64 }, (_, i) =>
    Array.from({ length: 128 }, (_, j) => Math.sin(i / 6) * Math.cos(j / 9)),
  ),
  xRange: [0, 3],
  x: "time (s)",
  y: "neuron",
  color: { label: "weight", scheme: "diverging" },
  marks: [{ mark: "ruleX", data: [1.2], stroke: "ink" }],
};

export const raster: Raster = {
  kind: "raster",
  title: "Spikes",
  caption: "Two groups.",
  neurons: Array.from({ length: 500 }, () => rng.int(0, 50)),
  times: Array.from({ length: 500 }, () => 400 * rng.random()),
  neuronCount: 50,
  duration: 400,
  unit: "ms",
  groups: [
    { name: "excitatory", from: 0, to: 40 },
    { name: "inhibitory", from: 40, to: 50 },
  ],
};

export const images: ImageGrid = {
  kind: "images",
  title: "Prototypes",
  caption: "Six of them.",
  columns: 4,
  images: Array.from({ length: 6 }, (_, n) => ({
    label: `unit ${n}`,
    width: 12,
    height: 12,
    values: Array.from({ length: 144 }, (_, i) => Math.cos((n + 1) * i)),
  })),
  scheme: "diverging",
  label: "weight",
};

export const graph: GraphFigure = {
  kind: "graph",
  title: "A small network",
  caption: "Who speaks to whom.",
  nodes: ["author", "reviewer", "editor"].flatMap((group, x) =>
    Array.from({ length: 3 }, (_, y) => ({ id: `${group} ${y}`, x, y, label: `${group} ${y}`, group })),
  ),
  edges: Array.from({ length: 5 }, (_, i) => ({
    from: `author ${i % 3}`,
    to: `reviewer ${(2 * i) % 3}`,
    weight: i - 2,
  })),
  directed: true,
};

export const text: TextFigure = {
  kind: "text",
  title: "What the last word attends to",
  caption: "Darker is more.",
  tokens: [...words, ..."on the quiet sea and come home when the wind has turned again".split(" ")].map((word) => ({
    text: `${word} `,
    value: rng.random(),
  })),
  color: { label: "attention weight" },
};

export const panels: Panels = {
  kind: "panels",
  title: "A trial",
  caption: "Spikes, and how well it went.",
  columns: 1,
  panels: [raster, lines],
};

export const samples: Readonly<Record<string, Figure>> = {
  lines,
  bars,
  lyingBars,
  dots,
  symbols,
  facets,
  attention,
  weights,
  raster,
  images,
  graph,
  text,
  panels,
};
