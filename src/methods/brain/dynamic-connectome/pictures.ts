/** @file Motifs as figures: when, in which animals, between which neurons; and how neurons change their company from motif to motif. */

import { bestAssignment, groupCount } from "../../../nn/index.ts";
import type { Figure, HeatMap, Panels, PlotFigure, Row } from "../../../plot/index.ts";
import type { Motif } from "./dynamic-connectome.ts";

export interface MotifPictureOptions {
  readonly times: Float64Array;
  readonly animals: readonly string[];
  readonly names: readonly string[];
  readonly pairs: { readonly i: Int32Array; readonly j: Int32Array };
  /** The axis of time, with its unit. Default "time (s)". */
  readonly time?: string;
  /** Shaded intervals by motif. */
  readonly shaded?: readonly (readonly (readonly [from: number, to: number])[])[];
  /** Default "motif 1", … */
  readonly titles?: readonly string[];
}

/** One row per motif: temporal loading, animal loadings, and the affinity pattern with neurons ordered by community. */
export function motifPicture(motifs: readonly Motif[], options: MotifPictureOptions): Panels {
  const title = (k: number) => options.titles?.[k] ?? `motif ${k + 1}`;
  return {
    kind: "panels",
    caption:
      "Each row is a motif. Left: when it is active. Middle: in which animals. Right: which pairs of neurons take part, with the neurons ordered by their community.",
    columns: 3,
    panels: motifs.flatMap((motif, k): Figure[] => [
      temporalLoading(motif, title(k), options, options.shaded?.[k] ?? []),
      animalLoadings(motif, title(k), options),
      affinityPattern(motif, title(k), options),
    ]),
  };
}

function temporalLoading(
  { ft }: Motif,
  title: string,
  { times, time = "time (s)" }: MotifPictureOptions,
  shaded: readonly (readonly [number, number])[],
): PlotFigure {
  const most = Math.max(...ft);
  return {
    kind: "plot",
    title: `${title}: when`,
    caption: `Temporal loading of ${title}${shaded.length > 0 ? "; shaded where it should be active" : ""}.`,
    marks: [
      {
        mark: "rectY",
        data: shaded.map(([from, to]): Row => ({ from, to, most })),
        x1: "from",
        x2: "to",
        y: "most",
        fillOpacity: 0.15,
      },
      {
        mark: "line",
        data: Array.from(ft, (loading, t): Row => ({ time: times[t], loading })),
        x: "time",
        y: "loading",
      },
    ],
    x: { label: time },
    y: { label: "temporal loading" },
  };
}

function animalLoadings({ fw }: Motif, title: string, { animals }: MotifPictureOptions): PlotFigure {
  return {
    kind: "plot",
    title: `${title}: in whom`,
    caption: `Loading of ${title} in each animal.`,
    marks: [
      { mark: "barY", data: animals.map((animal, w): Row => ({ animal, loading: fw[w] })), x: "animal", y: "loading" },
    ],
    x: { label: "animal", type: "band", domain: [...animals] },
    y: { label: "animal loading" },
  };
}

function affinityPattern({ fa, communities }: Motif, title: string, { names, pairs }: MotifPictureOptions): HeatMap {
  const order = communityOrder(communities);
  const place = new Int32Array(names.length);
  for (const [to, n] of order.entries()) place[n] = to;
  const values: (number | null)[][] = names.map(() => names.map(() => null));
  for (let p = 0; p < fa.length; p++) {
    const [a, b] = [place[pairs.i[p]], place[pairs.j[p]]];
    values[a][b] = values[b][a] = fa[p];
  }
  const ordered = order.map((n) => names[n]);
  return {
    kind: "heat-map",
    title: `${title}: which neurons`,
    caption: `Affinity pattern of ${title}; neurons are ordered by the ${groupCount(communities)} communities that the block model finds.`,
    values,
    rows: ordered,
    columns: ordered,
    x: "neuron",
    y: "neuron",
    color: { label: "affinity (unit norm)", scheme: "sequential" },
  };
}

/** Neurons by community, the largest community first. */
function communityOrder(communities: Int32Array): number[] {
  const size = new Map<number, number>();
  for (const group of communities) size.set(group, (size.get(group) ?? 0) + 1);
  return Array.from(communities.keys()).sort(
    (a, b) =>
      (size.get(communities[b]) ?? 0) - (size.get(communities[a]) ?? 0) || communities[a] - communities[b] || a - b,
  );
}

/**
 * A river of communities: each neuron is a line through the motifs, at a height given by its community there. A community keeps the name of the one before
 * with which it shares most neurons.
 * @param motifs in the order in which they are shown
 */
export function communityRiver(
  motifs: readonly Motif[],
  names: readonly string[],
  titles: readonly string[],
): PlotFigure {
  const named = namedAlike(motifs.map(({ communities }) => communities));
  const heights = named.map((labels) => {
    const height = new Float64Array(labels.length);
    const order = Array.from(labels.keys()).sort((a, b) => labels[a] - labels[b] || a - b);
    let gap = 0;
    for (const [k, n] of order.entries()) {
      if (k > 0 && labels[n] !== labels[order[k - 1]]) gap += 2;
      height[n] = k + gap;
    }
    return height;
  });
  const rows = names.flatMap((neuron, n) =>
    named.map(
      (labels, k): Row => ({
        motif: titles[k],
        height: heights[k][n],
        neuron,
        community: `community ${labels[n] + 1}`,
        origin: `community ${named[0][n] + 1}`,
      }),
    ),
  );
  return {
    kind: "plot",
    title: "Neurons change their company",
    caption:
      "Each line is a neuron, coloured by its community in the first motif; dots are coloured by the community in each motif. Bands that split and mix are communities that the next motif does not keep.",
    marks: [
      {
        mark: "line",
        data: rows,
        x: "motif",
        y: "height",
        z: "neuron",
        stroke: "origin",
        curve: "bump-x",
        strokeOpacity: 0.6,
      },
      { mark: "dot", data: rows, x: "motif", y: "height", fill: "community", r: 3, title: "neuron" },
    ],
    x: { label: "motif, in the order of time", type: "point", domain: [...titles] },
    y: { label: "neurons, by community", ticks: 0 },
    color: { label: "community" },
    height: 480,
  };
}

/** Labels such that a group has the label of the group before with which it overlaps most; new ones go on counting. */
function namedAlike(partitions: readonly Int32Array[]): Int32Array[] {
  const named: Int32Array[] = [];
  let next = 0;
  for (const labels of partitions) {
    const before = named[named.length - 1];
    const groups = groupCount(labels);
    const known = before === undefined ? [] : [...new Set(before)];
    // New names stand as columns of overlap 0, so that every group finds one.
    const candidates = [...known, ...Array.from({ length: groups }, (_, g) => next + g)];
    const overlap = Array.from({ length: groups }, (_, g) =>
      candidates.map((name) => labels.reduce((sum, label, n) => sum + Number(label === g && before?.[n] === name), 0)),
    );
    const match = bestAssignment(overlap);
    const result = labels.map((label) => candidates[match[label]]);
    next = Math.max(next, ...result.map((label) => label + 1));
    named.push(result);
  }
  return named;
}
