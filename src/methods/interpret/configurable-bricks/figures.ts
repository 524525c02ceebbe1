/** @file Figures: which neuron serves what, what is lost with it, and the loss against the share of neurons that are run. */

import type { Figure, Row } from "../../../plot/index.ts";
import type { BrickPlan } from "./partition.ts";
import type { Perturbation } from "./perturbation.ts";
import type { SparsityCurve } from "./sparsity.ts";

const palette = ["blue", "orange", "green", "purple", "amber", "sky", "olive"];
const shared = "shared";

/** Every neuron of a plan by function, layer by layer; those of one brick stand together. */
export function neuronMap({ layers }: BrickPlan): Figure {
  const names = [...new Set(layers.flatMap(({ bricks }) => bricks.map(({ name }) => name)))];
  const rows: Row[] = layers.flatMap(({ name, bricks, shared: common }) => {
    const groups = [...bricks, { name: shared, neurons: common }];
    const ordered = groups.flatMap((brick) => brick.neurons.map((neuron) => ({ brick: brick.name, neuron })));
    return ordered.map(({ brick, neuron }, place) => ({
      layer: name,
      from: place,
      to: place + 1,
      brick,
      title: `${name}:${neuron} ${brick}`,
    }));
  });
  return {
    kind: "plot",
    title: "Neurons by function",
    caption:
      "Each stripe is a neuron, coloured by the function for which its activity is most telling; grey ones tell no function better than chance does, and are shared.",
    x: { label: "neurons of the layer, those of a brick side by side" },
    y: { label: "layer", type: "band", domain: layers.map(({ name }) => name) },
    color: {
      label: "function",
      domain: [...names, shared],
      range: [...names.map((_, i) => palette[i % palette.length]), "grey"],
    },
    width: 860,
    height: 90 + 46 * layers.length,
    marks: [
      {
        mark: "barX",
        data: rows,
        y: "layer",
        x1: "from",
        x2: "to",
        fill: "brick",
        title: "title",
        inset: 0,
        insetTop: 3,
        insetBottom: 3,
      },
    ],
  };
}

/** Rises of perplexity by pruned and tested function, with the random control as the last row. */
export function perturbationFigure({ pruned, tested, rise, random }: Perturbation): Figure {
  return {
    kind: "heat-map",
    title: "What is lost with a function's neurons",
    caption:
      "Rise of perplexity on each function (columns) when the neurons that are most telling for one (rows) are at zero. The last row takes as many neurons at random.",
    values: [...rise, random],
    rows: [...pruned, "random"],
    columns: tested,
    x: "tested on",
    y: "pruned",
    color: { label: "rise of perplexity (%)", scheme: "sequential" },
    decimals: 1,
  };
}

/** One way to choose neurons: the rise of the loss by the share of neurons that are run. */
export interface LossByShare {
  readonly name: string;
  readonly points: readonly { readonly share: number; readonly rise: number }[];
  readonly dashed?: boolean;
}

export function lossFigure(curves: readonly LossByShare[], title: string, caption: string): Figure {
  const names = [...new Set(curves.map(({ name }) => name))];
  const rows = (dashed: boolean): Row[] =>
    curves
      .filter((curve) => Boolean(curve.dashed) === dashed)
      .flatMap(({ name, points }) => points.map(({ share, rise }) => ({ share: 100 * share, rise, name })));
  const line = (dashed: boolean) => ({
    ...{ mark: "line" as const, data: rows(dashed), x: "share", y: "rise", stroke: "name" },
    ...(dashed && { strokeDasharray: "4 3" }),
  });
  return {
    kind: "plot",
    title,
    caption,
    x: { label: "neurons that are run (%)" },
    y: { label: "rise of the loss (nats per token)", grid: true },
    color: {
      label: "",
      domain: names,
      range: names.map((_, i) => palette[i % palette.length]),
    },
    width: 640,
    height: 340,
    marks: [
      line(false),
      line(true),
      { mark: "dot", data: [...rows(false), ...rows(true)], x: "share", y: "rise", fill: "name", r: 3 },
      { mark: "ruleY", data: [0] },
    ],
  };
}

/** Masking token by token, by both indicators: mean over functions. */
export function sparsityFigure(curves: readonly SparsityCurve[]): Figure {
  return lossFigure(
    curves.map(({ by, masks, loss }) => ({
      name: by === "activation" ? "|a|" : "|a|·‖o‖",
      points: masks.map((mask, m) => ({
        share: 1 - mask,
        rise: loss[m].reduce((sum, value, f) => sum + (value - loss[0][f]) / loss[m].length, 0),
      })),
    })),
    "How many neurons a token needs",
    "At each token and in each layer the neurons with the smallest values are masked: by their activation, or by how much they write.",
  );
}
