/** @file The experiment's pictures. */

import type { Figure, GraphFigure, PlotFigure } from "../../../../plot/index.ts";
import { maskGroups } from "../index.ts";
import { type Basis, bases, type Curve } from "./measure.ts";
import type { PictureNetwork } from "./pictures.ts";
import { nodeNames, type PublishedNetwork } from "./published.ts";

const words: Readonly<Record<Basis, string>> = { lib: "LIB", pca: "principal axes", neuron: "units" };
const basisColours = {
  domain: bases.map((basis) => words[basis]),
  range: ["blue", "orange", "grey"],
  label: "basis",
} as const;

/** The transformer before the logits, with the edges that keep its accuracy. */
export function graphFigure({ graph, edges }: PublishedNetwork): GraphFigure {
  const gaps = [0, 1].map((gap) => {
    const weights = graph.edges[gap];
    const groups = maskGroups(weights, edges.lib[gap].k);
    const kept = (i: number, j: number) => groups.some(({ inputs, outputs }) => outputs[i] === 1 && inputs[j] === 1);
    const all = [];
    for (let i = 1; i < weights.rows; i++)
      for (let j = 1; j < weights.columns; j++)
        if (kept(i, j)) all.push({ i, j, weight: weights.data[i * weights.columns + j] });
    return all;
  });
  const idOf = (node: number, direction: number) => `${nodeNames[node]} ${direction}`;
  const used = nodeNames.map((_, node) => {
    const out = gaps[node]?.map(({ j }) => j) ?? [];
    const into = gaps[node - 1]?.map(({ i }) => i) ?? [];
    return [...new Set([...out, ...into])].sort((a, b) => a - b);
  });
  const tallest = Math.max(...used.map(({ length }) => length));
  return {
    kind: "graph",
    caption: `The interaction graph of the published transformer, from left to right ${nodeNames.join(", ")}: directions in the order of their importance (the dot grows with its logarithm), and only the ${edges.lib[0].k} and ${edges.lib[1].k} edges that keep its test accuracy. Lines are as wide as the root of the edge's weight.`,
    nodes: used.flatMap((directions, node) =>
      directions.map((direction, place) => ({
        id: idOf(node, direction),
        x: node,
        y: ((place + 0.5) / directions.length) * tallest,
        group: nodeNames[node],
        size: 4 + Math.max(0, Math.log10(graph.layers[node].lambda[direction] / graph.layers[node].lambda[1]) + 6),
      })),
    ),
    edges: gaps.flatMap((gap, node) => {
      const largest = Math.max(...gap.map(({ weight }) => weight));
      return gap.map(({ i, j, weight }) => ({
        from: idOf(node, j),
        to: idOf(node + 1, i),
        weight: Math.sqrt(weight / largest),
      }));
    }),
    height: 460,
  };
}

function curveFigure(
  names: readonly string[],
  curves: Readonly<Record<Basis, readonly Curve[]>>,
  accuracy: number,
  caption: string,
): PlotFigure {
  const rows = bases.flatMap((basis) =>
    curves[basis].flatMap((curve, node) =>
      curve.map(([kept, score]) => ({ basis: words[basis], node: names[node], kept, score })),
    ),
  );
  const channels = { x: "kept", y: "score", stroke: "basis", fx: "node" };
  return {
    kind: "plot",
    caption,
    marks: [
      {
        mark: "ruleY",
        data: names.map((node) => ({ node, score: accuracy })),
        y: "score",
        fx: "node",
        stroke: "quiet",
      },
      { mark: "line", data: rows, ...channels, z: "basis" },
      { mark: "dot", data: rows, ...channels, r: 2.5 },
    ],
    x: { label: "directions kept, the constant one counted", type: "log", tickFormat: "~s" },
    y: { label: "test accuracy", domain: [0, 1], grid: true },
    fx: { label: "", domain: [...names] },
    color: basisColours,
    width: 760,
    height: 300,
  };
}

export function publishedCurves({ curves, accuracy }: PublishedNetwork): Figure {
  return curveFigure(
    nodeNames,
    curves,
    accuracy,
    "The published transformer with only the first directions of a node. The line is its accuracy with all of them; units are ordered by variance and set to their mean.",
  );
}

export function pictureCurves({ curves, accuracy }: PictureNetwork): Figure {
  return curveFigure(
    ["first hidden layer", "second hidden layer"],
    curves,
    accuracy,
    "The MLP of pictures with only the first directions of a hidden layer. Variance tells little about what the next layer reads.",
  );
}

export function waveFigure({ waves, modulus }: PublishedNetwork): Figure {
  return {
    kind: "images",
    caption:
      "The first directions of two nodes over all sums: a from top to bottom, b from left to right. After attention they are made of waves in a and in b, after the MLP (before unembedding) of waves in a + b.",
    columns: 3,
    scaled: "each",
    scheme: "diverging",
    label: "coordinate in the local interaction basis, each on its own scale",
    images: waves.map(({ name, values }) => ({
      label: name,
      width: modulus,
      height: modulus,
      values: Array.from(values, (value) => Number(value.toPrecision(3))),
    })),
  };
}
