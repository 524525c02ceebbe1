/** @file Pictures of what was found. */

import type { Figure, HeatMap, Row } from "../../../plot/index.ts";
import { type Matrix, rowsOf } from "../matrix.ts";
import type { Cumulated } from "./cumulativity.ts";
import type { RelationMatrix } from "./effects.ts";
import type { Overlap } from "./overlap.ts";
import { type Found, topNeurons } from "./rank.ts";

/** What each relation loses without the neurons of each. */
export function matrixFigure(found: Found, { nllRise, accuracyLost, k }: RelationMatrix): Figure {
  const panel = (title: string, matrix: Matrix, label: string): HeatMap => ({
    kind: "heat-map",
    title,
    caption: "Rows: whose neurons are off. Columns: what is asked for.",
    values: rowsOf(matrix).map((row) => Array.from(row)),
    rows: found.relations,
    columns: found.relations,
    x: "relation asked for",
    y: "relation switched off",
    color: { label, scheme: "diverging" },
    decimals: 2,
    height: 340,
  });
  return {
    kind: "panels",
    columns: 1,
    title: `Without the ${k} neurons of a relation`,
    caption:
      "The diagonal is what a relation loses without its own neurons. Cells of the other colour are relations that others were in the way of.",
    panels: [
      panel("how much less likely the object becomes", nllRise, "rise of −ln p of the object (nats)"),
      panel("accuracy that is lost", accuracyLost, "accuracy lost"),
    ],
  };
}

/** How effects grow with the number of neurons. */
export function curvesFigure(steps: readonly Cumulated[]): Figure {
  const named = [
    ["own", "the relation's own"],
    ["others", "another relation's"],
    ["random", "random"],
  ] as const;
  const panel = (title: string, label: string, of: (step: Cumulated) => Cumulated["nllRise"]): Figure => ({
    kind: "plot",
    title,
    caption: "Means over relations.",
    x: { label: "neurons off", type: "log", ticks: 5, tickFormat: "~s" },
    y: { label, grid: true },
    color: {
      label: "neurons",
      domain: named.map(([, name]) => name),
      range: ["blue", "orange", "grey"],
    },
    width: 360,
    height: 300,
    marks: [
      { mark: "ruleY", data: [0] },
      {
        mark: "line",
        data: named.flatMap(([key, neurons]) =>
          steps.map((step): Row => ({ k: step.k, loss: of(step)[key], neurons })),
        ),
        ...{ x: "k", y: "loss", stroke: "neurons", marker: "dot" },
      },
    ],
  });
  return {
    kind: "panels",
    columns: 2,
    title: "The more neurons are off, the more is lost",
    caption: "Of a relation's own neurons few suffice; without those of others, or random ones, it loses less.",
    panels: [
      panel("how much less likely the object becomes", "rise of −ln p (nats)", ({ nllRise }) => nllRise),
      panel("accuracy", "accuracy lost", ({ accuracyLost }) => accuracyLost),
    ],
  };
}

/** Where the neurons of each relation are. */
export function placesFigure(found: Found, k = found.k): Figure {
  const columns = found.maps.map(
    ({ layer, expert, kind }) => `${layer}${expert === undefined ? "" : `.${expert}`} ${kind}`,
  );
  return {
    kind: "heat-map",
    title: "Where a relation's neurons are",
    caption: `Of the first ${k} neurons of each relation, how many are in each layer's gate, up and down projection.`,
    values: found.relations.map((_, r) => {
      const top = topNeurons(found, r, { k });
      return found.maps.map(({ tensor }) => top.filter((neuron) => neuron.tensor === tensor).length);
    }),
    rows: found.relations,
    columns,
    x: "layer and projection",
    y: "relation",
    color: { label: "neurons" },
    decimals: 0,
    height: 260,
  };
}

/** Which relations share neurons. */
export function overlapFigure(found: Found, { shared, expected, k }: Overlap): Figure {
  return {
    kind: "heat-map",
    title: "Neurons that relations share",
    caption: `Of the first ${k} neurons of each; by chance two relations would share ${expected.toFixed(1)}.`,
    values: rowsOf(shared).map((row, i) => Array.from(row, (v, j) => (i === j ? null : v))),
    rows: found.relations,
    columns: found.relations,
    x: "relation",
    y: "relation",
    color: { label: "shared neurons" },
    decimals: 0,
    height: 300,
  };
}
