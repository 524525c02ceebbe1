/** @file First part: a dictionary that is known is found again. */

import type { Run } from "../../../run.ts";
import { batchesOf } from "../vectors.ts";
import { principalComponents } from "./baselines.ts";
import { bestCosines, knownDictionary } from "./dictionary.ts";
import type { Options } from "./options.ts";
import { lazily, trainPart } from "./train-part.ts";

const mean = (values: Float64Array) => values.reduce((sum, x) => sum + x, 0) / values.length;

export async function studyKnown(run: Run, { knownTokens, knownVectors }: Options): Promise<void> {
  const stage = "known dictionary";
  const make = () => knownDictionary(run.rng.split(stage), knownVectors);
  const data = lazily(async () => batchesOf(make().z, 512, run.rng.split("known order")));
  const recipe = { tokens: knownTokens, batch: 512, rate: 6e-3 };
  const kinds = [
    { name: "L1", options: recipe },
    { name: "TopK", options: { ...recipe, sparsity: { kind: "topk", k: 6 } } },
    { name: "JumpReLU", options: { ...recipe, sparsity: { kind: "jumprelu" } } },
  ] as const;
  const rows: (string | number)[][] = [];
  for (const { name, options } of kinds) {
    const { sae, log } = await trainPart(run, `${stage}: ${name}`, data, 4, options);
    const found = await run.part(`${stage}: ${name}, cosines`, async () =>
      bestCosines(make().directions, sae.decoder, false),
    );
    const share = found.filter((cosine) => cosine >= 0.9).length / found.length;
    const at = log.curve[log.curve.length - 1];
    rows.push([name, share, mean(found), at.l0, at.unexplained]);
    if (name !== "L1") continue;
    run.metric("known dictionary: share of directions found (cosine ≥ 0.9)", share);
    run.metric("known dictionary: mean largest cosine", mean(found));
  }
  const pca = await run.part(`${stage}: components`, async () => {
    const { z, directions } = make();
    return mean(bestCosines(directions, (await principalComponents(z)).rows, true));
  });
  run.metric("known dictionary: mean largest cosine of principal components", pca);
  run.table("known dictionary", {
    columns: ["features", "share found", "mean largest cosine", "active per vector", "share of variance unexplained"],
    rows: [...rows, ["principal components, both signs", null, pca, null, null]] as (string | number | null)[][],
    caption: "200 directions in 64 dimensions, 6 of them in each vector on average; 512 features.",
  });
}
