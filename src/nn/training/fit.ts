/** @file fit: the loop of training, with progress, early stop, and checkpoints from which it goes on as if nothing had happened. */

import {
  CajalError,
  type CompileOptions,
  forEachLeaf,
  leavesOf,
  mapLeaves,
  Rng,
  release,
  type Tensor,
  toHost,
} from "../../graph/index.ts";
import type { Optimiser, OptimiserState } from "../optimisers/index.ts";
import type { Batches } from "./batches.ts";
import { type CheckpointStorage, decodeCheckpoint, encodeCheckpoint, type Standing } from "./checkpoint.ts";
import { Pace } from "./pace.ts";
import { type Loss, trainingSteps } from "./step.ts";

export interface EarlyStop {
  /** Which number of `evaluate` is watched. */
  readonly metric: string;
  /** Whether it should fall or rise. Default "fall". */
  readonly goal?: "fall" | "rise";
  /** Stops after so many evaluations without a better one. Default: never, only the best parameters are kept. */
  readonly patience?: number;
}

/** Where training stands after a step. */
export interface FitProgress {
  /** Steps taken, of how many. */
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** Of the evaluation after this step, if there was one. */
  readonly evaluation: Readonly<Record<string, number>> | undefined;
  /** Steps per second, and seconds left at that rate; unknown at first. */
  readonly rate: number | undefined;
  readonly secondsLeft: number | undefined;
}

/** What training carries from step to step: trees of Tensors. */
export interface Training<P, S> {
  readonly params: P;
  readonly state: S;
  readonly optimiser: OptimiserState<Tensor>;
}

/** Training as it stood after a step. */
export interface Moment<P, S> extends Training<P, S> {
  readonly step: number;
}

/** What changes between steps: pruning and growing, projections, anything that is no gradient's work. */
export interface Between<P, S> {
  /** After which steps (counted from 1 on) there is a change. */
  after(step: number): boolean;
  /**
   * What training goes on with: of the same structure, shapes and dtypes. It must depend on what it is given alone (randomness by
   * `rng.split(moment.step)`), so that training resumes to the same bits.
   * @param gradients of the loss in that step, before the optimiser made anything of them
   */
  change(moment: Moment<P, S>, gradients: P): Training<P, S> | Promise<Training<P, S>>;
}

export interface FitOptions<P, B, S> {
  /** A tree of Tensors. */
  readonly params: P;
  readonly loss: Loss<P, B, S>;
  readonly data: Batches<B>;
  readonly optimiser: Optimiser;
  readonly steps: number;
  /** What the loss carries from step to step: a tree of Tensors. Default: nothing. */
  readonly state?: S;
  /** For `noise` in the loss. Default: seed 0. */
  readonly rng?: Rng;
  /** Where training begins, such as what another training came to; `params` and `state` then only say what is trained. */
  readonly from?: Moment<P, S>;
  /** Changes parameters, state or what the optimiser carries after some of the steps, before evaluation and checkpoint. */
  readonly between?: Between<P, S>;
  /** Where checkpoints are kept. If there is one of this training, it goes on from there. */
  readonly checkpoint?: CheckpointStorage;
  /** Steps between checkpoints. Default 100. */
  readonly checkpointEvery?: number;
  /** Stops after the step that is running; a checkpoint is kept. */
  readonly signal?: AbortSignal;
  /** Called after each step. */
  readonly onStep?: (progress: FitProgress) => void | Promise<void>;
  /** Numbers that say how good the parameters are, usually on data kept apart. */
  readonly evaluate?: (params: P, state: S) => Promise<Readonly<Record<string, number>>>;
  /** Steps between evaluations; there is one after the last step, too. Default 100. */
  readonly evaluateEvery?: number;
  /** Watches an evaluation: the result has the best parameters, not the last. */
  readonly earlyStop?: EarlyStop;
  /**
   * Steps that one call of the runtime computes, where nothing has to happen between them. More than one saves that parameters, and all that
   * the optimiser carries, come out and go in again. The graph grows as often, and so does the time until the first step; an abort waits for
   * the call. The results are the same. Default 1.
   */
  readonly stepsPerCall?: number;
  /** How the step is compiled: threads, runtime. */
  readonly compile?: CompileOptions;
  /** The time in milliseconds. Default: that of the platform. */
  readonly now?: () => number;
}

export interface FitResult<P, S> {
  /** The last ones; with `earlyStop`, the best. */
  readonly params: P;
  readonly state: S;
  /** What the optimiser carried after the last step. */
  readonly optimiser: OptimiserState<Tensor>;
  /** Steps taken, with those before a checkpoint. */
  readonly step: number;
  readonly stopped: "finished" | "early";
  /** With `earlyStop`: the best evaluation, and after which step it was. */
  readonly best?: { readonly value: number; readonly step: number };
}

/**
 * Trains parameters: each step is one compiled graph of loss, gradient and optimiser. Batches and noise depend on the number of the step
 * alone, so training that was cut off at any moment and goes on from its checkpoint has the same losses, bit by bit, as without the cut
 * (on the same machine with the same threads).
 * @throws CajalError `not-finite` when the loss is, `argument` when the checkpoint is of something else; the signal's reason when it aborts
 */
export async function fit<P, B, S = Record<string, never>>(options: FitOptions<P, B, S>): Promise<FitResult<P, S>> {
  const { data, optimiser, steps, signal, onStep, evaluate, earlyStop, checkpoint, between } = options;
  const { rng = new Rng(0), checkpointEvery = 100, evaluateEvery = 100, now = () => performance.now() } = options;
  const { stepsPerCall = 1 } = options;
  // From here on, whatever is on a device is this training's own, and goes when the next step has been taken.
  const params = await toHost(options.params);
  const state = await toHost(options.state ?? ({} as S));
  const begin: Training<P, S> = { params, state, optimiser: optimiser.init(params) };
  const from = options.from && { ...(await onHost(options.from)), step: options.from.step };
  if (earlyStop && !evaluate)
    throw new CajalError("argument", "fit: earlyStop watches an evaluation, but there is no evaluate");
  if (!Number.isInteger(stepsPerCall) || stepsPerCall < 1)
    throw new CajalError("argument", `fit: stepsPerCall ${stepsPerCall}; 1 or more are needed`);

  let training = from === undefined ? begin : replaced(begin, from, "from is of other training");
  let best: Pick<Training<P, S>, "params" | "state"> | undefined;
  let standing: Standing = { step: from?.step ?? 0 };
  const saved = await checkpoint?.read();
  if (saved !== undefined) {
    const kept = decodeCheckpoint(saved);
    standing = kept.standing;
    training = {
      params: kept.tree("params", begin.params),
      state: kept.tree("state", begin.state),
      optimiser: kept.tree("optimiser", begin.optimiser),
    };
    if (standing.best) best = kept.tree("best", { params, state: begin.state });
  }

  /** What was carried on a device comes to the host where somebody is to see it. */
  const fetched = async () => {
    const carried = training;
    training = await onHost(carried);
    release(carried, training);
  };
  let savedAt = standing.step;
  const save = async () => {
    if (!checkpoint || savedAt === standing.step) return;
    await fetched();
    checkFinite(training, standing.step);
    await checkpoint.write(encodeCheckpoint({ ...training, ...(best && { best }) }, standing));
    savedAt = standing.step;
  };
  const judge = async (step: number) => {
    if (!evaluate || (step % evaluateEvery !== 0 && step !== steps)) return undefined;
    await fetched();
    const evaluation = await evaluate(training.params, training.state);
    if (earlyStop) {
      const value = watched(evaluation, earlyStop.metric, step);
      const better =
        standing.best === undefined || value < standing.best.value === ((earlyStop.goal ?? "fall") === "fall");
      if (better && value !== standing.best?.value) {
        best = { params: training.params, state: training.state };
        standing = { ...standing, best: { value, step } };
      }
    }
    return evaluation;
  };
  const hasStalled = () => {
    const waited = standing.best === undefined ? 0 : standing.step - standing.best.step;
    return earlyStop?.patience !== undefined && waited >= earlyStop.patience * evaluateEvery;
  };

  /** The first step from one on, itself included, after which something has to happen. */
  const nextStop = (step: number): number => {
    const every = [checkpoint && checkpointEvery, evaluate && evaluateEvery].filter((period) => period !== undefined);
    let stop = Math.min(steps, step + stepsPerCall - 1, ...every.map((period) => Math.ceil(step / period) * period));
    for (let i = step; between && i < stop; i++) if (between.after(i)) stop = i;
    return stop;
  };

  const run = trainingSteps(options.loss, optimiser, options.compile);
  const pace = new Pace(now);
  try {
    let stalled = hasStalled();
    while (standing.step < steps && !stalled) {
      if (signal?.aborted) {
        await save();
        signal.throwIfAborted();
      }
      const done = standing.step;
      const stop = nextStop(done + 1);
      const numbers = Array.from({ length: stop - done }, (_, i) => done + i);
      const { reports, gradients, ...next } = await run(
        training,
        await Promise.all(numbers.map((number) => data.batch(number))),
        numbers.map((number) => rng.split("noise").split(number)),
        between?.after(stop) ?? false,
      );
      release(training, next);
      training = next;
      for (const [i, { loss }] of reports.entries())
        if (!Number.isFinite(loss)) throw notFinite("the loss", loss, done + i + 1);
      if (between !== undefined && gradients !== undefined) {
        await fetched();
        const changed = await onHost(await between.change({ ...training, step: stop }, gradients));
        training = replaced(training, changed, "between changes more than numbers");
      }
      standing = { ...standing, step: stop };
      const judged = await judge(stop);
      stalled = hasStalled();
      pace.tick(reports.length);
      for (const [i, report] of reports.entries()) {
        const step = done + i + 1;
        const evaluation = step === stop ? judged : undefined;
        await onStep?.({ step, steps, ...report, evaluation, ...pace.to(steps - step) });
      }
      // After the report: a step that a checkpoint holds is not taken again, so a report that a kill cut off would be lost.
      if (stalled || stop === steps || stop % checkpointEvery === 0) await save();
    }
    await fetched();
  } finally {
    release(training);
    await run.release();
  }
  return {
    ...(best ?? { params: training.params, state: training.state }),
    optimiser: training.optimiser,
    step: standing.step,
    stopped: standing.step < steps ? "early" : "finished",
    ...(standing.best && { best: standing.best }),
  };
}

function onHost<P, S>({ params, state, optimiser }: Training<P, S>): Promise<Training<P, S>> {
  return toHost({ params, state, optimiser });
}

/**
 * The other training in place of one, with branches in the order of the one: optimisers go by the order of leaves.
 * @throws CajalError `argument` unless its leaves are alike
 */
function replaced<P, S>(one: Training<P, S>, other: Training<P, S>, what: string): Training<P, S> {
  const { params, state, optimiser } = other;
  if (params === one.params && state === one.state && optimiser === one.optimiser) return one;
  const leavesByPath = ({ params, state, optimiser }: Training<P, S>) => {
    const leaves = new Map<string, Tensor>();
    forEachLeaf({ params, state, optimiser }, (leaf, path) => void leaves.set(path, leaf as Tensor));
    return leaves;
  };
  const [before, after] = [leavesByPath(one), leavesByPath(other)];
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    const [was = "missing", is = "missing"] = [before.get(path), after.get(path)].map((leaf) => leaf && String(leaf));
    if (was !== is) throw new CajalError("argument", `fit: ${what}: "${path}" should be ${was}, but is ${is}`);
  }
  const { params: p, state: s, optimiser: o } = one;
  return mapLeaves({ params: p, state: s, optimiser: o }, (_leaf, path) => after.get(path)) as Training<P, S>;
}

function watched(evaluation: Readonly<Record<string, number>>, metric: string, step: number): number {
  const value = evaluation[metric];
  if (value === undefined)
    throw new CajalError("argument", `fit: evaluate gives no "${metric}"`, {
      advice: `It gives: ${Object.keys(evaluation).join(", ") || "nothing"}.`,
    });
  if (!Number.isFinite(value)) throw notFinite(`the evaluation "${metric}"`, value, step);
  return value;
}

function notFinite(what: string, value: number, step: number): CajalError {
  return new CajalError("not-finite", `fit: ${what} is ${value} at step ${step}`, {
    advice:
      "Lower the learning rate, clip the gradients (clipByGlobalNorm), or look for a logarithm or a quotient of zero. The last checkpoint is untouched.",
  });
}

/** The loss may still be finite when its gradient is not: such parameters must not replace a good checkpoint. */
function checkFinite(training: unknown, step: number): void {
  for (const leaf of leavesOf(training) as Tensor[]) {
    if (!(leaf.data instanceof Float32Array || leaf.data instanceof Float64Array)) continue;
    const wrong = leaf.data.find((v) => !Number.isFinite(v));
    if (wrong !== undefined) throw notFinite("a parameter", wrong, step);
  }
}
