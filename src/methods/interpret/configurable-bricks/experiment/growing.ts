/** @file Two new functions: grown bricks against full fine-tuning, and both bricks merged. */

import { mapLeaves, Tensor } from "../../../../graph/index.ts";
import { adamw, chain, clipByGlobalNorm, fit, type Gpt, schedule, windows } from "../../../../nn/index.ts";
import type { TextModel, Weights } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import type { Brick } from "../brick.ts";
import { configure } from "../configure.ts";
import { growBrick, nextTokenLoss } from "../grow.ts";
import { mergeBricks } from "../merge.ts";
import { functionLosses } from "../text-loss.ts";
import { modelOf } from "./model.ts";
import type { Options } from "./options.ts";
import { type FunctionText, length, setsOf } from "./texts.ts";

/** Perplexities of the new functions, and of the old ones, with the same model. */
export interface Served {
  readonly name: string;
  readonly fresh: readonly number[];
  readonly old: readonly number[];
}

export interface GrowingStudy {
  readonly functions: readonly string[];
  readonly before: Served;
  /** By new function. */
  readonly grown: readonly Served[];
  readonly fineTuned: readonly Served[];
  /** Both bricks on; and their weighted sum, with weights found on validation texts. */
  readonly union: Served;
  readonly weighted: Served;
  /** Largest change of a logit of the base after growing, with the bricks off. */
  readonly off: number;
  readonly bricks: readonly Brick[];
}

/** Windows in a batch. */
const size = 8;

/** What weights of a merged brick are chosen by: so many prompts of each new function, none of them for testing. */
const validationPrompts = 12;
const grid = [0.5, 0.75, 1] as const;

export async function studyGrowing(
  run: Run,
  model: TextModel,
  old: readonly FunctionText[],
  fresh: readonly FunctionText[],
  { newNeurons, growSteps, rate }: Options,
): Promise<GrowingStudy> {
  const passes = { compile: run.compile, signal: run.signal };
  const [oldSets, newSets] = [setsOf(old, "tested"), setsOf(fresh, "tested")];
  const serve = (name: string, of: () => Promise<TextModel>) =>
    run.part(`perplexity: ${name}`, async (): Promise<Served> => {
      const served = await of();
      const losses = await functionLosses(served, [...newSets, ...oldSets], passes);
      const perplexities = losses.map(Math.exp);
      return { name, fresh: perplexities.slice(0, newSets.length), old: perplexities.slice(newSets.length) };
    });
  const probe = oldSets[0].prompts[0];
  const clean = await model.logits(probe);
  const before = await serve("before", async () => model);
  const bricks: Brick[] = [];
  for (const { name, train } of fresh)
    bricks.push(
      await run.part(`brick: ${name}`, ({ checkpoint }) =>
        growBrick(model, name, [train], {
          ...passes,
          ...{ neurons: newNeurons, steps: growSteps, rate, length, size, seed: run.seed, checkpoint },
          onProgress: (done, total) => run.progress(`brick: ${name}`, done, total, "steps"),
        }),
      ),
    );
  const on = (...switched: readonly Brick[]) => configure(model, undefined, { bricks: switched });
  const grown: Served[] = [];
  for (const brick of bricks) grown.push(await serve(`${brick.name} on`, () => on(brick)));
  const fineTuned: Served[] = [];
  for (const text of fresh) {
    const weights = await fineTune(run, model, text, { steps: growSteps, rate });
    fineTuned.push(await serve(`${text.name}, fine-tuned`, async () => weights));
  }
  const union = await serve("both on", async () => on(await mergeBricks(model, bricks)));
  const validation = setsOf(fresh, "scored").map(({ name, prompts }) => ({
    name,
    prompts: prompts.slice(0, validationPrompts),
  }));
  const weighted = await serve("both, weighted", async () =>
    on(await mergeBricks(model, bricks, "auto", validation, { ...passes, grid })),
  );
  const off = (await configure(model, undefined, { bricks: [] })).logits(probe);
  const after = (await off).numbers();
  return {
    functions: fresh.map(({ name }) => name),
    ...{ before, grown, fineTuned, union, weighted, bricks },
    off: clean.numbers().reduce((most, v, i) => Math.max(most, Math.abs(v - after[i])), 0),
  };
}

/** All weights on the new function alone, as many steps as a brick has. */
async function fineTune(
  run: Run,
  model: TextModel,
  { name, train }: FunctionText,
  { steps, rate }: { readonly steps: number; readonly rate: number },
): Promise<TextModel> {
  const stage = `fine-tuned: ${name}`;
  const params = await run.part(stage, async ({ rng, checkpoint }) => {
    const trained = await fit<Weights<Tensor>, { inputs: Tensor; targets: Tensor }, Record<string, never>>({
      params: model.weights,
      loss: (p, { inputs, targets }) => nextTokenLoss(model, inputs, targets, p),
      data: windows(Tensor.of(train, [train.length], "int64"), { length, size, rng: rng.split("windows") }),
      optimiser: chain(clipByGlobalNorm(1), adamw(schedule.cosine(rate, steps, rate / 10), { weightDecay: 0 })),
      steps,
      ...{ checkpoint, signal: run.signal, compile: run.compile },
      onStep: ({ step }) => run.progress(stage, step, steps, "steps"),
    });
    return trained.params;
  });
  const { decoder } = model.network;
  if (decoder === undefined) return model;
  const tuned: Gpt<Tensor> = mapLeaves(decoder.params, (_leaf, path) => params[path]);
  return modelOf(tuned);
}
