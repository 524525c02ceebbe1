/** @file The pictures: the card of a feature, and what dictionaries of different prices are worth. */

import type { Figure, Row } from "../../../../plot/index.ts";
import type { FeatureCard, FeatureExample } from "../feature-card.ts";
import type { Texts } from "../model.ts";

export interface SweepPoint {
  /** Which site. */
  readonly name: string;
  readonly l0: number;
  readonly recovered: number;
  readonly recoveredMean: number;
}

export function sweepFigure(points: readonly SweepPoint[], caption: string): Figure {
  const rows: Row[] = points.flatMap(({ name, l0, recovered, recoveredMean }) => [
    { site: name, l0, recovered, base: "zero in place of the layer" },
    { site: name, l0, recovered: recoveredMean, base: "its mean in place of the layer" },
  ]);
  return {
    kind: "plot",
    title: "What is left of the model when a dictionary stands in",
    caption,
    x: { label: "active features per token (L0)", type: "log", grid: true, tickFormat: "~s" },
    y: { label: "share of the cross entropy recovered", tickFormat: ".0%", grid: true },
    fx: { label: "compared with", domain: ["zero in place of the layer", "its mean in place of the layer"] },
    color: { label: "layer" },
    width: 860,
    marks: [
      { mark: "ruleY", data: [1], stroke: "quiet" },
      { mark: "line", data: rows, x: "l0", y: "recovered", fx: "base", stroke: "site", marker: "dot" },
    ],
  };
}

/** Tokens around the place where the feature fires, coloured by how strongly it does at each. */
export interface CardView {
  readonly card: FeatureCard;
  readonly texts: Texts;
  /** A token as it is written. */
  readonly word: (token: number) => string;
  /** Of a text the feature's activation at each step. */
  readonly activations: (text: number) => ArrayLike<number>;
}

const around = { before: 14, behind: 4 } as const;

function excerpt({ texts, word, activations }: CardView, { text, step }: FeatureExample) {
  const from = Math.max(0, step - around.before);
  const to = Math.min(texts[text].length, step + around.behind + 1);
  return texts[text].slice(from, to).map((token, i) => ({ text: word(token), value: activations(text)[from + i] }));
}

/** Examples over the whole range of activations; sources of the strongest; heads; logits. */
export function cardFigure(view: CardView, title: string): Figure {
  const { card } = view;
  const strongest = card.top.slice(0, 4);
  const weaker = [...card.intervals]
    .reverse()
    .slice(1)
    .flatMap(({ examples }) => examples.slice(0, 1));
  const shown = [...strongest, ...weaker];
  const tokens = shown.flatMap((example) => [...excerpt(view, example), { text: "\n", value: null }]);
  const most = card.top[0]?.activation ?? 1;
  return {
    kind: "panels",
    title,
    caption: `Feature ${card.feature}, which fires at ${percent(card.rate)} of tokens. Examples: the ${strongest.length} strongest, then one from each lower interval of activations.`,
    columns: 2,
    panels: [
      {
        kind: "text",
        title: "Where it fires",
        caption: "Each line is from another place; a token's colour is the activation at it.",
        tokens,
        color: { label: "activation (length of z)", domain: [0, most] },
      },
      arcs(view),
      bars(
        card.byHead.map((share, k) => ({ name: `head ${k}`, value: share })),
        {
          title: "Heads",
          caption: "Share of each head in the feature's vector.",
          label: "share of length",
          name: "head",
        },
      ),
      bars(
        [...card.promotes, ...[...card.suppresses].reverse()].map(({ token, effect }) => ({
          name: visible(view.word(token)),
          value: effect,
        })),
        {
          title: "Logits",
          caption: "What one unit of the feature adds to the logits of tokens, straight through the output weights.",
          label: "change of logit",
          name: "token",
        },
      ),
    ],
  };
}

/** From the firing token to its sources: the higher the arc's line is drawn, the more it adds to the pre-activation. */
function arcs({ card, texts, word }: CardView): Figure {
  const best = card.top[0];
  const bySource =
    best === undefined || card.sources.length === 0
      ? []
      : card.sources[0].map((_, s) => card.sources.reduce((sum, head) => sum + head[s], 0));
  const step = best?.step ?? 0;
  const from = Math.max(0, step - 23);
  const places = Array.from({ length: bySource.length === 0 ? 0 : step - from + 1 }, (_, i) => from + i);
  const most = Math.max(1e-9, ...bySource.map(Math.abs));
  const rows: Row[] = places.map((s) => ({
    place: s,
    zero: 0,
    word: best === undefined ? "" : visible(word(texts[best.text][s])),
    by: bySource[s],
  }));
  const links: Row[] = places
    .filter((s) => s !== step && Math.abs(bySource[s]) > 0.05 * most)
    .map((s) => ({ x1: step, x2: s, y1: 0, y2: 0, width: (4 * Math.abs(bySource[s])) / most }));
  return {
    kind: "plot",
    title: "From where",
    caption:
      "How much each source token adds to the pre-activation at the strongest place (the last token shown), through all heads together; arrows to those that count.",
    x: { label: "token", ticks: 0 },
    y: { label: "added to the pre-activation", grid: true },
    height: 260,
    marks: [
      { mark: "barY", data: rows.map((row) => ({ ...row })), x: "place", y: "by", fill: "blue" },
      {
        mark: "arrow",
        data: links,
        x1: "x1",
        y1: "y1",
        x2: "x2",
        y2: "y2",
        bend: 30,
        stroke: "orange",
        strokeWidth: "width",
        headLength: 5,
      },
      {
        mark: "text",
        data: rows,
        x: "place",
        y: "zero",
        text: "word",
        rotate: -60,
        dy: 12,
        textAnchor: "end",
        fontSize: 10,
      },
      { mark: "ruleY", data: [0] },
    ],
  };
}

function bars(
  values: readonly { readonly name: string; readonly value: number }[],
  {
    title,
    caption,
    label,
    name,
  }: { readonly title: string; readonly caption: string; readonly label: string; readonly name: string },
): Figure {
  // Two tokens may be written alike.
  const rows = values.map(({ name: text, value }, i) => ({
    name: values.findIndex((other) => other.name === text) === i ? text : `${text} (${i})`,
    value,
  }));
  return {
    kind: "plot",
    title,
    caption,
    x: { label, grid: true },
    y: { label: name, type: "band", domain: rows.map((row) => row.name) },
    marks: [
      { mark: "barX", data: rows, y: "name", x: "value", fill: "blue" },
      { mark: "ruleX", data: [0] },
    ],
  };
}

function visible(word: string): string {
  return word.replace(/^ /, "␣").replace(/\n/g, "↵") || "∅";
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.01 ? 2 : 1)} %`;
}
