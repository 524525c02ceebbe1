/** @file sparseFit: trains a network whose connections are found while it trains. */

import { type Replace, Rng, type Tensor, Value } from "../../../graph/index.ts";
import { type FitOptions, fit, type Loss, type Moment, type Training } from "../../../nn/index.ts";
import { flopsByWeight } from "../flops.ts";
import { gradientAt, scalarLoss } from "../gradient-at.ts";
import { masked, maskedState, remask } from "../masked.ts";
import { applyMasks, connections, type Maskable, type Masks, maskableWeights, tensorsAt } from "../masks.ts";
import { emptyHistory, type MaskRecord, recorded, recordsOf } from "./history.ts";
import { isAdaptive, type Recipe, type RecipeOptions, recipeOf } from "./recipe.ts";
import { type Timetable, timetable } from "./schedules.ts";
import { type Spent, spentFlops } from "./spent.ts";
import { startMasks } from "./start-masks.ts";
import { updateMasks } from "./update.ts";

export interface SparseFitOptions<P, B, S>
  extends Omit<FitOptions<P, B, S>, "between" | "from" | "earlyStop">,
    RecipeOptions {
  /** ΔT: steps between updates of the masks. Default: a hundredth of training. */
  readonly every?: number;
  /** When pruning has reached the final density, as a share of training. Default 0.5. */
  readonly pruneEnd?: number;
  /** When regeneration ends, as a share of training. Default 1. */
  readonly regenerateEnd?: number;
  /** Weights that stay dense, by path in the parameters ("2/weight"). They count in no density. */
  readonly keepDense?: readonly string[];
}

export interface SparseFitResult<P, S> {
  /** Zero outside the masks. */
  readonly params: P;
  readonly state: S;
  /** By path in the parameters: bool, 1 where there is a connection. */
  readonly masks: Masks;
  /** The masks before the first step. */
  readonly initialMasks: Masks;
  /** One record for each update of the masks. */
  readonly history: readonly MaskRecord[];
  /** R: share of all maskable entries that have ever been connections (Liu et al. 2021, "in-time over-parameterization"). */
  readonly explored: number;
  readonly flops: Spent;
}

/** What a checkpoint keeps beside parameters and optimiser. */
interface Carried<S> {
  readonly model: S;
  readonly explored: Masks;
  readonly history: Tensor;
}

/**
 * Trains a network that is sparse at every step: GraNet (Liu et al., NeurIPS 2021) and what it is compared with. Every weight of two or
 * more axes has a mask. After each step, weights and what the optimiser remembers of them (momentum) are zero outside it. Every `every`
 * steps, connections of small weight are pruned, over all layers together, down to a density that falls along a cubic; then each layer
 * exchanges a share of its connections for those whose gradient is largest. That gradient is the one of the last batch, so regeneration
 * costs no pass. Grown connections begin at weight and momentum 0; with Adam, at moments 0.
 *
 * Options of `fit` are passed on; a checkpoint has the masks, so that training resumes to the same bits.
 * @throws CajalError `argument` (densities that contradict each other or leave a layer without connections, no update within pruning, an
 * unknown `keepDense`), or as `fit`
 */
export async function sparseFit<P, B, S = Record<string, never>>(
  options: SparseFitOptions<P, B, S>,
): Promise<SparseFitResult<P, S>> {
  const { params, loss, data, optimiser, steps, signal, evaluate, rng = new Rng(0) } = options;
  const { every = Math.max(1, Math.floor(steps / 100)), pruneEnd = 0.5, regenerateEnd = 1 } = options;
  const state = options.state ?? ({} as S);
  const recipe = recipeOf(options);
  const adaptive = isAdaptive(recipe);
  const prunes = recipe.initDensity > recipe.finalDensity;
  const table = adaptive ? timetable(steps, every, prunes ? pruneEnd : 1, regenerateEnd) : undefined;
  const layers = maskableWeights(params, options.keepDense);
  signal?.throwIfAborted();

  const first = { params, batch: await data.batch(0), state, rng: rng.split("noise").split(0) };
  const gradient = recipe.start === "snip" ? await gradientAt(loss, first, options.compile) : undefined;
  const initialMasks = startMasks(layers, recipe, params, gradient, rng.split("masks"));
  const costs = flopsByWeight(scalarLoss(loss), [params, first.batch, state, first.rng]);

  const regrows = recipe.pruneRate > 0 && recipe.growth === "gradient";
  const updates = table === undefined ? 0 : Math.floor(steps / every);
  const carried: Carried<S> = {
    model: state,
    explored: adaptive ? initialMasks : {},
    history: emptyHistory(updates, layers.length),
  };
  const unmasked = recipe.start === "dense" && !adaptive;
  const result = await fit<P, B, Carried<S>>({
    ...options,
    params: applyMasks(params, initialMasks),
    loss: carrying(loss),
    optimiser: masked(optimiser, unmasked ? {} : initialMasks),
    state: carried,
    rng,
    evaluate: evaluate && ((now, { model }) => evaluate(now, model)),
    ...(table && {
      between: {
        after: (step) => step % every === 0,
        change: (moment, gradients) => adapted(moment, gradients, layers, recipe, table, rng),
      },
    }),
  });

  const masks = unmasked ? initialMasks : maskedState(result.optimiser).masks;
  const history = recordsOf(result.state.history, updates, layers, every);
  const densities = (of: Masks) =>
    Object.fromEntries(layers.map(({ path, size }) => [path, connections(of[path]) / size]));
  const total = layers.reduce((sum, { size }) => sum + size, 0);
  return {
    params: result.params,
    state: result.state.model,
    masks,
    initialMasks,
    history,
    explored: history.at(-1)?.explored ?? layers.reduce((sum, { path }) => sum + connections(masks[path]), 0) / total,
    flops: spentFlops({
      costs,
      initial: densities(initialMasks),
      records: history,
      steps,
      byGradient: regrows,
      before: gradient === undefined ? 0 : 1,
    }),
  };
}

/** The loss, with its own state among what training carries. */
function carrying<P, B, S>(loss: Loss<P, B, S>): Loss<P, B, Carried<S>> {
  return (params, batch, { state, noise }) => {
    // What `Replace` makes of an object that has S in it is not known before S is.
    const carried = state as Replace<Carried<unknown>, Value> & { readonly model: Replace<S, Value> };
    const given = loss(params, batch, { state: carried.model, noise });
    const result = given instanceof Value ? { loss: given } : given;
    return { ...result, state: { ...carried, model: result.state ?? carried.model } as typeof state };
  };
}

/** Training after an update of the masks. */
function adapted<P, S>(
  moment: Moment<P, Carried<S>>,
  gradients: P,
  layers: readonly Maskable[],
  recipe: Recipe,
  table: Timetable,
  rng: Rng,
): Training<P, Carried<S>> {
  const { step, params, state } = moment;
  const before = maskedState(moment.optimiser);
  const paths = layers.map(({ path }) => path);
  const [weights, slopes] = [tensorsAt(params, paths), tensorsAt(gradients, paths)];
  const results = updateMasks(
    layers.map((layer, l) => ({
      layer,
      weights: weights[l],
      gradient: slopes[l],
      mask: before.masks[layer.path],
      explored: state.explored[layer.path],
    })),
    step,
    recipe,
    table,
    rng.split("growth").split(step),
  );
  const named = (pick: (result: (typeof results)[number]) => Tensor): Masks =>
    Object.fromEntries(layers.map(({ path }, l) => [path, pick(results[l])]));
  const [masks, kept] = [named(({ mask }) => mask), named((result) => result.kept)];
  return {
    params: applyMasks(params, kept),
    optimiser: remask(before, params, masks, kept),
    state: {
      ...state,
      explored: named(({ explored }) => explored),
      history: recorded(state.history, step / table.every - 1, results),
    },
  };
}
