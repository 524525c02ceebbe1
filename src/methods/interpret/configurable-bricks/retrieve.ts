/** @file Which function a prompt is of, so that its brick can be switched on: by the nearest centroid of the first layer's stream. */

import { CajalError, Tensor } from "../../../graph/index.ts";
import type { TextModel } from "../../../probe/index.ts";
import { findFeedForward } from "./feed-forward.ts";
import type { FunctionSet } from "./function-sets.ts";
import { tapped } from "./prompt-activity.ts";
import { onTexts, type PassOptions, type Tokens } from "./text-passes.ts";

export interface FunctionCentroids {
  readonly functions: readonly string[];
  /** [functions, width] */
  readonly centroids: Tensor;
}

/** The mean of what prompts of each function have in the first layer. */
export async function functionCentroids(
  model: TextModel,
  sets: readonly FunctionSet[],
  options?: PassOptions,
): Promise<FunctionCentroids> {
  if (sets.some(({ prompts }) => prompts.length === 0))
    throw new CajalError("bad-labels", "functionCentroids: a function has no prompts");
  const pooled = await pooledStreams(
    model,
    sets.flatMap(({ prompts }) => prompts),
    options,
  );
  const [{ length: width }] = pooled;
  const centroids = new Float32Array(sets.length * width);
  let p = 0;
  for (const [f, { prompts }] of sets.entries())
    for (const _ of prompts) {
      for (let d = 0; d < width; d++) centroids[f * width + d] += pooled[p][d] / prompts.length;
      p++;
    }
  return { functions: sets.map(({ name }) => name), centroids: new Tensor("float32", [sets.length, width], centroids) };
}

/** The function whose centroid is nearest, for each prompt. */
export async function retrieveFunction(
  model: TextModel,
  { functions, centroids }: FunctionCentroids,
  prompts: readonly Tokens[],
  options?: PassOptions,
): Promise<string[]> {
  const means = centroids.numbers();
  const pooled = await pooledStreams(model, prompts, options);
  return pooled.map((stream) => {
    const distances = functions.map((_, f) =>
      stream.reduce((sum, v, d) => sum + (v - means[f * stream.length + d]) ** 2, 0),
    );
    return functions[distances.indexOf(Math.min(...distances))];
  });
}

/** What the first feed-forward layer reads, mean over the tokens of each text. */
async function pooledStreams(
  model: TextModel,
  texts: readonly Tokens[],
  options?: PassOptions,
): Promise<Float64Array[]> {
  const [{ read }] = await findFeedForward(model);
  const pooled: Float64Array[] = [];
  await onTexts(
    model,
    texts,
    (feeds) => {
      const weight = feeds.own.div(feeds.own.sum(1, true).add(1e-9)).unsqueeze(-1);
      return { pooled: tapped(model, feeds, [read])[0].mul(weight).sum(1) };
    },
    (results, rows) => {
      const data = results.pooled.numbers();
      const width = results.pooled.shape[1];
      for (const [row, index] of rows.entries()) pooled[index] = data.slice(row * width, (row + 1) * width);
    },
    options,
  );
  return pooled;
}
