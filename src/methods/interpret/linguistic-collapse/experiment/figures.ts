/** @file The pictures: measures against loss, classes by frequency, cosines of few classes. */

import type { Figure, Row } from "../../../../plot/index.ts";
import type { Measure } from "../index.ts";
import type { Subject } from "./language-models.ts";
import type { OwnModel } from "./own-models.ts";

/** What measures are called. */
export const measureNames: Readonly<Record<Measure, string>> = {
  cdnv: "CDNV (NC1)",
  cdnv2: "CDNV, exponent 2",
  normCv: "norms' coefficient of variation (NC2)",
  logNormVar: "variance of log norms (NC2)",
  cosMean: "mean cosine (NC2)",
  cosStd: "standard deviation of cosines (NC2)",
  etfError: "distance from a simplex (NC2)",
  logKernelMean: "mean log kernel",
  logKernelVar: "variance of the log kernel (GNC2)",
  dualCos: "mean cosine with the head (NC3)",
  dualVar: "variance of cosines with the head (UNC3)",
  dualDistance: "distance from the head's directions (NC3)",
  dualError: "distance of head and means from a simplex (NC3)",
  agreement: "agreement with the nearest mean (NC4)",
};

const shown: readonly Measure[] = [
  "cdnv",
  "normCv",
  "cosStd",
  "etfError",
  "logKernelVar",
  "dualCos",
  "dualVar",
  "agreement",
];

/** One small plot for each measure, one dot for each model. */
export function lossFigure(subjects: readonly Subject[]): Figure {
  const rows = (measure: Measure): Row[] =>
    subjects.map(({ name, design, report }) => ({
      model: name,
      loss: report.loss,
      value: report[measure],
      width: String(design.width),
      size: 3 + 2 * design.layers,
    }));
  const widths = [...new Set(subjects.map(({ design }) => design.width))].sort((a, b) => a - b).map(String);
  return {
    kind: "panels",
    title: "Measures of the top layer against loss",
    caption:
      "One dot for each language model; a large dot has more layers. With C far above d + 1 classes a simplex cannot be reached: its distance (NC2) hardly moves, while the variance of the log kernel (GNC2) falls with the loss.",
    columns: 2,
    panels: shown.map((measure, i) => ({
      kind: "plot",
      caption: measureNames[measure],
      x: { label: "loss on validation text (nats per word)" },
      y: { label: measureNames[measure], grid: true },
      color: { label: "width", type: "categorical", domain: widths, legend: i === 0 },
      width: 420,
      height: 260,
      marks: [{ mark: "dot", data: rows(measure), x: "loss", y: "value", r: "size", fill: "width", title: "model" }],
    })),
  };
}

/** Every class as a dot. @param wordOf a class's name */
export function classFigure({ name, report }: Subject, wordOf: (id: number) => string): Figure {
  const rows: Row[] = report.perClass.map(({ id, n, variance, dualCos }) => ({
    word: wordOf(id),
    frequency: n,
    cosine: dualCos,
    variance,
  }));
  const named = [...rows].sort((a, b) => Number(b.frequency) - Number(a.frequency)).slice(0, 14);
  return {
    kind: "plot",
    title: "Words by frequency",
    caption: `Each dot is a next word (${name}): how often it comes, and how near the mean of what the model holds before it is to its row of the head. The size is the variance within the class; the most frequent words are named.`,
    x: { label: "positions of the class", type: "log" },
    y: { label: "cosine of class mean and head", grid: true },
    width: 800,
    height: 460,
    marks: [
      {
        mark: "dot",
        data: rows,
        x: "frequency",
        y: "cosine",
        r: "variance",
        fill: "blue",
        fillOpacity: 0.35,
        title: "word",
      },
      { mark: "text", data: named, x: "frequency", y: "cosine", text: "word", dy: -10 },
    ],
  };
}

/** Of few classes: how each pair stands. */
export function cosineFigure({ report, words }: OwnModel, model: string): Figure {
  return {
    kind: "heat-map",
    title: `Class means of ${model}`,
    caption: `Cosines of the centred class means. Collapsed to a simplex, all but the diagonal would be ${(-1 / (report.classes - 1)).toFixed(2)}.`,
    values: report.cosines ?? [],
    rows: words,
    columns: words,
    x: "class",
    y: "class",
    color: { label: "cosine", scheme: "diverging", domain: [-1, 1] },
    decimals: 2,
  };
}
