/** @file Figures of decoded models: how clearly neurons stand for a word, what changed between models, whether clamps agree. */

import type { Figure, Row } from "../../../plot/index.ts";
import type { NeuronSide } from "../../../probe/index.ts";
import type { Comparison } from "./compare.ts";
import type { NeuronTable, NeuronWords } from "./decode.ts";
import { type ClampReading, validityOf } from "./validity.ts";

const colours = { domain: ["up", "gate", "down"], range: ["blue", "grey", "orange"] };

/** Room that the dots of a side take around their layer. */
const spread = 0.24;

/** Every neuron as a dot, by layer and specialisation; of both signs the clearer one. The page shows its words. */
export function neuronFigure({ neurons, model, sides }: NeuronTable): Figure {
  const clearer = new Map<string, NeuronWords>();
  for (const neuron of neurons) {
    const key = `${neuron.layer} ${neuron.expert} ${neuron.index} ${neuron.side}`;
    if ((clearer.get(key)?.score ?? Number.NEGATIVE_INFINITY) < neuron.score) clearer.set(key, neuron);
  }
  const rows: Row[] = [...clearer.values()].map((neuron) => ({
    layer:
      neuron.layer +
      (sides.indexOf(neuron.side) - (sides.length - 1) / 2) * spread +
      jitter(neuron.index) * 0.8 * spread,
    specialisation: neuron.score,
    side: neuron.side,
    words: `${neuron.layer}:${neuron.index} ${neuron.side}: ${neuron.words.slice(0, 5).join(" ")}`,
  }));
  const most = Math.max(...neurons.map(({ layer }) => layer));
  return {
    kind: "plot",
    title: `How clearly neurons of ${model} stand for a word`,
    caption:
      "Each dot is what a neuron reads (up, gate) or writes (down). High: its nearest word is far nearer than any other. Neurons of a layer stand beside each other by side.",
    x: { label: "layer", ticks: most + 1, tickFormat: "d" },
    y: { label: "specialisation (cosine of the nearest word − that of the next)", grid: true },
    color: { label: "side", ...colours },
    width: 860,
    marks: [
      {
        mark: "dot",
        data: rows,
        x: "layer",
        y: "specialisation",
        fill: "side",
        r: 1.8,
        fillOpacity: 0.6,
        title: "words",
      },
    ],
  };
}

/** −½ … ½, spread evenly. */
function jitter(index: number): number {
  return ((index * 0.6180339887498949) % 1) - 0.5;
}

/** Shares of neurons with the same first token as in another model, by layer. */
export function comparisonFigure(
  copies: readonly { readonly name: string; readonly up: Comparison; readonly down: Comparison }[],
): Figure {
  const rows: Row[] = copies.flatMap(({ name, up, down }) =>
    (["up", "down"] as const).flatMap((side) =>
      Array.from((side === "up" ? up : down).perLayer, (same, layer) => ({
        copy: name,
        side,
        layer: String(layer),
        same,
      })),
    ),
  );
  return {
    kind: "plot",
    title: "Neurons that still stand for the same token",
    caption:
      "Share of neurons whose first token is the same as in the pretrained model. Gentle fine-tuning leaves nearly all of them; a model trained from scratch shares no more than chance.",
    fx: { label: "layer" },
    x: { label: "side", domain: ["up", "down"] },
    y: { label: "share with the same first token", domain: [0, 1], grid: true },
    fy: { label: "" },
    color: { label: "side", domain: ["up", "down"], range: ["blue", "orange"], legend: false },
    width: 760,
    height: 420,
    marks: [
      { mark: "barY", data: rows, fx: "layer", fy: "copy", x: "side", y: "same", fill: "side" },
      { mark: "ruleY", data: [0] },
    ],
  };
}

/** By layer: whether the decoded token is among the most raised, of each side, and of another neuron. */
export function validityFigure(readings: readonly ClampReading[]): Figure {
  const layers = [...new Set(readings.map(({ layer }) => layer))].sort((a, b) => a - b);
  const sides = [...new Set(readings.map(({ side }) => side))];
  const rows = (of: (side: NeuronSide, layer: number) => number, name: (side: NeuronSide) => string): Row[] =>
    sides.flatMap((side) => layers.map((layer) => ({ layer, share: of(side, layer), decode: name(side) })));
  const at = (side: NeuronSide, layer: number) =>
    validityOf(readings.filter((one) => one.side === side && one.layer === layer));
  const own = rows(
    (side, layer) => at(side, layer).top10,
    (side) => side,
  );
  const controls: Row[] = layers.map((layer) => ({
    layer,
    share: at("down", layer).control,
    decode: "down, of another neuron",
  }));
  return {
    kind: "plot",
    title: "What is decoded, and what a clamp does",
    caption:
      "Share of clamps of which the first decoded token is among the 10 most raised of all. In this small model the side that a neuron writes with tells it, not the one that it reads with.",
    x: { label: "layer", ticks: layers.length, tickFormat: "d" },
    y: { label: "share among the 10 most raised tokens", domain: [0, 1], grid: true },
    color: {
      label: "decode",
      domain: [...colours.domain, "down, of another neuron"],
      range: [...colours.range, "purple"],
    },
    marks: [
      { mark: "ruleY", data: [0] },
      { mark: "line", data: [...own, ...controls], x: "layer", y: "share", stroke: "decode", marker: "dot" },
    ],
  };
}
