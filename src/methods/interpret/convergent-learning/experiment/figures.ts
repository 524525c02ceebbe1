/** @file The pictures. */

import type { Figure, Row } from "../../../../plot/index.ts";
import { rowsOf, transposed } from "../../matrix.ts";
import type { LayerPair } from "../convergence.ts";
import { alignedOrder, type CoClusters, type Matrix, reordered } from "../index.ts";
import type { ResNets } from "./resnets.ts";
import type { LambdaRow, LayerComparison } from "./small-nets.ts";

/** Correlations of two nets' units before and after the second net's units are put into the order of their partners. */
export function alignmentFigure({ stats, matching }: LayerPair, layer: string): Figure {
  const partnered = Array.from(matching.partner, (_, unit) => unit).filter((unit) => matching.partner[unit] >= 0);
  const first = [...partnered.sort((i, k) => matching.score[k] - matching.score[i]), ...matching.unmatched];
  const inOrder = { partner: Int32Array.from(first, (unit) => matching.partner[unit]) };
  const second = alignedOrder({ ...matching, ...inOrder }, stats.b.std.length);
  const all = (n: number) => Array.from({ length: n }, (_, i) => i);
  const cross = transposed(stats.cross);
  const panel = (title: string, caption: string, matrix: Matrix, x: string, y: string): Figure => ({
    kind: "heat-map",
    title,
    caption,
    values: rowsOf(matrix).map((row) => Array.from(row)),
    x,
    y,
    color: { label: "correlation", scheme: "diverging", domain: [-1, 1] },
    height: 300,
  });
  return {
    kind: "panels",
    columns: 2,
    title: `Units of ${layer} in two networks`,
    caption:
      "Above: correlations between units of two networks that share nothing but data and architecture, before and after the second network's units are put into the order of their partners: the diagonal lights up, from the best pair down. Below: correlations within each network in that order; the two look alike though only the pairs above were matched.",
    panels: [
      panel(
        "between, as trained",
        "Before.",
        reordered(cross, all(cross.rows), all(cross.columns)),
        "unit of net 1",
        "unit of net 2",
      ),
      panel(
        "between, aligned",
        "After.",
        reordered(cross, second, first),
        "unit of net 1, by score",
        "partner in net 2",
      ),
      panel(
        "within net 1",
        "The same order.",
        reordered(stats.a.corr, first),
        "unit of net 1, by score",
        "unit of net 1, by score",
      ),
      panel("within net 2", "The same order.", reordered(stats.b.corr, second), "partner in net 2", "partner in net 2"),
    ],
  };
}

/** Scores of all units in falling order, layer by layer; means over pairs of nets. */
export function scoreFigure(comparisons: readonly LayerComparison[]): Figure {
  const curves = {
    semi: "semi-matching",
    matching: "matching",
    untrained: "matching, untrained net",
    shuffled: "matching, shuffled samples",
  };
  const rows: Row[] = comparisons.flatMap(({ layer, trained, untrained, shuffled }) => [
    ...sortedMeans(
      trained.map(({ semi }) => semi.score),
      { layer, curve: curves.semi },
    ),
    ...sortedMeans(
      trained.map(({ matching }) => matching.score),
      { layer, curve: curves.matching },
    ),
    ...sortedMeans(
      untrained.map(({ matching }) => matching.score),
      { layer, curve: curves.untrained },
    ),
    ...sortedMeans([shuffled.matching.score], { layer, curve: curves.shuffled }),
  ]);
  return {
    kind: "plot",
    title: "How like its partner each unit is",
    caption:
      "Units of the first net of each pair in falling order of their scores. The gap between semi-matching and matching: partners that several units would like to have. The tail: units that the other net does not have. The untrained net is matched to some degree, too: its units see the same images through the same windows.",
    x: { label: "rank of the unit" },
    y: { label: "correlation with the partner", grid: true },
    fx: { label: "layer", domain: comparisons.map(({ layer }) => layer) },
    color: { label: "curve", domain: Object.values(curves), range: ["blue", "orange", "green", "grey"] },
    width: 900,
    marks: [
      { mark: "ruleY", data: [0] },
      { mark: "line", data: rows, x: "rank", y: "score", fx: "layer", stroke: "curve", strokeWidth: 1.8 },
    ],
  };
}

/** The k-th largest scores, averaged over pairs. */
function sortedMeans(scores: readonly Float64Array[], names: Row): Row[] {
  const sorted = scores.map((values) =>
    values
      .filter((value) => !Number.isNaN(value))
      .sort()
      .reverse(),
  );
  const length = Math.min(...sorted.map((values) => values.length));
  return Array.from({ length }, (_, rank) => {
    const score = sorted.reduce((sum, values) => sum + values[rank], 0) / sorted.length;
    return { ...names, rank: rank + 1, score };
  });
}

/** Error against the units made use of, along the path of λ. */
export function sparseFigure(rows: readonly LambdaRow[]): Figure {
  const data = rows.map(({ layer, lambda, error, used, units }) => ({
    layer,
    lambda: `λ = ${lambda}`,
    // The others lie too close to each other.
    named: lambda === 0 || lambda >= 0.03,
    error,
    share: used / units,
  }));
  return {
    kind: "plot",
    title: "Predicting a unit from few units of the other net",
    caption:
      "From the dense solution (λ = 0, right) to the sparsest (λ = 0.1, left). Where the line stays low to the left, a unit of one network is a combination of a few units of the other; where it is high everywhere, the other network has nothing that stands for it.",
    x: { label: "units made use of, share of the layer", tickFormat: ".0%" },
    y: { label: "prediction error (1: predicting the mean)", domain: [0, 1], grid: true },
    color: { label: "layer" },
    marks: [
      { mark: "line", data, x: "share", y: "error", stroke: "layer", strokeWidth: 1.5 },
      { mark: "dot", data, x: "share", y: "error", fill: "layer", r: 3.5 },
      { mark: "text", data: data.filter(({ named }) => named), x: "share", y: "error", text: "lambda", dy: -10 },
    ],
  };
}

/** Mean matched correlation of every block with every block. */
export function resnetFigure({ matched, rows, columns }: ResNets): Figure {
  return {
    kind: "heat-map",
    title: "ResNet-20 against ResNet-56",
    caption:
      "Mean correlation of the units of each block's output with their partners in the other network. Blocks are named by stage and place (2.0: the first block of the second stage). Maps of different sizes are averaged down to the smaller one.",
    values: matched,
    rows,
    columns,
    x: "block of ResNet-56",
    y: "block of ResNet-20",
    color: { label: "mean correlation of partners", scheme: "sequential" },
    height: 300,
  };
}

/** The clusters of both nets' units, and how they merge. */
export function dendrogramFigure({ clusters, tree }: CoClusters, layer: string): Figure {
  const parts = new Map(tree.map(({ left, right }, i) => [clusters.length + i, [left, right]]));
  const leaves = (node: number): number[] => parts.get(node)?.flatMap(leaves) ?? [node];
  const order = leaves(clusters.length + tree.length - 1);
  const place = new Map(order.map((cluster, i): [number, { x: number; y: number }] => [cluster, { x: i + 1, y: 0 }]));
  const lines: Row[] = [];
  let top = 0;
  for (const [i, { left, right, affinity }] of tree.entries()) {
    const [l, r] = [place.get(left), place.get(right)];
    if (l === undefined || r === undefined) continue;
    // Affinity may rise again after a merge; a branch does not grow downwards.
    const y = Math.max(1 - affinity, l.y, r.y);
    top = Math.max(top, y);
    lines.push(
      { x1: l.x, y1: l.y, x2: l.x, y2: y },
      { x1: r.x, y1: r.y, x2: r.x, y2: y },
      { x1: l.x, y1: y, x2: r.x, y2: y },
    );
    place.set(clusters.length + i, { x: (l.x + r.x) / 2, y });
  }
  const names: Row[] = order.map((cluster, i) => {
    const { a, b, meanAbsCorr, dim } = clusters[cluster];
    return {
      x: i + 1,
      y: 0,
      units: `${a.length}+${b.length}`,
      nets: a.length > 0 && b.length > 0 ? "both nets" : a.length > 0 ? "net 1 alone" : "net 2 alone",
      about: `net 1: ${a.join(" ") || "none"}; net 2: ${b.join(" ") || "none"}; mean |correlation| ${meanAbsCorr.toFixed(2)}, ${dim.toFixed(1)} dimensions`,
    };
  });
  return {
    kind: "plot",
    title: `Groups of ${layer} units in both networks`,
    caption:
      "Spectral clusters of the units of two networks together, and the order in which they merge. Below each: its units in net 1 + in net 2. A cluster of both nets is a subspace that both represent, with as many units as each has use for.",
    x: { label: "cluster", ticks: 0 },
    y: { label: "1 − mean |correlation| between what merges", grid: true, domain: [-0.08 * top, 1.02 * top] },
    color: {
      label: "units of",
      domain: ["both nets", "net 1 alone", "net 2 alone"],
      range: ["blue", "orange", "green"],
    },
    width: 900,
    height: 360,
    marks: [
      { mark: "link", data: lines, x1: "x1", y1: "y1", x2: "x2", y2: "y2", stroke: "ink", strokeWidth: 1.2 },
      { mark: "dot", data: names, x: "x", y: "y", fill: "nets", r: 5, title: "about" },
      { mark: "text", data: names, x: "x", y: "y", text: "units", dy: 16, fontSize: 11 },
    ],
  };
}
