/** @file How few directions or edges keep what the model can do. */

import { CajalError, type CompileOptions, compile, type Tensor, type Value } from "../../../graph/index.ts";
import type { Model } from "../../../probe/index.ts";
import { ablateEdges } from "./ablate-edges.ts";
import { ablateNodes } from "./ablate-nodes.ts";
import { type Batch, type Batches, eachOf, examplesIn, type Watched } from "./batches.ts";
import { edgeCount } from "./edge-mask.ts";
import type { InteractionGraph } from "./edges.ts";
import type { LibLayer } from "./layer.ts";

/** How good the model's outputs are on a batch: the mean over its examples; more is better. */
export type Score = (outputs: Readonly<Record<string, Tensor>>, batch: Batch) => number;

export interface MinimalOptions extends Watched {
  /** The number that is halved, whose halves are tried. Default: all directions, or all edges. */
  readonly most?: number;
  readonly compile?: CompileOptions;
}

export interface Minimal {
  /** The fewest that keep the score, as bisection finds it: exact where the score falls with every one that is cut. */
  readonly k: number;
  /** What was tried: how many are kept, and the score. Ascending. */
  readonly curve: readonly (readonly [kept: number, score: number])[];
  /** Of the model as it is. */
  readonly score: number;
}

/** The mean score over all examples. */
export async function scoreOf(
  { imported }: Model,
  data: Batches,
  score: Score,
  { signal, compile: options }: MinimalOptions = {},
): Promise<number> {
  const run = compile((inputs: Readonly<Record<string, Value>>) => imported.apply(imported.params, inputs), options);
  try {
    let [sum, examples] = [0, 0];
    for await (const batch of eachOf(data, signal)) {
      const size = examplesIn(batch);
      sum += size * score(await run(batch.inputs), batch);
      examples += size;
    }
    return sum / examples;
  } finally {
    await run.release();
  }
}

/**
 * The share of examples whose label has the largest logit: a score.
 * @param output of the model: [examples, classes], or [examples, 1, classes]
 */
export function accuracyAt(output: string): Score {
  return (outputs, { labels }) => {
    const logits = outputs[output];
    if (logits === undefined || labels === undefined)
      throw new CajalError(
        "argument",
        logits === undefined ? `the model has no output "${output}"` : "there are no labels",
      );
    const [values, wanted] = [logits.data as Float32Array, labels.numbers()];
    const classes = values.length / wanted.length;
    let right = 0;
    for (let n = 0; n < wanted.length; n++) {
      let best = 0;
      for (let c = 1; c < classes; c++) if (values[n * classes + c] > values[n * classes + best]) best = c;
      right += Number(best === wanted[n]);
    }
    return right / wanted.length;
  };
}

/**
 * The fewest first directions of a node, the constant one counted, with which the score stays within `tolerance` of the model's own.
 * @throws CajalError as `ablateNodes`
 */
export async function minimalNodes(
  model: Model,
  layer: LibLayer,
  data: Batches,
  score: Score,
  tolerance: number,
  options: MinimalOptions = {},
): Promise<Minimal> {
  const whole = await scoreOf(model, data, score, options);
  const at = (keep: number) => scoreOf(ablateNodes(model, layer, keep), data, score, options);
  return fewest(layer.lambda.length, whole, tolerance, at, options);
}

/**
 * The fewest edges of a gap, those out of the constant direction not counted, with which the score stays within `tolerance` of the model's own.
 * @throws CajalError as `ablateEdges`
 */
export async function minimalEdges(
  model: Model,
  graph: InteractionGraph,
  gap: number,
  data: Batches,
  score: Score,
  tolerance: number,
  options: MinimalOptions = {},
): Promise<Minimal> {
  const whole = await scoreOf(model, data, score, options);
  const at = (keep: number) => scoreOf(ablateEdges(model, graph, gap, keep), data, score, options);
  return fewest(edgeCount(graph.edges[gap]), whole, tolerance, at, options);
}

/**
 * Bisection of 0 … `most`, with middles rounded up. Where all numbers above the first middle that fails are good enough, few are tried first,
 * which is cheap, without another result.
 * @param all is not tried: it is good enough
 */
async function fewest(
  all: number,
  score: number,
  tolerance: number,
  at: (keep: number) => Promise<number>,
  { most = all, onProgress }: MinimalOptions,
): Promise<Minimal> {
  const curve: [number, number][] = [];
  const total = 2 * Math.ceil(Math.log2(most + 1));
  const good = async (keep: number) => {
    if (keep >= all) return true;
    const found = await at(keep);
    curve.push([keep, found]);
    onProgress?.("how few suffice", curve.length, Math.max(curve.length, total));
    return found >= score - tolerance;
  };
  const middles: number[] = [];
  for (let middle = Math.ceil(most / 2); middle >= 1; middle = middle === 1 ? 0 : Math.ceil(middle / 2))
    middles.unshift(middle);
  let [low, high] = [0, most];
  for (const middle of middles) {
    if (await good(middle)) {
      high = middle;
      break;
    }
    low = middle;
  }
  while (high - low > 1) {
    const middle = Math.ceil((low + high) / 2);
    if (await good(middle)) high = middle;
    else low = middle;
  }
  return { k: Math.min(high, all), curve: curve.sort(([a], [b]) => a - b), score };
}
