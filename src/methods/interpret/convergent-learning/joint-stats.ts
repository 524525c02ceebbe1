/** @file Statistics of two layers over the same inputs: what each unit does by itself, within its net, and with the units of the other. */

import { CajalError } from "../../../graph/index.ts";
import type { SampleSet } from "../../../probe/index.ts";
import { type Matrix, transposed, zeros } from "../matrix.ts";
import { ActivationPass, type PassOptions, samplesOfPass, type View } from "./activation-pass.ts";
import { CoMoments } from "./moments.ts";
import { bestCandidates, binning, isSmall, PairHistograms, RowReservoir } from "./mutual-information.ts";
import { commonPositions, type Source, sourceOf, type Tap } from "./tap.ts";

/** Below this deviation a unit is dead: it is reported, and never matched. */
const deadBelow = 1e-6;
/** With fewer samples per unit, correlations say nothing. */
const samplesPerUnit = 5;

export interface LayerStats {
  /** "resnet20 · layer1.2.out" */
  readonly name: string;
  /** Samples of each unit. */
  readonly n: number;
  readonly mean: Float64Array;
  /** σ over the samples (of the population). */
  readonly std: Float64Array;
  /** [units, units]; 0 where a unit is dead. */
  readonly corr: Matrix;
  /** Units that do not vary. */
  readonly dead: readonly number[];
}

export interface JointStats {
  readonly a: LayerStats;
  readonly b: LayerStats;
  /** Correlations between the nets [units of a, units of b]; 0 where a unit is dead. */
  readonly cross: Matrix;
  /** Mutual information [units of a, units of b] in nats, less its bias; NaN for pairs that were not looked at. */
  readonly information?: Matrix;
  /** What makes the figures doubtful, with counts. */
  readonly warnings: readonly string[];
}

export interface StatsOptions extends PassOptions {
  /** Whether mutual information is estimated, too: in a second pass. Default false. */
  readonly information?: boolean;
}

/**
 * Both layers on the same inputs, in one pass (two with `information`), with memory that does not grow with the data.
 * Every position of a map is a sample; of two maps of different sizes, the larger is averaged down to the smaller.
 * @throws CajalError `shape` when samples of the layers stand for different things, or inputs differ; `argument` when the data are in another order
 * the second time; `unknown-layer`, `not-finite`, `no-data`
 */
export async function jointStats(a: Tap, b: Tap, data: SampleSet, options: StatsOptions = {}): Promise<JointStats> {
  const [stats] = await pairStats([a, b], [[0, 1]], data, options);
  return stats;
}

/** The same of many pairs of taps at once: each net runs once on each input. @param pairs numbers of taps */
export async function pairStats(
  taps: readonly Tap[],
  pairs: readonly (readonly [number, number])[],
  data: SampleSet,
  options: StatsOptions = {},
): Promise<JointStats[]> {
  const sources = taps.map(sourceOf);
  const views: View[] = [];
  const viewOf = (source: Source, positions: View["positions"]) => {
    const found = views.findIndex(
      (view) =>
        view.source === source &&
        view.positions.rows === positions.rows &&
        view.positions.columns === positions.columns,
    );
    return found >= 0 ? found : views.push({ source, positions }) - 1;
  };
  const viewPairs = pairs.map(([i, j]): [number, number] => {
    const positions = commonPositions(sources[i], sources[j]);
    return [viewOf(sources[i], positions), viewOf(sources[j], positions)];
  });
  // Samples of different positions are not equally many, so each kind of positions has its own sums.
  const groups = byPositions(views, viewPairs);
  const pass = new ActivationPass(views, data, options);
  const labels = new Set<string>();
  try {
    const sums = groups.map(
      ({ members, pairs: own }) =>
        new CoMoments(
          members.map((v) => views[v].source.layer.units),
          own.map(([i, j]) => [members.indexOf(i), members.indexOf(j)]),
        ),
    );
    const kept = options.information
      ? views.map(({ source, positions }) => {
          const total = samplesOfPass(positions, data.length, options.maxSamples);
          return new RowReservoir(source.layer.units, total);
        })
      : [];
    for await (const { rows, counts, labels: seen } of pass.batches()) {
      for (const label of seen) labels.add(label);
      for (const [v, reservoir] of kept.entries()) reservoir.add(rows[v]);
      for (const [g, { members }] of groups.entries())
        await sums[g].add(
          members.map((v) => rows[v]),
          counts[members[0]],
        );
    }
    const stats = viewPairs.map((pair): JointStats => {
      const g = groups.findIndex((group) => group.pairs.includes(pair));
      const { members, pairs: own } = groups[g];
      const layer = (v: number) => {
        const at = members.indexOf(v);
        return layerStats(views[v].source.name, sums[g].n, sums[g].means[at], sums[g].within[at]);
      };
      const [a, b] = [layer(pair[0]), layer(pair[1])];
      const cross = correlations(sums[g].between[own.indexOf(pair)], sums[g].n, a, b);
      return { a, b, cross, warnings: warningsOf(a, b, data, labels) };
    });
    for (const sum of sums) await sum.release();
    if (!options.information) return stats;

    const bins = kept.map((reservoir) => reservoir.columns().map(binning));
    const histograms = viewPairs.map(
      ([i, j], p) =>
        new PairHistograms(
          bins[i],
          bins[j],
          isSmall(stats[p].a.std.length, stats[p].b.std.length) ? undefined : bestCandidates(stats[p].cross),
        ),
    );
    for await (const { rows, counts } of pass.batches())
      for (const [p, [i, j]] of viewPairs.entries()) histograms[p].add(rows[i], rows[j], counts[i]);
    return stats.map((one, p) => ({ ...one, information: histograms[p].information() }));
  } finally {
    await pass.release();
  }
}

/** The same statistics with the nets' places changed. */
export function swapped({ a, b, cross, information, warnings }: JointStats): JointStats {
  return {
    a: b,
    b: a,
    cross: transposed(cross),
    ...(information && { information: transposed(information) }),
    warnings,
  };
}

/** Units that are not dead. */
export function liveUnits({ std, dead }: Pick<LayerStats, "std" | "dead">): number[] {
  const still = new Set(dead);
  return Array.from(std, (_, unit) => unit).filter((unit) => !still.has(unit));
}

/** @param comoments Σ(x − μ)(x − μ)ᵀ over n samples */
export function layerStats(name: string, n: number, mean: Float64Array, comoments: Matrix): LayerStats {
  const units = comoments.rows;
  const std = Float64Array.from({ length: units }, (_, i) => Math.sqrt(comoments.data[i * units + i] / n));
  const dead = Array.from(std, (_, unit) => unit).filter((unit) => !(std[unit] >= deadBelow));
  const own = { std, dead };
  const corr = correlations(comoments, n, own, own);
  for (const unit of liveUnits(own)) corr.data[unit * units + unit] = 1;
  return { name, n, mean, std, corr, dead };
}

type Spread = Pick<LayerStats, "std" | "dead">;

/** @param comoments Σ(x − μ)(y − ν)ᵀ over n samples */
export function correlations(comoments: Matrix, n: number, a: Spread, b: Spread): Matrix {
  const result = zeros(comoments.rows, comoments.columns);
  const columns = liveUnits(b);
  for (const i of liveUnits(a))
    for (const j of columns) {
      const at = i * comoments.columns + j;
      result.data[at] = comoments.data[at] / (n * a.std[i] * b.std[j]);
    }
  return result;
}

type Pair = readonly [number, number];

function byPositions(
  views: readonly View[],
  pairs: readonly Pair[],
): { members: readonly number[]; pairs: readonly Pair[] }[] {
  const groups = new Map<string, Pair[]>();
  for (const pair of pairs) {
    const { rows, columns } = views[pair[0]].positions;
    const key = `${rows} ${columns}`;
    groups.set(key, [...(groups.get(key) ?? []), pair]);
  }
  return [...groups.values()].map((own) => ({ members: [...new Set(own.flat())], pairs: own }));
}

function warningsOf(a: LayerStats, b: LayerStats, data: SampleSet, labels: ReadonlySet<string>): string[] {
  const warnings: string[] = [];
  if (data.labels.length > 0 && labels.size === 1)
    warnings.push(
      `all ${data.length} inputs are of one class ("${[...labels][0]}"): correlations on them mean nothing for others`,
    );
  return [...new Set([...warnings, ...tooFewSamples(a), ...tooFewSamples(b)])];
}

/** A warning, if there are too few. */
export function tooFewSamples({ name, n, std }: LayerStats): string[] {
  if (n >= samplesPerUnit * std.length) return [];
  return [`${name}: ${n} samples for ${std.length} units; below ${samplesPerUnit} per unit correlations mean nothing`];
}

/** @throws CajalError `argument` when the statistics have no mutual information */
export function informationOf({ information }: JointStats): Matrix {
  if (information === undefined)
    throw new CajalError("argument", "these statistics have no mutual information", {
      advice: "Ask for it: jointStats(a, b, data, { information: true }).",
    });
  return information;
}
