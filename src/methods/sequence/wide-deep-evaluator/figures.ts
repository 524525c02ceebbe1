/** @file Figures: the network of one judgement, and how agreement and cost grow with its size. */

import type { Panels, PlotFigure, Row } from "../../../plot/index.ts";
import type { Judgement } from "./judgement.ts";
import type { Review } from "./review.ts";

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Orange, grey, blue: told apart by all, on light and on dark ground. */
const differenceColours = ["#d9711c", "#9a9a9a", "#2b7bba"];

const placeOf = ({ layer, neuron }: Pick<Review, "layer" | "neuron">): Place => ({ x: layer, y: neuron });

/** Mean of score 1 − score 2 over a neuron's reviews. */
function difference(reviews: readonly Review[]): number {
  return reviews.reduce((sum, { scores }) => sum + scores[0] - scores[1], 0) / reviews.length;
}

/**
 * A judgement as a network: neurons in columns by layer, an edge for each neuron whose reviews another one read, coloured by how far they put
 * the first answer ahead; the verdict below.
 * @param window as the evaluator had it
 */
export function reviewNetwork(judgement: Judgement, window: 2 | "all" = "all"): PlotFigure {
  const { reviews, roles, score, verdict } = judgement;
  const layers = Math.max(...reviews.map(({ layer }) => layer));
  const neurons: Row[] = [];
  const edges: Row[] = [];
  for (let layer = 1; layer <= layers; layer++)
    for (const neuron of roles.keys()) {
      const mine = reviews.filter((review) => review.layer === layer && review.neuron === neuron);
      const ahead = difference(mine);
      neurons.push({ ...placeOf({ layer, neuron }), ahead, said: (ahead > 0 ? "+" : "") + ahead.toFixed(1) });
      if (layer === 1) continue;
      for (const other of roles.keys()) {
        if (window !== "all" && Math.abs(other - neuron) >= window) continue;
        const from = placeOf({ layer: layer - 1, neuron: other });
        edges.push({ x1: from.x, y1: from.y, x2: layer, y2: neuron });
      }
    }
  const widest = Math.max(1, ...neurons.map(({ ahead }) => Math.abs(Number(ahead))));
  const names = roles.map((role, neuron) => ({ x: 1, y: neuron, role }));
  const means = `mean scores ${score[0].toFixed(2)} and ${score[1].toFixed(2)}: ${verdict === "tie" ? "a tie" : `answer ${verdict} is better`}`;
  return {
    kind: "plot",
    caption: `Each dot is a reviewer in its role, each line a review that another one read; the colour tells by how many points it puts the first answer ahead. ${means}.`,
    marks: [
      { mark: "link", data: edges, x1: "x1", y1: "y1", x2: "x2", y2: "y2", stroke: "#9a9a9a", strokeOpacity: 0.4 },
      { mark: "dot", data: neurons, x: "x", y: "y", r: 16, fill: "ahead" },
      { mark: "text", data: neurons, x: "x", y: "y", text: "said", fill: "white", fontWeight: "bold" },
      { mark: "text", data: names, x: "x", y: "y", text: "role", dx: -22, textAnchor: "end" },
      {
        mark: "text",
        data: [{ x: layers, y: roles.length, means }],
        x: "x",
        y: "y",
        text: "means",
        textAnchor: "end",
        fontWeight: "bold",
      },
    ],
    x: { label: "layer", ticks: layers, tickFormat: "d", domain: [0.4, layers + 0.2] },
    y: { label: "role", reverse: true, ticks: 0, domain: [-0.6, roles.length + 0.3] },
    color: { label: "score 1 − score 2 (points)", domain: [-widest, 0, widest], range: differenceColours },
    width: 720,
    height: 80 + 52 * (roles.length + 1),
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
      { mark: "ruleY", data: [{ y: single[y] }], y: "y", stroke: "#9a9a9a", strokeDasharray: "4 3" },
      { mark: "line", data: rows, x: "width", y, stroke: "depth" },
      { mark: "dot", data: rows, x: "width", y, fill: "depth" },
    ],
    x: { label: "width (neurons per layer)", type: "point", domain: widths },
    y: { label, grid: true },
    color: { label: "depth", range: ["#d9711c", "#2b7bba", "#4d9a5b"] },
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
      { mark: "barX", data, x: "accuracy", y: "arm", fill: "#2b7bba" },
      { mark: "text", data, x: "accuracy", y: "arm", text: "accuracy", dx: 4, textAnchor: "start" },
      { mark: "ruleX", data: [0] },
    ],
    x: { label: "accuracy (share of pairs judged as people do)", domain: [0, 1] },
    y: { label: "", type: "band", domain: arms.map(({ arm }) => arm) },
    width: 720,
  };
}
