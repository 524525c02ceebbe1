/** @file The pictures: the card of a feature, and what dictionaries of different prices are worth. */

import type { Figure, Row } from "../../../../plot/index.ts";
import type { FeatureCard, FeatureExample } from "../feature-card.ts";
import type { Texts } from "../model.ts";
import type { ActivityByPredicate } from "../predicate.ts";

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
    x: { label: "active features per token (L0)", type: "log", grid: true },
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

/** Characters of an example before and behind the token at which the feature fires: a line of a panel. */
const around = { before: 24, behind: 8 } as const;

function excerpt({ texts, word, activations }: CardView, { text, step }: FeatureExample) {
  const words = texts[text].map((token) => word(token).replace(/\n/g, "↵"));
  const fits = (from: number, to: number, most: number) => words.slice(from, to).join("").length <= most;
  let [from, to] = [step, step + 1];
  while (from > 0 && fits(from - 1, step, around.before)) from--;
  while (to < words.length && fits(step + 1, to + 1, around.behind)) to++;
  const values = activations(text);
  return words.slice(from, to).map((written, i) => ({ text: written, value: values[from + i] }));
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

/** Stacked histogram of activations, and the same by their sum: where the predicate holds, and elsewhere. */
export function predicateFigure(
  { intervals, specificity, expected, sensitivity }: ActivityByPredicate,
  predicate: string,
): Figure {
  const kinds = [predicate, "not so"];
  const stacked = (pick: (interval: ActivityByPredicate["intervals"][number]) => readonly [number, number]): Row[] =>
    intervals.flatMap((interval) => {
      const [held, other] = pick(interval);
      return [
        { from: interval.from, to: interval.to, kind: kinds[0], low: 0, high: held },
        { from: interval.from, to: interval.to, kind: kinds[1], low: held, high: held + other },
      ];
    });
  const panel = (title: string, caption: string, label: string, data: Row[], legend: boolean): Figure => ({
    kind: "plot",
    title,
    caption,
    x: { label: "activation (length of z)" },
    y: { label, grid: true },
    color: { domain: kinds, legend },
    height: 240,
    marks: [
      { mark: "rect", data, x1: "from", x2: "to", y1: "low", y2: "high", fill: "kind" },
      { mark: "ruleY", data: [0] },
    ],
  });
  return {
    kind: "panels",
    title: "A feature against what it stands for",
    caption: `At ${percent(specificity)} of the tokens at which it fires, ${predicate}; of the sum of its activations ${percent(expected)} is there. It fires at ${percent(sensitivity)} of the tokens at which this holds.`,
    columns: 2,
    panels: [
      panel(
        "How often",
        "Tokens by the feature's activation.",
        "tokens",
        stacked(({ holding, other }) => [holding, other]),
        true,
      ),
      panel(
        "How much",
        "The same tokens, each weighed by its activation.",
        "sum of activations",
        stacked(({ holdingValue, otherValue }) => [holdingValue, otherValue]),
        false,
      ),
    ],
  };
}

/** Tokens that are shown: so many before the firing one, and of those farther back the ones that count. */
const near = 12;
const far = 8;
/** A source counts from this share of the largest on. */
const leastShare = 0.05;

/** From the firing token to its sources, and what each adds to the pre-activation. */
function arcs({ card, texts, word }: CardView): Figure {
  const best = card.top[0];
  const bySource =
    best === undefined || card.sources.length === 0
      ? []
      : card.sources[0].map((_, s) => card.sources.reduce((sum, head) => sum + head[s], 0));
  const step = best?.step ?? 0;
  const nameOf = (s: number) =>
    `${visible(best === undefined ? "" : word(texts[best.text][s]))} ${s === step ? "0" : `−${step - s}`}`;
  const most = Math.max(1e-9, ...bySource.map(Math.abs));
  const size = (s: number) => Math.abs(bySource[s]) / most;
  const sources = [...bySource.keys()];
  const counting = sources.filter((s) => s < step - near && size(s) >= leastShare).sort((a, b) => size(b) - size(a));
  const shown = [...counting.slice(0, far), ...sources.filter((s) => s >= step - near)].sort((a, b) => a - b);
  const rows: Row[] = shown.map((s) => ({ token: nameOf(s), by: bySource[s] }));
  const links: Row[] = shown
    .filter((s) => s !== step && size(s) >= leastShare)
    .map((s) => ({ firing: nameOf(step), source: nameOf(s), at: 0, width: 3 * size(s) }));
  return {
    kind: "plot",
    title: "From where",
    caption:
      "How much each source token adds to the pre-activation at the strongest place, through all heads together. Numbers are places before the firing token, which is the last; of those far back only the ones that count are shown. Arrows lead to them.",
    x: { label: "added to the pre-activation", grid: true, domain: [-0.45 * most, 1.05 * most] },
    y: { label: "source token", type: "band", domain: rows.map(({ token }) => String(token)) },
    height: 70 + 17 * rows.length,
    marks: [
      { mark: "barX", data: rows, x: "by", y: "token", fill: "blue" },
      {
        mark: "arrow",
        data: links,
        x1: "at",
        y1: "firing",
        x2: "at",
        y2: "source",
        bend: 45,
        stroke: "orange",
        strokeWidth: "width",
        headLength: 5,
      },
      { mark: "ruleX", data: [0] },
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
