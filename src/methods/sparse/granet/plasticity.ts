/** @file Pruning plasticity: how well a network recovers from pruning, by when in training it is pruned. */

import { Rng, type Tensor } from "../../../graph/index.ts";
import { type FitOptions, fit, type Moment } from "../../../nn/index.ts";
import { gradientAt } from "../gradient-at.ts";
import { pruneGlobal, pruneUniform } from "../magnitude.ts";
import { forget, masked } from "../masked.ts";
import { applyMasks, fullMask, type Masks, maskableWeights, tensorsAt } from "../masks.ts";
import { exchangeCount, growLargest, removeSmallest } from "./regenerate.ts";

/** How a network is trained, wherever it begins. */
export type TrainingOptions<P, B, S> = Pick<
  FitOptions<P, B, S>,
  | "loss"
  | "data"
  | "optimiser"
  | "rng"
  | "signal"
  | "compile"
  | "checkpoint"
  | "checkpointEvery"
  | "onStep"
  | "stepsPerCall"
>;

/** Training before its first step. */
export function beginning<P, S>(
  params: P,
  state: S,
  { optimiser }: Pick<FitOptions<P, unknown, S>, "optimiser">,
): Moment<P, S> {
  return { step: 0, params, state, optimiser: optimiser.init(params) };
}

/** Training as it stands after so many steps, going on from an earlier moment: the same as without a stop between. */
export async function trainTo<P, B, S>(
  options: TrainingOptions<P, B, S>,
  from: Moment<P, S>,
  step: number,
): Promise<Moment<P, S>> {
  const { params, state, optimiser } = await fit({
    ...options,
    params: from.params,
    state: from.state,
    from,
    steps: step,
  });
  return { step, params, state, optimiser };
}

export interface Cut {
  /** Share of the maskable entries that stay, in (0, 1]. */
  readonly density: number;
  /** Share of the survivors that is exchanged at once, by gradient. Default 0. */
  readonly regenerate?: number;
  /** Default "global". */
  readonly scope?: "global" | "uniform";
  readonly keepDense?: readonly string[];
}

/** A network that was pruned and trained on. */
export interface Recovered<P, S> {
  readonly params: P;
  readonly state: S;
  readonly masks: Masks;
}

/**
 * Prunes a network at a moment of its training, once, and trains it on with what the schedule of the optimiser has from there. With
 * `regenerate`, a share of each layer's survivors is then removed, too, and as many connections grow: those with the largest gradient of
 * the pruned network on the next batch.
 * @param steps k: how long it may recover
 * @throws CajalError `argument` when a layer would be left without connections
 */
export async function recover<P, B, S>(
  options: TrainingOptions<P, B, S>,
  moment: Moment<P, S>,
  { density, regenerate = 0, scope = "global", keepDense }: Cut,
  steps: number,
): Promise<Recovered<P, S>> {
  const { loss, data, optimiser, rng = new Rng(0) } = options;
  const { step, params, state } = moment;
  const layers = maskableWeights(params, keepDense);
  const paths = layers.map(({ path }) => path);
  const named = (masks: readonly Tensor[]): Masks => Object.fromEntries(paths.map((path, l) => [path, masks[l]]));
  const weights = tensorsAt(params, paths);
  const full = layers.map(({ shape }) => fullMask(shape));
  const survivors = (scope === "global" ? pruneGlobal : pruneUniform)(weights, full, density, paths);
  let [masks, kept] = [survivors, survivors];
  if (regenerate > 0) {
    const pruned = applyMasks(params, named(survivors));
    const next = { params: pruned, batch: await data.batch(step), state, rng: rng.split("noise").split(step) };
    const gradients = tensorsAt(await gradientAt(loss, next, options.compile), paths);
    const counts = survivors.map((mask) => exchangeCount(mask, regenerate));
    kept = survivors.map((mask, l) => removeSmallest(weights[l], mask, counts[l]));
    masks = kept.map((mask, l) => growLargest(gradients[l], mask, counts[l]));
  }
  const from = {
    step,
    params: applyMasks(params, named(kept)),
    state,
    optimiser: { masks: named(masks), inner: forget(moment.optimiser, params, named(kept)) },
  };
  const sparse = { ...options, optimiser: masked(optimiser, named(masks)) };
  return { ...(await trainTo(sparse, from, step + steps)), masks: named(masks) };
}

export interface PlasticityOptions<P, B, S>
  extends Omit<TrainingOptions<P, B, S>, "checkpoint" | "checkpointEvery" | "onStep">,
    Pick<Cut, "scope" | "keepDense"> {
  /** Moments of one training, such as `between` of `fit` sees. */
  readonly checkpoints: readonly Moment<P, S>[];
  readonly densities: readonly number[];
  /** k: steps of training after pruning. */
  readonly steps: number;
  /** Share of survivors that the arm with regeneration exchanges. Default 0.3. */
  readonly regenerate?: number;
  /** What is compared: accuracy on data kept apart, or anything that is better when larger. */
  readonly accuracy: (params: P, state: S) => Promise<number>;
  readonly onRecovered?: (row: PlasticityRow) => void;
}

export interface PlasticityRow {
  /** When it was pruned: steps of training before. */
  readonly step: number;
  readonly density: number;
  /** Share of the survivors that was exchanged; 0 without regeneration. */
  readonly regenerated: number;
  /** After recovery. */
  readonly accuracy: number;
  /** Of the network that was not pruned, after as many steps. */
  readonly unpruned: number;
  /** accuracy − unpruned: 0 when the network recovers fully. */
  readonly plasticity: number;
}

/**
 * The pruning plasticity of a network (Liu et al. 2021, section 3): pruned at each checkpoint to each density, without and with
 * regeneration, and trained on for so many steps, against the same training unpruned.
 * @returns one row for each checkpoint × density × {without, with regeneration}
 */
export async function pruningPlasticity<P, B, S>(options: PlasticityOptions<P, B, S>): Promise<PlasticityRow[]> {
  const { checkpoints, densities, steps, accuracy, regenerate = 0.3, scope, keepDense, onRecovered } = options;
  const rows: PlasticityRow[] = [];
  for (const moment of checkpoints) {
    const end = moment.step + steps;
    const later = checkpoints.find(({ step }) => step === end) ?? (await trainTo(options, moment, end));
    const unpruned = await accuracy(later.params, later.state);
    for (const density of densities) {
      for (const regenerated of [0, regenerate]) {
        const cut = { density, regenerate: regenerated, scope, keepDense };
        const after = await recover(options, moment, cut, steps);
        const reached = await accuracy(after.params, after.state);
        const row = {
          step: moment.step,
          density,
          regenerated,
          accuracy: reached,
          unpruned,
          plasticity: reached - unpruned,
        };
        rows.push(row);
        onRecovered?.(row);
      }
    }
  }
  return rows;
}
