/** @file How measures and losses of many models go together. */

import { CajalError, Rng } from "../../../graph/index.ts";
import { pearson, permutationP, ranks, spearman } from "../../../nn/index.ts";
import type { CollapseReport } from "./collapse-report.ts";

/** The measures of which trends are taken. */
export const measures = [
  "cdnv",
  "cdnv2",
  "normCv",
  "logNormVar",
  "cosMean",
  "cosStd",
  "etfError",
  "logKernelMean",
  "logKernelVar",
  "dualCos",
  "dualVar",
  "dualDistance",
  "dualError",
  "agreement",
] as const satisfies readonly (keyof CollapseReport)[];

export type Measure = (typeof measures)[number];

/** A model that was measured. */
export interface Measured {
  /** What it is: { width: 48, layers: 2, epochs: 1 }. */
  readonly tags: Readonly<Record<string, number>>;
  /** On validation data. */
  readonly loss: number;
  readonly report: Readonly<Record<Measure, number>>;
}

export interface Trend {
  readonly measure: Measure;
  /** With the loss: Spearman's ρ and Pearson's r, each with the share of random pairings that are as strong. */
  readonly spearman: number;
  readonly spearmanP: number;
  readonly pearson: number;
  readonly pearsonP: number;
  /** Spearman's ρ with each tag. */
  readonly tags: Readonly<Record<string, number>>;
  /** (largest − smallest) / |mean| over the models. */
  readonly relativeRange: number;
}

/**
 * Correlations of every measure with the loss and the tags, over models.
 * @throws CajalError `argument` for fewer than three models
 */
export function collapseTrend(
  models: readonly Measured[],
  { shuffles = 10_000, seed = 0 }: { readonly shuffles?: number; readonly seed?: number } = {},
): Trend[] {
  if (models.length < 3)
    throw new CajalError("argument", `a trend over ${models.length} models is none`, {
      advice: "Measure three at least.",
    });
  const losses = models.map(({ loss }) => loss);
  const lossRanks = ranks(losses);
  const tags = Object.keys(models[0].tags);
  return measures.map((measure) => {
    const values = models.map(({ report }) => report[measure]);
    const rng = new Rng(seed).split(measure);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return {
      measure,
      spearman: spearman(values, losses),
      spearmanP: permutationP(ranks(values), lossRanks, shuffles, rng.split("ranks")),
      pearson: pearson(values, losses),
      pearsonP: permutationP(values, losses, shuffles, rng),
      tags: Object.fromEntries(
        tags.map((tag) => [
          tag,
          spearman(
            values,
            models.map((model) => model.tags[tag]),
          ),
        ]),
      ),
      relativeRange: (Math.max(...values) - Math.min(...values)) / Math.abs(mean),
    };
  });
}
