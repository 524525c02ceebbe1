/** @file What must hold exactly, measured. */

import { type Rng, Tensor } from "../../../../graph/index.ts";
import { averagePrecision, type Gpt } from "../../../../nn/index.ts";
import { configure } from "../configure.ts";
import { partition } from "../partition.ts";
import { withoutNeurons } from "../perturbation.ts";
import type { Tokens } from "../text-passes.ts";
import { trainRouter } from "../train-router.ts";
import { modelOf, sizes } from "./model.ts";

export interface Identities {
  readonly averagePrecision: number;
  readonly allOn: number;
  readonly zeroed: number;
}

export async function measureIdentities(
  rng: Rng,
  params: Gpt<Tensor>,
  text: Tokens,
  brickSize: number,
): Promise<Identities> {
  const model = modelOf(params);
  const clean = await model.logits(text);
  const plan = await partition(model, "random", { size: brickSize });
  const router = await trainRouter(model, plan, [text], { kind: "centre", keep: sizes.hidden / brickSize });
  const on = await configure(model, plan, { router });
  const neurons = [...rng.split("neurons").permutation(sizes.hidden)].slice(0, 13);
  const masked = withoutNeurons(model, { "block1/mlp": neurons });
  const zeroed = modelOf(withZeroColumns(params, 1, neurons));
  return {
    averagePrecision: averagePrecisionError(rng.split("average precision")),
    allOn: difference(await on.logits(text), clean),
    zeroed: difference(await masked.logits(text), await zeroed.logits(text)),
  };
}

/** Against precision and recall at each threshold, counted anew. */
function averagePrecisionError(rng: Rng): number {
  let worst = 0;
  for (const levels of [3, 20, 1000]) {
    const score = Array.from({ length: 80 }, () => rng.int(0, levels));
    const label = score.map((_, i) => i === 0 || rng.random() < 0.25);
    const positives = label.filter(Boolean).length;
    let [sum, before] = [0, 0];
    for (const threshold of [...new Set(score)].sort((a, b) => b - a)) {
      const chosen = label.filter((_, i) => score[i] >= threshold);
      const recall = chosen.filter(Boolean).length / positives;
      sum += (recall - before) * (chosen.filter(Boolean).length / chosen.length);
      before = recall;
    }
    worst = Math.max(worst, Math.abs(averagePrecision(score, label) - sum));
  }
  return worst;
}

function withZeroColumns(params: Gpt<Tensor>, layer: number, neurons: readonly number[]): Gpt<Tensor> {
  const blocks = params.blocks.map((block, l) => {
    if (l !== layer || !("gate" in block.feedForward)) return block;
    const { down, ...rest } = block.feedForward;
    const data = down.weight.numbers();
    const [, width] = down.weight.shape;
    for (const i of neurons) data.fill(0, i * width, (i + 1) * width);
    return { ...block, feedForward: { ...rest, down: { ...down, weight: Tensor.of(data, down.weight.shape) } } };
  });
  return { ...params, blocks };
}

function difference(a: Tensor, b: Tensor): number {
  const other = b.numbers();
  return a.numbers().reduce((most, v, i) => Math.max(most, Math.abs(v - other[i])), 0);
}
