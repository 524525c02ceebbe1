/** @file The key idea: half of the neurons, as bricks that a router chooses, by ways to make bricks and to choose them. */

import type { TextModel } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import { configure, type Flops, flopsPerToken } from "../configure.ts";
import { type BrickPlan, type PartitionKind, partition } from "../partition.ts";
import type { RouterKind } from "../router.ts";
import { functionLosses } from "../text-loss.ts";
import { routerRecall, trainRouter } from "../train-router.ts";
import { sizes } from "./model.ts";
import type { Options } from "./options.ts";
import { type FunctionText, setsOf, trainingWindows } from "./texts.ts";

export interface RoutedLoss {
  readonly partition: PartitionKind;
  readonly router: RouterKind;
  /** Share of neurons that are run. */
  readonly share: number;
  /** Mean over functions of the rise of the loss, in nats per token. */
  readonly rise: number;
  /** Of the oracle's bricks. */
  readonly recall: number;
  readonly flops: Flops;
}

export interface RoutingStudy {
  readonly losses: readonly RoutedLoss[];
}

/** Every router at half of the neurons; the oracle and the learned router at other shares as well, for the curve. */
function arms(curve: boolean): { readonly how: PartitionKind; readonly kind: RouterKind; readonly share: number }[] {
  const all: readonly RouterKind[] = ["oracle", "learned", "centre", "norm", "random"];
  const few: readonly RouterKind[] = ["oracle", "learned"];
  const ways = { coactivation: all, weights: all, random: few } as const;
  return (["coactivation", "weights", "random"] as const).flatMap((how) =>
    (curve ? [0.25, 0.5, 0.75] : [0.5]).flatMap((share) =>
      (share === 0.5 ? ways[how] : few).map((kind) => ({ how, kind, share })),
    ),
  );
}

export async function studyRouting(
  run: Run,
  model: TextModel,
  texts: readonly FunctionText[],
  { brickSize, routerTexts, routerSteps, curve }: Options,
): Promise<RoutingStudy> {
  const passes = { compile: run.compile, signal: run.signal };
  const tested = setsOf(texts, "tested");
  const windows = trainingWindows(texts, routerTexts);
  const base = await run.part("losses", () => functionLosses(model, tested, passes));
  const riseOf = async (configured: TextModel) => {
    const losses = await functionLosses(configured, tested, passes);
    return losses.reduce((sum, loss, f) => sum + (loss - base[f]) / losses.length, 0);
  };
  const plans = new Map<PartitionKind, BrickPlan>();
  for (const how of ["coactivation", "weights", "random"] as const)
    plans.set(
      how,
      await run.part(`partition: ${how}`, () =>
        partition(model, how, { ...passes, size: brickSize, texts: windows, seed: run.seed }),
      ),
    );
  const bricks = sizes.hidden / brickSize;
  const losses: RoutedLoss[] = [];
  const all = arms(curve);
  for (const { how, kind, share } of all) {
    const plan = plans.get(how) as BrickPlan;
    const keep = Math.max(1, Math.round(share * bricks));
    losses.push(
      await run.part(`routed: ${how}, ${kind}, ${share}`, async ({ checkpoint }) => {
        const router = await trainRouter(model, plan, windows, {
          ...passes,
          ...{ kind, keep, steps: routerSteps, seed: run.seed, checkpoint },
        });
        return {
          ...{ partition: how, router: kind, share: keep / bricks },
          rise: await riseOf(await configure(model, plan, { router })),
          recall: await routerRecall(
            model,
            plan,
            router,
            tested.flatMap(({ prompts }) => prompts),
            passes,
          ),
          flops: await flopsPerToken(model, plan, { router }),
        };
      }),
    );
    run.progress("routing", losses.length, all.length, "arms");
  }
  return { losses };
}
