/** @file The key idea: half of the neurons, as bricks that a router chooses, by ways to make bricks and to choose them. */

import type { TextModel } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import { configure, type Flops, flopsPerToken } from "../configure.ts";
import { type BrickPlan, type PartitionKind, partition } from "../partition.ts";
import type { RouterKind } from "../router.ts";
import { functionLosses } from "../text-loss.ts";
import { routerRecall, trainRouter } from "../train-router.ts";
import type { Options } from "./options.ts";
import { sizes } from "./model.ts";
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
  /** Largest change of a loss with all bricks kept. */
  readonly all: number;
}

const shares = [0.25, 0.5, 0.75] as const;

/** What is measured: every router at half of the neurons of each partition, and the oracle and the learned router along the way. */
function arms(): { readonly how: PartitionKind; readonly kind: RouterKind; readonly share: number }[] {
  const ways = ["coactivation", "weights", "random"] as const;
  return ways.flatMap((how) =>
    shares.flatMap((share) => {
      const kinds: RouterKind[] = share === 0.5 ? ["oracle", "learned", "centre", "norm", "random"] : ["oracle", "learned"];
      return kinds.map((kind) => ({ how, kind, share }));
    }),
  );
}

export async function studyRouting(
  run: Run,
  model: TextModel,
  texts: readonly FunctionText[],
  { brickSize, routerTexts, routerSteps }: Options,
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
  const all = arms();
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
          recall: await routerRecall(model, plan, router, tested.flatMap(({ prompts }) => prompts), passes),
          flops: await flopsPerToken(model, plan, { router }),
        };
      }),
    );
    run.progress("routing", losses.length, all.length, "arms");
  }
  const whole = await run.part("all bricks", async () => {
    const plan = plans.get("coactivation") as BrickPlan;
    const router = await trainRouter(model, plan, windows, { ...passes, kind: "centre", keep: bricks });
    return Math.abs(await riseOf(await configure(model, plan, { router })));
  });
  return { losses, all: whole };
}
