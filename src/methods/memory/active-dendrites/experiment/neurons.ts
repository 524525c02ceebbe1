/** @file A neuron with dendrites against neurons that sum, on the same patterns. */

import { compile, exportOnnx, Tensor, type Value } from "../../../../graph/index.ts";
import { areaUnderRoc } from "../../../../nn/index.ts";
import type { Part, Run } from "../../../run.ts";
import { binaryOfCodes, randomCode, replaceCells, type SparseCode } from "../../sparse-code.ts";
import { dendrites, segmentTable, softDendrites } from "../layer.ts";
import { DendriticNeuron } from "../neuron.ts";
import { binaryWeights, hebbianWeights, weightedSum } from "../point-neuron.ts";
import { falseNegative } from "../recognition-errors.ts";

const sizes = { n: 2000, a: 40, s: 20, theta: 10 };

export interface Recognition {
  readonly patterns: number;
  readonly hitRate: number;
  readonly falseRate: number;
  /** What the closed form says of the stored pattern's own segment. */
  readonly expectedHitRate: number;
  /** Areas under the receiver operating characteristic. */
  readonly dendritic: number;
  readonly summedSegments: number;
  readonly hebbian: number;
  readonly binary: number;
  /** Probes on which the compiled graph and the index lists disagree. */
  readonly disagreements: number;
}

export interface Probing {
  /** Patterns stored. */
  readonly patterns: number;
  /** Stored patterns with noise, and as many fresh ones. */
  readonly probes: number;
  /** Cells of a stored pattern that are replaced by others. */
  readonly replaced: number;
}

export async function recognise(
  run: Run,
  { rng }: Part,
  { patterns, probes, replaced }: Probing,
): Promise<Recognition> {
  const { n, a, s, theta } = sizes;
  const stored = Array.from({ length: patterns }, () => randomCode(rng, n, a));
  const neuron = new DendriticNeuron({ n, s, theta, seed: rng.bits() });
  for (const pattern of stored) neuron.store(pattern);
  const known = Array.from({ length: probes }, () => replaceCells(rng, rng.pick(stored), replaced));
  const fresh = Array.from({ length: probes }, () => randomCode(rng, n, a));

  const best = (codes: readonly SparseCode[]) => codes.map((code) => neuron.fires(code).overlap);
  const auc = (score: (codes: readonly SparseCode[]) => number[]) => areaUnderRoc(score(known), score(fresh));
  const summed = (weights: Float64Array) => auc((codes) => codes.map((code) => weightedSum(weights, code)));
  // What is left of the segments when they have no threshold: a weight for each cell that counts its synapses.
  const synapses = hebbianWeights(
    neuron.segments.map((active) => ({ n, active })),
    n,
  );
  await run.artifact(`neuron-of-${patterns}-patterns.onnx`, asModel(neuron));
  const rateOf = (codes: readonly SparseCode[]) => codes.filter((code) => neuron.fires(code).fires).length / probes;
  return {
    patterns,
    hitRate: rateOf(known),
    falseRate: rateOf(fresh),
    expectedHitRate: 1 - falseNegative({ a, s, theta, flipped: replaced }).p,
    dendritic: auc(best),
    summedSegments: summed(synapses),
    hebbian: summed(hebbianWeights(stored, n)),
    binary: summed(binaryWeights(stored, n)),
    disagreements: await disagreements(run, neuron, [...known, ...fresh]),
  };
}

/** Of the graph, exact and smooth, with the neuron itself: other overlaps, or another answer. */
async function disagreements(run: Run, neuron: DendriticNeuron, codes: readonly SparseCode[]): Promise<number> {
  const { n, theta } = neuron;
  const table = segmentTable(neuron.segments, n);
  const layer = compile((x: Value) => {
    const { overlap, fires } = dendrites(x, table, { theta });
    return { best: overlap.max(-1), fires, soft: softDendrites(x, table, { theta, temperature: 0.5 }).fires };
  }, run.compile);
  const size = 50;
  let different = 0;
  for (let from = 0; from < codes.length; from += size) {
    const batch = codes.slice(from, from + size);
    run.progress("graph against index lists", from, codes.length, "codes");
    await run.breathe();
    const answers = await layer(binaryOfCodes(batch));
    const [best, fires, soft] = [answers.best, answers.fires, answers.soft].map((tensor) => tensor.numbers());
    for (const [i, code] of batch.entries()) {
      const own = neuron.fires(code);
      const same = best[i] === own.overlap && fires[i] === Number(own.fires) && soft[i] > 0.5 === own.fires;
      if (!same) different++;
    }
  }
  await layer.release();
  return different;
}

/** The neuron as an ONNX model: codes [N, n] in, whether it fires [N] and the best overlap [N] out. */
function asModel(neuron: DendriticNeuron): Uint8Array {
  const table = segmentTable(neuron.segments, neuron.n);
  const model = (code: Value) => {
    const { overlap, fires } = dendrites(code, table, { theta: neuron.theta });
    return { fires, overlap: overlap.max(-1) };
  };
  return exportOnnx(model, [Tensor.zeros([1, neuron.n])], {
    names: ["code"],
    batch: { name: "N", arguments: [0] },
  });
}

export function reportRecognition(run: Run, results: readonly Recognition[], replaced: number): void {
  const most = results[results.length - 1];
  run.metric("dendritic neuron, most patterns: hit rate with noise", most.hitRate);
  run.metric("dendritic neuron, most patterns: false positive rate", most.falseRate);
  run.metric("dendritic neuron, most patterns: AUC", most.dendritic);
  run.metric("point neuron with Hebbian sum, most patterns: AUC", most.hebbian);
  run.metric("point neuron with binary weights, most patterns: AUC", most.binary);
  run.metric("segments summed without thresholds, most patterns: AUC", most.summedSegments);
  run.metric(
    "probes on which graph and index lists disagree",
    results.reduce((sum, { disagreements: d }) => sum + d, 0),
  );
  run.table("neurons", {
    columns: [
      "patterns",
      "hit rate",
      "hit rate in theory",
      "false positive rate",
      "AUC dendritic",
      "AUC segments summed",
      "AUC Hebbian sum",
      "AUC binary weights",
    ],
    rows: results.map((r) => [
      r.patterns,
      r.hitRate,
      r.expectedHitRate,
      r.falseRate,
      r.dendritic,
      r.summedSegments,
      r.hebbian,
      r.binary,
    ]),
    caption: `Stored patterns with ${replaced} of ${sizes.a} cells replaced against fresh patterns: only thresholds per segment tell them apart.`,
  });
  const neurons = ["dendritic", "same segments, summed", "point neuron, Hebbian sum", "point neuron, binary weights"];
  const rows = results.flatMap(({ patterns, ...r }) =>
    [r.dendritic, r.summedSegments, r.hebbian, r.binary].map((area, i) => ({ patterns, area, neuron: neurons[i] })),
  );
  run.figure("dendrites against sums", {
    kind: "plot",
    title: "Thresholds on segments are what recognises",
    caption:
      "The neuron with dendrites keeps all patterns apart; the same synapses summed on one point lose them as more are stored.",
    x: { label: "patterns stored", type: "log" },
    y: { label: "area under the ROC curve", domain: [0.45, 1], grid: true },
    color: { label: "neuron", domain: neurons, range: ["#0072b2", "#009e73", "#d55e00", "#888888"] },
    marks: [{ mark: "line", data: rows, x: "patterns", y: "area", stroke: "neuron", marker: "dot" }],
  });
}
