/** @file What the experiment found, as metrics and tables. */

import type { Run } from "../../../run.ts";
import { type CollapseReport, collapseTrend, type Measure, type Measured, measures, type Trend } from "../index.ts";
import { measureNames } from "./figures.ts";
import type { Identities } from "./identities.ts";
import type { Subject } from "./language-models.ts";
import type { Options } from "./options.ts";
import type { OwnModel } from "./own-models.ts";

export function reportIdentities(run: Run, found: Identities): void {
  run.metric("perfect simplex: largest measure that should be 0", found.collapsed);
  run.metric("perfect simplex: error of the mean cosine", found.cosine);
  run.metric("perfect simplex: agreement", found.agreement);
  run.metric("noise on a simplex: relative error of CDNV", found.noise);
  run.metric("streamed, sharded, merged, tiled: largest relative difference from the formulas", found.streaming);
  run.metric("rotation: largest relative change of a measure", found.rotation);
  run.metric("shift: largest relative change of a cosine's measure", found.shift);
  run.metric("shift: decisions of the nearest mean that change", found.shiftedDecisions);
}

/** The models of the grid, their controls, and the trends over them. */
export function reportGrid(
  run: Run,
  subjects: readonly Subject[],
  controls: readonly Subject[],
  options: Options,
): void {
  run.table("models", modelTable([...subjects, ...controls]));
  const trends = collapseTrend(subjects.map(measuredOf), { shuffles: options.shuffles, seed: run.seed });
  run.table(
    "trends",
    trendTable(trends, `Correlations over ${subjects.length} models of different width, depth and epochs.`),
  );
  const of = (measure: Measure) => trends.find((trend) => trend.measure === measure) as Trend;
  run.metric("Spearman of CDNV and loss", of("cdnv").spearman);
  run.metric("Spearman of CDNV (exponent 2) and loss", of("cdnv2").spearman);
  run.metric("Spearman of the log kernel's variance and loss", of("logKernelVar").spearman);
  run.metric("Spearman of agreement and loss", of("agreement").spearman);
  run.metric(
    "relative range: distance from a simplex over log kernel's variance",
    of("etfError").relativeRange / of("logKernelVar").relativeRange,
  );

  const [wide, long] = [widthLines(subjects), epochLine(subjects)];
  run.metric("CDNV with width and epochs: steps upwards", rises([...wide, long], "cdnv"));
  run.metric("agreement with width: steps downwards", falls(wide, "agreement"));
  run.metric("log kernel's variance with width: steps upwards", rises(wide, "logKernelVar"));
  const untrained = controls.filter(({ name }) => name.startsWith("untrained"));
  run.metric("untrained: largest agreement", Math.max(...untrained.map(({ report }) => report.agreement)));
  run.metric("untrained: smallest CDNV", Math.min(...untrained.map(({ report }) => report.cdnv)));
  const largest = subjects.reduce((best, one) => (one.report.loss < best.report.loss ? one : best));
  run.metric("smallest loss", largest.report.loss, { unit: "nats" });
}

/** Models that differ in their seed alone. */
export function reportSeeds(run: Run, subjects: readonly Subject[], options: Options): void {
  const trends = collapseTrend(subjects.map(measuredOf), { shuffles: options.shuffles, seed: run.seed });
  run.table(
    "seeds",
    trendTable(
      trends,
      `Correlations over ${subjects.length} models that differ in their seed alone: what is left when scale is the same.`,
    ),
  );
  for (const measure of ["cdnv", "logKernelVar", "agreement"] as const) {
    const trend = trends.find((one) => one.measure === measure) as Trend;
    const name = { cdnv: "CDNV", logKernelVar: "the log kernel's variance", agreement: "agreement" }[measure];
    run.metric(`seeds alone: Pearson of ${name} and loss`, trend.pearson);
    run.metric(`seeds alone: p of Pearson of ${name} and loss`, trend.pearsonP);
    run.metric(`seeds alone: Spearman of ${name} and loss`, trend.spearman);
  }
}

export function reportResnet(run: Run, { report }: OwnModel): void {
  run.metric("ResNet-20: CDNV", report.cdnv);
  run.metric("ResNet-20: norms' coefficient of variation", report.normCv);
  run.metric("ResNet-20: agreement", report.agreement);
}

export function reportOwn(run: Run, models: Readonly<Record<string, OwnModel>>): void {
  run.table("models from elsewhere", {
    columns: ["model", "classes", "loss (nats)", ...measures.map((measure) => measureNames[measure])],
    rows: Object.entries(models).map(([name, { report }]) => [
      name,
      report.classes,
      report.loss,
      ...measures.map((measure) => report[measure]),
    ]),
    caption:
      "Nothing was trained here. ResNet-20 has fewer classes than dimensions and is measured on the pictures it learned: there a simplex is possible.",
  });
}

/** The classes that are the least apart: neighbours whose means are near for how far their vectors spread. */
export function reportConfused(
  run: Run,
  name: string,
  report: CollapseReport,
  wordOf: (id: number) => string,
  most = 20,
): void {
  const variances = new Map(report.perClass.map(({ id, variance }) => [id, variance]));
  const ratio = ({ variance, nearest, nearestDist }: CollapseReport["perClass"][number]) =>
    (variance + (variances.get(nearest) ?? 0)) / (2 * nearestDist ** 2);
  const worst = [...report.perClass].sort((a, b) => ratio(b) - ratio(a)).slice(0, most);
  run.table("least separated", {
    columns: [
      "next word",
      "positions",
      "variance",
      "nearest",
      "its distance",
      "CDNV of the pair",
      "cosine with the head",
    ],
    rows: worst.map((found) => [
      wordOf(found.id),
      found.n,
      found.variance,
      wordOf(found.nearest),
      found.nearestDist,
      ratio(found),
      found.dualCos,
    ]),
    caption: `Classes of ${name} that are least separated from their nearest neighbour.`,
  });
}

function measuredOf({ design, report }: Subject): Measured {
  return { tags: { ...design }, loss: report.loss, report };
}

function modelTable(subjects: readonly Subject[]) {
  return {
    columns: ["model", "loss (nats)", "classes", ...measures.map((measure) => measureNames[measure])],
    rows: subjects.map(({ name, report }) => [
      name,
      report.loss,
      report.classes,
      ...measures.map((measure) => report[measure]),
    ]),
    caption: "Means and variances on training text, loss and agreement on validation text.",
  };
}

function trendTable(trends: readonly Trend[], caption: string) {
  const tags = Object.keys(trends[0].tags);
  return {
    columns: [
      "measure",
      "Spearman with loss",
      "p",
      "Pearson with loss",
      "p of Pearson",
      ...tags.map((tag) => `Spearman with ${tag}`),
      "relative range",
    ],
    rows: trends.map((trend) => [
      measureNames[trend.measure],
      trend.spearman,
      trend.spearmanP,
      trend.pearson,
      trend.pearsonP,
      ...tags.map((tag) => trend.tags[tag]),
      trend.relativeRange,
    ]),
    caption,
  };
}

/** For each depth the models of one epoch, by width. */
function widthLines(subjects: readonly Subject[]): Subject[][] {
  const depths = [...new Set(subjects.map(({ design }) => design.layers))];
  return depths.map((layers) =>
    subjects
      .filter(({ design }) => design.layers === layers && design.epochs === 1)
      .sort((a, b) => a.design.width - b.design.width),
  );
}

/** The models of the size that is also trained for longer, by epochs. */
function epochLine(subjects: readonly Subject[]): Subject[] {
  const longer = subjects.find(({ design }) => design.epochs > 1)?.design;
  return subjects
    .filter(({ design }) => design.width === longer?.width && design.layers === longer.layers)
    .sort((a, b) => a.design.epochs - b.design.epochs);
}

function rises(lines: readonly (readonly Subject[])[], measure: Measure): number {
  return stepsWhere(lines, measure, (before, after) => after > before);
}

function falls(lines: readonly (readonly Subject[])[], measure: Measure): number {
  return stepsWhere(lines, measure, (before, after) => after < before);
}

function stepsWhere(
  lines: readonly (readonly Subject[])[],
  measure: Measure,
  wrong: (before: number, after: number) => boolean,
): number {
  return lines
    .flatMap((line) => line.slice(1).map(({ report }, i) => wrong(line[i].report[measure], report[measure])))
    .filter((step) => step).length;
}
