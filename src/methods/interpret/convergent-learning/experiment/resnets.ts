/** @file Part B: two published residual networks of different depth. */

import { Model, type SampleSet } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import { convergence, type Tap } from "../index.ts";
import type { Options } from "./options.ts";

/** Blocks in each of the three stages. */
const depths = { resnet20: 3, resnet56: 9 } as const;

export interface ResNets {
  /** Mean matched correlation [blocks of ResNet-20, blocks of ResNet-56]. */
  readonly matched: readonly (readonly number[])[];
  /** Names of the blocks' outputs: "1.0" is the first block of the first stage. */
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** Mean matched correlation of stage outputs [3][3]. */
  readonly stages: readonly (readonly number[])[];
  /** For each stage of ResNet-20 the share of units found in the same stage of ResNet-56 at 0.5 or more. */
  readonly found: readonly number[];
}

export function compareResNets(run: Run, samples: SampleSet, options: Options): Promise<ResNets> {
  return run.part("ResNets", async () => {
    const open = async (name: keyof typeof depths) =>
      Model.open(await run.data.file("resnet-cifar10", `${name}.onnx`), { name });
    const blocksOf = (name: keyof typeof depths) =>
      [1, 2, 3].flatMap((stage) => Array.from({ length: depths[name] }, (_, block) => `${stage}.${block}`));
    const tapsOf = async (name: keyof typeof depths): Promise<Tap[]> => {
      const model = await open(name);
      return blocksOf(name).map((block) => ({ model, tensor: `layer${block}.out` }));
    };
    const [small, large] = [await tapsOf("resnet20"), await tapsOf("resnet56")];
    const { pairs } = await convergence([...small, ...large], samples, {
      layers: "all",
      maxSamples: Math.min(options.maxSamples, resnetSamples),
      seed: run.seed,
      signal: run.signal,
      onProgress: (done, total) => run.progress("ResNets", done, total, "images"),
    });
    const pair = (a: Tap, b: Tap) => pairs.find((one) => one.a === a && one.b === b);
    const matched = small.map((a) => large.map((b) => pair(a, b)?.matchingScore ?? Number.NaN));
    const last = (name: keyof typeof depths) => [1, 2, 3].map((stage) => stage * depths[name] - 1);
    const stages = last("resnet20").map((row) => last("resnet56").map((column) => matched[row][column]));
    const found = last("resnet20").map((row, stage) => {
      const score = pair(small[row], large[last("resnet56")[stage]])?.matching.score ?? new Float64Array(1);
      return score.filter((value) => value >= 0.5).length / score.length;
    });
    return { matched, rows: blocksOf("resnet20"), columns: blocksOf("resnet56"), stages, found };
  });
}

/** 243 pairs of blocks: so many samples of each unit are enough for errors of 0.005. */
const resnetSamples = 40_000;
