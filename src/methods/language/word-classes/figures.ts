/** @file The pictures: discrimination along the depth of networks, and the map of contexts. */

import type { Tensor } from "../../../graph/index.ts";
import type { Figure, Row } from "../../../plot/index.ts";
import type { ContextStates } from "./context-states.ts";
import type { LayerReading } from "./read-layers.ts";

export interface Line {
  readonly name: string;
  readonly readings: readonly LayerReading[];
}

const views = {
  next: "next word",
  conditional: "next word, within classes of the last word",
  last: "last word",
} as const;

/** More layers stand over each other: beside each other their names would. */
const mostBeside = 8;

/** One line for each network, in three views; with the band of permuted labels where it is known. */
export function depthFigure(lines: readonly Line[], layers: readonly string[], caption: string): Figure {
  const rows: Row[] = lines.flatMap(({ name, readings }) =>
    readings.flatMap(({ layer, next, conditional, last }) => [
      { layer, network: name, labels: views.next, gdv: next },
      { layer, network: name, labels: views.conditional, gdv: conditional },
      { layer, network: name, labels: views.last, gdv: last },
    ]),
  );
  const band: Row[] = lines.flatMap(({ readings }) =>
    readings.flatMap(({ layer, band: b }) => (b ? [{ layer, labels: views.next, low: b.low, high: b.high }] : [])),
  );
  const deep = layers.length > mostBeside;
  const view = { label: "labels: class of the …", domain: Object.values(views) };
  const by = deep ? { fy: "labels" } : { fx: "labels" };
  return {
    kind: "plot",
    title: "How far classes of words are apart, layer by layer",
    caption,
    x: { label: "layer", type: "point", domain: layers },
    y: { label: "generalized discrimination value (−1: separate, 0: mixed)", grid: true },
    ...(deep ? { fy: view, height: 720 } : { fx: view }),
    color: { label: "network" },
    width: 900,
    marks: [
      { mark: "areaY", data: band, x: "layer", y1: "low", y2: "high", ...by, fill: "grey", fillOpacity: 0.35 },
      { mark: "ruleY", data: [0] },
      { mark: "line", data: rows, x: "layer", y: "gdv", ...by, stroke: "network", marker: "dot" },
    ],
  };
}

/** Contexts as points. @param points [contexts, 2] */
export function mapFigure(
  points: Tensor,
  { contexts, nextWords, next }: Pick<ContextStates, "contexts" | "nextWords" | "next">,
  stress: number,
): Figure {
  const p = points.numbers();
  const rows: Row[] = contexts.map((words, i) => ({
    x: p[2 * i],
    y: p[2 * i + 1],
    class: next[i],
    words: `${words.join(" ")} → ${nextWords[i]}`,
  }));
  return {
    kind: "plot",
    title: "A map of contexts",
    caption: `Each point is what the tanh layer holds of nine words; its colour is the class of the tenth, which the network has not seen. Distances are those of the layer as well as two dimensions allow (stress ${stress.toFixed(2)}).`,
    x: { label: "first dimension (halved deviations)" },
    y: { label: "second dimension (halved deviations)" },
    color: { label: "class of the next word" },
    equalUnits: true,
    marks: [{ mark: "dot", data: rows, x: "x", y: "y", fill: "class", r: 3, title: "words" }],
  };
}
