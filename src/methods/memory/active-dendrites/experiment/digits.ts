/** @file Codes of real images, whose cells are not independent. */

import { loadImages } from "../../../../data/index.ts";
import { compile, type Rng, Tensor, type Value } from "../../../../graph/index.ts";
import { takeRows } from "../../../../nn/index.ts";
import type { Figure } from "../../../../plot/index.ts";
import type { Part, Run } from "../../../run.ts";
import { toSparseCodes } from "../../k-winners.ts";
import type { SparseCode } from "../../sparse-code.ts";
import { wilsonInterval } from "../../wilson.ts";
import { analyseCodes, type CodeAnalysis } from "../analyse.ts";
import { DendriticNeuron } from "../neuron.ts";
import { falsePositive } from "../recognition-errors.ts";

export interface DigitOptions {
  readonly images: number;
  readonly segmentImages: number;
  readonly units: number;
  readonly winners: number;
  readonly pairs: number;
}

const segment = { s: 20, theta: 10 };

export interface DigitCodes {
  /** Share of the pairs of a segment and an image of another digit at which the segment fires. */
  readonly falseRate: number;
  /** The least rate that these pairs can tell from none: 3.7 / pairs. */
  readonly leastRate: number;
  /** P_fp of random codes. */
  readonly theory: number;
  readonly analysis: CodeAnalysis;
}

/** Codes of digits by random projection and k winners: as they come, and with each unit standardised. */
export async function digitCodes(
  run: Run,
  { rng }: Part,
  options: DigitOptions,
): Promise<Record<"raw" | "standardised", DigitCodes>> {
  const { images, labels } = await loadImages(run.data, "mnist", "train");
  const chosen = rng.permutation(images.shape[0]).subarray(0, options.images);
  const pixels = takeRows(images, chosen);
  const digits = takeRows(labels, chosen).numbers();
  const size = pixels.size / chosen.length;
  const inputs = Tensor.of(
    pixels.numbers().map((value) => value / 255),
    [chosen.length, size],
  );
  const weights = rng.normal([size, options.units], 0, 1 / Math.sqrt(size));
  const project = compile((x: Value, centre: Value) => x.sub(centre).matmul(weights), run.compile);
  const mean = await compile((x: Value) => x.mean(0), run.compile)(inputs);
  const code = async (centre: Tensor, standardise: boolean) =>
    toSparseCodes(await project(inputs, centre), { k: options.winners, standardise });
  run.progress("codes of digits", 0, 2, "kinds");
  const raw = await code(Tensor.zeros([size]), false);
  run.progress("codes of digits", 1, 2, "kinds");
  const standardised = await code(mean, true);
  run.progress("codes of digits", 2, 2, "kinds");
  await project.release();
  return { raw: examine(raw, digits, options, rng), standardised: examine(standardised, digits, options, rng) };
}

function examine(codes: readonly SparseCode[], digits: Float64Array, options: DigitOptions, rng: Rng): DigitCodes {
  const { winners: a, units: n, pairs, segmentImages } = options;
  const neuron = new DendriticNeuron({ n, ...segment, seed: rng.bits() });
  for (const code of codes.slice(0, segmentImages)) neuron.store(code);
  const overlaps = neuron.overlaps(codes);
  let [fired, all] = [0, 0];
  for (let image = 0; image < codes.length; image++)
    for (let m = 0; m < neuron.segments.length; m++) {
      if (digits[image] === digits[m]) continue;
      all++;
      if (overlaps[image * neuron.segments.length + m] >= segment.theta) fired++;
    }
  return {
    falseRate: fired / all,
    leastRate: wilsonInterval(0, all)[1],
    theory: falsePositive({ n, a, ...segment }).p,
    analysis: analyseCodes(codes, {
      ...segment,
      trials: pairs,
      labels: digits,
      seed: rng.bits(),
      target: 0.01,
      flipped: Math.round(0.3 * a),
    }),
  };
}

export function reportDigits(run: Run, { raw, standardised }: Record<"raw" | "standardised", DigitCodes>): void {
  run.metric("raw MNIST codes: observed false positives over theory", raw.falseRate / raw.theory);
  run.metric(
    "MNIST codes: false positives, raw over standardised",
    raw.falseRate / Math.max(standardised.falseRate, standardised.leastRate),
  );
  run.metric("raw MNIST codes: rate of false positives", raw.falseRate);
  run.metric("standardised MNIST codes: rate of false positives", standardised.falseRate);
  run.metric("raw MNIST codes: effective number of cells", raw.analysis.nEff ?? raw.analysis.nEffInterval[0]);
  run.metric(
    "standardised MNIST codes: effective number of cells",
    standardised.analysis.nEff ?? standardised.analysis.nEffInterval[0],
  );
  const row = (name: string, { falseRate, analysis: c }: DigitCodes) => [
    name,
    falseRate,
    c.fpObserved ?? null,
    c.ci[0],
    c.ci[1],
    c.fpTheory.p,
    c.inflation ?? null,
    c.nEff ?? null,
    c.dutyMax,
    c.recommended ? `s = ${c.recommended.s}, θ = ${c.recommended.theta}` : "none",
  ];
  run.table("codes of digits", {
    columns: [
      "codes",
      "rate, stored segments",
      "rate, random pairs",
      "lower limit",
      "upper limit",
      "theory",
      "inflation",
      "effective cells",
      "largest duty cycle",
      "for errors below 1 % at 30 % noise",
    ],
    rows: [row("raw", raw), row("standardised", standardised)],
    caption:
      "Segments of 20 synapses with a threshold of 10 against images of other digits. Random codes of as many cells as the effective number make as many errors.",
  });
  run.figure("overlaps of digits", {
    kind: "panels",
    columns: 2,
    caption:
      "Overlaps of random segments with images of other digits (bars), and what random codes would have (line). Correlated cells overlap far more often; standardising the units removes much of it.",
    panels: [overlapFigure("raw", raw.analysis), overlapFigure("each unit standardised", standardised.analysis)],
  });
}

/** log₁₀ of shares of pairs, down to what so many trials can show. */
function overlapFigure(name: string, { histogram, trials }: CodeAnalysis): Figure {
  const floor = -Math.ceil(Math.log10(trials));
  const bars = histogram
    .filter(({ observed }) => observed > 0)
    .map(({ overlap, observed }) => ({
      left: overlap - 0.4,
      right: overlap + 0.4,
      low: floor,
      high: Math.log10(observed / trials),
    }));
  const line = histogram
    .map(({ overlap, predicted }) => ({ overlap, log10: Math.log10(predicted / trials) }))
    .filter(({ log10 }) => log10 >= floor);
  return {
    kind: "plot",
    title: name,
    caption: "Bars: observed. Line: random codes. Dashed: the threshold.",
    x: { label: "active synapses of the segment", domain: [-0.5, segment.s + 0.5] },
    y: { label: "log₁₀ share of pairs", domain: [floor, 0], grid: true },
    marks: [
      { mark: "rectY", data: bars, x1: "left", x2: "right", y1: "low", y2: "high", fill: "#0072b2" },
      { mark: "line", data: line, x: "overlap", y: "log10", stroke: "#d55e00" },
      { mark: "ruleX", data: [segment.theta - 0.5], strokeDasharray: "4,3" },
    ],
  };
}
