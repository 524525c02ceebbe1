/** @file Figures: the network of one judgement, and how agreement and cost grow with its size. */

import type { GraphFigure, Panels, PlotFigure } from "../../../plot/index.ts";
import type { Judgement } from "./judgement.ts";
import type { Review } from "./review.ts";

/** Mean of score 1 − score 2. */
function difference(reviews: readonly Review[]): number {
  return reviews.reduce((sum, { scores }) => sum + scores[0] - scores[1], 0) / reviews.length;
}

const signed = (points: number) => (points < 0 ? "−" : "+") + Math.abs(points).toFixed(1);

/** Thin beside its own reviews, which are 1. */
const othersWeight = 0.15;

/**
 * A judgement as a network: a column of neurons for each layer, an edge where a neuron read another one's reviews, colours by how far a neuron
 * puts the first answer ahead; the mean scores and the verdict below.
 * @param window as the evaluator had it
 */
export function reviewNetwork(judgement: Judgement, window: 2 | "all" = "all"): GraphFigure {
  const { reviews, roles, score, verdict } = judgement;
  const layers = Math.max(...reviews.map(({ layer }) => layer));
  const places = Array.from({ length: layers }, (_, l) =>
    roles.map((role, neuron) => ({ layer: l + 1, neuron, role })),
  ).flat();
  const id = (layer: number, neuron: number) => `${layer}:${neuron}`;
  const neurons = places.map(({ layer, neuron, role }) => {
    const value = difference(reviews.filter((review) => review.layer === layer && review.neuron === neuron));
    const label = layer === 1 ? `${role} ${signed(value)}` : signed(value);
    return { id: id(layer, neuron), x: layer, y: neuron, label, value };
  });
  const edges = places.flatMap(({ layer, neuron }) =>
    roles.flatMap((_, other) =>
      layer === 1 || (window !== "all" && Math.abs(other - neuron) >= window)
        ? []
        : [{ from: id(layer - 1, other), to: id(layer, neuron), weight: other === neuron ? 1 : othersWeight }],
    ),
  );
  const says = verdict === "tie" ? "a tie" : `answer ${verdict} is better`;
  const means = {
    id: "means",
    x: (1 + layers) / 2,
    y: roles.length + 0.5,
    label: `means ${score[0].toFixed(2)} and ${score[1].toFixed(2)}: ${says}`,
    value: score[0] - score[1],
  };
  const farthest = Math.max(1, ...neurons.map(({ value }) => Math.abs(value)));
  return {
    kind: "graph",
    caption:
      "Each node is a reviewer in its role, layer by layer; each edge leads to one who read its reviews, thick to itself. The colour and the number tell by how many points it puts the first answer ahead, over both orders.",
    nodes: [...neurons, means],
    edges,
    directed: true,
    color: { label: "score 1 − score 2 (points)", scheme: "diverging", domain: [-farthest, farthest] },
    height: 80 + 48 * (roles.length + 1),
  };
}

export interface GridPoint {
  readonly width: number;
  readonly layers: number;
  readonly kappa: number;
  /** Of prompts and replies, per pair. */
  readonly tokens: number;
}

/** Agreement and cost of networks of all widths and depths, side by side. */
export function sizeCurves(points: readonly GridPoint[], single: GridPoint, caption: string): Panels {
  const rows = points.map(({ layers, ...rest }) => ({ ...rest, depth: layers === 1 ? "1 layer" : `${layers} layers` }));
  const widths = [...new Set(points.map(({ width }) => width))];
  const curve = (y: "kappa" | "tokens", label: string, rest: Partial<PlotFigure>): PlotFigure => ({
    kind: "plot",
    caption: "",
    marks: [
      { mark: "ruleY", data: [{ y: single[y] }], y: "y", stroke: "grey", strokeDasharray: "4 3" },
      { mark: "line", data: rows, x: "width", y, stroke: "depth" },
      { mark: "dot", data: rows, x: "width", y, fill: "depth" },
    ],
    x: { label: "width (neurons per layer)", type: "point", domain: widths },
    y: { label, grid: true },
    color: { label: "depth" },
    width: 420,
    ...rest,
  });
  return {
    kind: "panels",
    columns: 2,
    caption,
    panels: [
      curve("kappa", "Cohen's κ with people", { caption: "Agreement. Dashed: a single review in one order." }),
      curve("tokens", "words per pair", {
        caption: "Cost, in words of prompts and replies. Dashed: a single review.",
        y: { label: "words per pair", type: "log", grid: true },
      }),
    ],
  };
}

/** Accuracy of each arm, as bars. */
export function accuracyBars(
  arms: readonly { readonly arm: string; readonly accuracy: number }[],
  caption: string,
): PlotFigure {
  const data = arms.map(({ arm, accuracy }) => ({ arm, accuracy }));
  return {
    kind: "plot",
    caption,
    marks: [
      { mark: "barX", data, x: "accuracy", y: "arm", fill: "blue" },
      { mark: "text", data, x: "accuracy", y: "arm", text: "accuracy", dx: 4, textAnchor: "start" },
      { mark: "ruleX", data: [0] },
    ],
    x: { label: "accuracy (share of pairs judged as people do)", domain: [0, 1] },
    y: { label: "", type: "band", domain: arms.map(({ arm }) => arm) },
    width: 720,
  };
}
