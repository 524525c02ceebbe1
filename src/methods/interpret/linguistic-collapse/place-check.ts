/** @file Whether the head times the embedding is what the model computes, seen on the first batch. */

import { CajalError, type CompileOptions, collect, compile, type Tensor, type Value } from "../../../graph/index.ts";
import { type Batches, eachOf } from "./batches.ts";
import { type HeadPlace, headRows, type TracedHead, traceHead } from "./head.ts";
import type { Fed, Network } from "./network.ts";

/** The top layer, checked. */
export interface Top {
  readonly place: HeadPlace;
  readonly width: number;
  /** Classes. */
  readonly count: number;
  /** Whether the model gives probabilities. */
  readonly softmax: boolean;
}

/** A difference of logits that is no rounding. */
const limit = 1e-3;
/** Rows of the batch that are compared. */
const compared = 64;

/** @throws CajalError `argument` with what fits, when head · embedding is not the logits; `unknown-layer`, `bad-labels`, `no-data` */
export async function checkedPlace(
  network: Network,
  place: HeadPlace,
  data: Batches,
  options: CompileOptions | undefined,
): Promise<Top> {
  const fed = await firstOf(network, data);
  const seen: { head: TracedHead | undefined; names: string[]; wide: Set<string> }[] = [];
  /** @param wanted names of embeddings */
  const reader = (wanted: (name: string, value: Value) => boolean) =>
    compile((weights: Record<string, Value>, ...inputs: Value[]) => {
      const { result, taps } = collect((...values: Value[]) => network.apply(values, weights))(...inputs);
      let head: TracedHead | undefined;
      try {
        head = traceHead(network.name, { logits: result, inputs, weights, taps });
      } catch (error) {
        // Then the model's own result must be the product.
        if (!(error instanceof CajalError)) throw error;
      }
      const rows = (value: Value) => value.cast("float32").reshape([-1, value.shape[value.rank - 1]]);
      const target = rows(head?.product ?? result);
      const fitting = Object.entries(taps).filter(
        ([name, value]) => wanted(name, value) && value.rank > 1 && value.dtype.startsWith("float"),
      );
      seen.push({ head, names: Object.keys(taps), wide: new Set(fitting.map(([name]) => name)) });
      return { target, embeddings: Object.fromEntries(fitting.map(([name, value]) => [name, rows(value)])) };
    }, options);

  const one = reader((name) => name === place.embedding);
  const { target, embeddings } = await one(network.weights, ...fed.inputs).finally(() => one.release());
  const embedding = embeddings[place.embedding];
  if (embedding === undefined)
    throw new CajalError("unknown-layer", `${network.name} has no tensor "${place.embedding}" of floats`, {
      advice: `Its last ones: ${seen[0].names.slice(-8).join(", ")}.`,
    });
  const [width, count] = [embedding.shape[1], target.shape[1]];
  const beyond = fed.labels.find((label) => label >= count);
  if (beyond !== undefined)
    throw new CajalError("bad-labels", `label ${beyond} is beyond the ${count} classes of ${network.name}`, {
      advice:
        "Labels count the model's outputs from 0: the tokenizer or the list of classes may belong to another model.",
    });
  const difference = differenceOf(network, place, embedding, target);
  if (difference > limit) {
    const all = reader((_name, value) => value.shape[value.rank - 1] === width && value.shape.length < 4);
    const { embeddings: others } = await all(network.weights, ...fed.inputs).finally(() => all.release());
    const fits = Object.entries(others)
      .filter(([, rows]) => rows.shape[0] === target.shape[0])
      .map(([name, rows]) => ({ name, difference: differenceOf(network, place, rows, target) }))
      .sort((a, b) => a.difference - b.difference)[0];
    throw new CajalError(
      "argument",
      `${network.name}: "${place.weight}" times "${place.embedding}" is not the logits (difference ${difference.toPrecision(2)})`,
      {
        advice:
          fits !== undefined && fits.difference <= limit
            ? `Take "${fits.name}": it fits (difference ${fits.difference.toPrecision(2)}).`
            : "No tensor fits this head: the weight or its bias is another one. See findHead.",
      },
    );
  }
  return { place, width, count, softmax: seen[0].head?.softmax ?? false };
}

async function firstOf(network: Network, data: Batches): Promise<Fed> {
  for await (const batch of eachOf(data)) {
    const fed = network.feed(batch);
    if (fed.labels.length > 0) return fed;
  }
  throw new CajalError("no-data", "there are no training data");
}

/** The largest |w·h + b − logit|, as a share of the largest logit where that is above 1. */
function differenceOf(network: Network, place: HeadPlace, embedding: Tensor, target: Tensor): number {
  const [rows, width] = embedding.shape;
  const count = target.shape[1];
  const { weight, bias } = headRows(network, place, width, count);
  let [largest, scale] = [0, 1];
  for (let r = 0; r < Math.min(rows, compared); r++)
    for (let c = 0; c < count; c++) {
      let product = bias?.[c] ?? 0;
      for (let k = 0; k < width; k++) product += weight[c * width + k] * Number(embedding.data[r * width + k]);
      const logit = Number(target.data[r * count + c]);
      scale = Math.max(scale, Math.abs(logit));
      largest = Math.max(largest, Math.abs(product - logit));
    }
  return largest / scale;
}
