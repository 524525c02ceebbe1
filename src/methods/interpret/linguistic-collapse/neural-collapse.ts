/** @file The three passes over a model's top layer: means, variances, decisions. No embedding is kept. */

import {
  type Compiled,
  type CompileOptions,
  type Concrete,
  collect,
  compile,
  Tensor,
  type Value,
} from "../../../graph/index.ts";
import { crossEntropies } from "../../../nn/index.ts";
import { type Batches, eachOf } from "./batches.ts";
import { type ClassMeans, MeanAccumulator } from "./class-means.ts";
import { VarianceAccumulator } from "./class-variances.ts";
import { type CollapseReport, type Geometry, geometry, type Validation } from "./collapse-report.ts";
import { Decider, DecisionAccumulator, type HeadRows } from "./decisions.ts";
import { type HeadPlace, headOf, headRows } from "./head.ts";
import { type AnyModel, type Network, networkOf } from "./network.ts";
import type { PairOptions } from "./pair-measures.ts";
import { checkedPlace, type Top } from "./place-check.ts";

export interface CollapseOptions extends Pick<PairOptions, "tile" | "sample" | "seed" | "breathe"> {
  /** The top layer. Default: what `findHead` finds. */
  readonly at?: HeadPlace;
  /** N_min: rarer classes are left out everywhere. Default 5 (the paper has 1). */
  readonly minCount?: number;
  readonly compile?: CompileOptions;
  readonly signal?: AbortSignal;
  /** @param stage "means", "variances", "decisions" or "pairs"; @param done batches or tiles, of how many if that is known */
  readonly onProgress?: (stage: string, done: number, total?: number) => void;
}

/**
 * The geometry of a model's top layer: how far its class means have collapsed to a simplex, are spread evenly, and are the head's rows.
 * Means and variances are of the training data, decisions and loss of the validation data.
 * @param model opened (`open`), imported, or built: a language model, whose classes are the next tokens, or a classifier
 * @param train,val `packedText`, `paddedTexts`, `labelledBatches`, `pictureBatches`, or batches of your own
 * @throws CajalError `argument` when the head is not recognised, or does not belong to the embedding; `unknown-layer`; `bad-labels` when there
 * are too few classes; `shape`, `not-finite`, `too-large`, `no-data`
 */
export async function neuralCollapse(
  model: AnyModel,
  train: Batches,
  val: Batches,
  options: CollapseOptions = {},
): Promise<CollapseReport> {
  const { minCount, onProgress } = options;
  const network = networkOf(model);
  const place = options.at ?? headOf(network);
  const top = await checkedPlace(network, place, train, options.compile);
  const reader = embeddingReader(network, place.embedding, options.compile);
  try {
    const sums = new MeanAccumulator(top.count, top.width);
    await overall(network, reader, train, "means", options, ({ rows }, labels) => sums.add(rowsOf(rows), labels));
    const means = sums.means(minCount);
    const squares = new VarianceAccumulator(means);
    await overall(network, reader, train, "variances", options, ({ rows }, labels) =>
      squares.add(rowsOf(rows), labels),
    );
    const variances = squares.variances();
    const head = keptRows(headRows(network, place, top.width, top.count), means);
    const validation = await validate(network, top, means, head, val, options);
    const measured = await geometry(means, variances, head, {
      ...options,
      onProgress: (done, total) => onProgress?.("pairs", done, total),
    });
    return { ...measured, ...validation, warnings: warningsOf(sums.state().counts, measured) };
  } finally {
    await reader.release();
  }
}

/** NC4 and the loss. */
async function validate(
  network: Network,
  { place, softmax }: Top,
  means: ClassMeans,
  head: HeadRows,
  val: Batches,
  options: CollapseOptions,
): Promise<Validation> {
  const decider = new Decider(means, head, options.compile);
  const decisions = new DecisionAccumulator(means);
  const reader: Reader<{ rows: Value; losses: Value }> = compile((targets: Value, ...inputs: Value[]) => {
    const { result, rows } = embedded(network, place.embedding, inputs);
    const logits = result.cast("float32").reshape([-1, result.shape[result.rank - 1]]);
    // Logarithms of probabilities are logits of them.
    return { rows, losses: crossEntropies(softmax ? logits.add(tinyProbability).log() : logits, targets) };
  }, options.compile);
  let loss = 0;
  try {
    await overall(network, reader, val, "decisions", options, async ({ rows, losses }, labels) => {
      decisions.add(await decider.decide(rowsOf(rows)), labels);
      for (let i = 0; i < labels.length; i++) if (labels[i] >= 0) loss += Number(losses.data[i]);
    });
  } finally {
    await Promise.all([reader.release(), decider.release()]);
  }
  const { positions } = decisions.state();
  return { agreement: decisions.agreement(), loss: loss / positions, positions };
}

const tinyProbability = 1e-30;

/** Its first argument are the rows' labels, int64, with 0 in place of −1. */
type Reader<R> = Compiled<[Value, ...Value[]], R>;

function embeddingReader(
  network: Network,
  embedding: string,
  options: CompileOptions | undefined,
): Reader<{ rows: Value }> {
  return compile(
    (_targets: Value, ...inputs: Value[]) => ({ rows: embedded(network, embedding, inputs).rows }),
    options,
  );
}

/** One pass over the data. */
async function overall<R>(
  network: Network,
  reader: Reader<R>,
  data: Batches,
  stage: string,
  { signal, onProgress }: CollapseOptions,
  use: (read: Concrete<R>, labels: Int32Array) => void | Promise<void>,
): Promise<void> {
  let done = 0;
  for await (const batch of eachOf(data)) {
    signal?.throwIfAborted();
    const { inputs, labels } = network.feed(batch);
    const targets = Tensor.of(
      labels.map((label) => Math.max(0, label)),
      [labels.length],
      "int64",
    );
    await use(await reader(targets, ...inputs), labels);
    onProgress?.(stage, ++done, typeof data === "function" ? undefined : data.length);
  }
}

/** The embedding of each row, float32 [rows, width], beside the model's result. */
function embedded(network: Network, embedding: string, inputs: readonly Value[]): { result: Value; rows: Value } {
  const weights = constantWeights(network, inputs[0]);
  const { result, taps } = collect(
    () => network.apply(inputs, weights),
    (name) => name === embedding,
  )();
  const h = taps[embedding];
  return { result, rows: h.cast("float32").reshape([-1, h.shape[h.rank - 1]]) };
}

/** The weights as constants of the graph: the runtime may arrange them once for all batches. */
function constantWeights({ weights }: Network, { tracer }: Value): Record<string, Value> {
  return Object.fromEntries(Object.entries(weights).map(([name, tensor]) => [name, tracer.lift(tensor, tensor.dtype)]));
}

function rowsOf({ data }: Tensor): Float32Array {
  return data as Float32Array;
}

/** The rows of the kept classes. */
function keptRows({ weight, bias }: HeadRows, { ids, width }: ClassMeans): HeadRows {
  const kept = new Float64Array(ids.length * width);
  for (const [place, id] of ids.entries()) kept.set(weight.subarray(id * width, (id + 1) * width), place * width);
  return { weight: kept, ...(bias && { bias: Float64Array.from(ids, (id) => bias[id]) }) };
}

/** @param counts of all classes */
function warningsOf(counts: Float64Array, { duplicates, classes }: Geometry): string[] {
  const total = counts.reduce((a, b) => a + b, 0);
  const seen = counts.filter((count) => count > 0).length;
  const single = counts.filter((count) => count === 1).length;
  const most = counts.reduce((best, count, id) => (count > counts[best] ? id : best), 0);
  const warnings: string[] = [];
  if (classes > 2 && counts[most] > total / 2)
    warnings.push(
      `${Math.round((100 * counts[most]) / total)} % of the positions have the label ${most}. If it only fills up texts, give the batches a mask.`,
    );
  if (single > seen / 2)
    warnings.push(
      `${single} of ${seen} classes were seen once only, in ${total} positions: take a smaller vocabulary, or more text.`,
    );
  if (duplicates > 0)
    warnings.push(`${duplicates} pairs of classes have one mean, and are left out of what is measured between pairs.`);
  return warnings;
}
