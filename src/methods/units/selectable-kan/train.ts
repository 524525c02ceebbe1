/** @file Training in three stages: all spaces, sharper gates, and what is left after selection. */

import { CajalError, Rng, Tensor, type Value } from "../../../graph/index.ts";
import {
  adam,
  type Batches,
  batches,
  type CheckpointStorage,
  crossEntropy,
  type FitOptions,
  fit,
  mse,
  schedule,
} from "../../../nn/index.ts";
import { contributions } from "./contribution.ts";
import { checkExamples, checkRange, type Examples } from "./data-checks.ts";
import { emptyHistory, type GateHistory, type GateRecord, recorded, recordsOf } from "./gate-history.ts";
import { applyModel, type ModelParams, type SelectableModel } from "./model.ts";
import { prune } from "./pruning.ts";
import { scalingOf } from "./scaling.ts";
import { type Choice, type Criterion, select } from "./selection.ts";

/** T of the gates' softmax while all spaces train, and while they are selected: a lower one sharpens. */
const temperatures = [1, 0.5] as const;

/** Contributions tell early which spaces are of use, and what is left gains from every step that it has for itself. */
export const usualStages = [0.1, 0.1, 0.8] as const;

/** The learning rate ends at this share of its first value. */
const finalRate = 0.02;

/** Options of `fit` that are passed on. */
type Passed = Pick<FitOptions<unknown, unknown, unknown>, "signal" | "compile" | "checkpointEvery" | "onStep">;

export interface StageOptions extends Passed {
  /** Of all three stages. Default 500. */
  readonly steps?: number;
  /** Shares of the steps: full training, selective training, fine-tuning. Default [0.1, 0.1, 0.8]. */
  readonly stages?: readonly [full: number, selective: number, tuning: number];
  /** Adam's learning rate: constant up to the selection, then falling to a fiftieth along a cosine. Default 0.01. */
  readonly rate?: number;
  /** Default "mse". */
  readonly loss?: "mse" | "crossEntropy";
  /** Examples in a step. Default: all. */
  readonly batch?: number;
  /** For the order of the batches. Default: seed 0. */
  readonly rng?: Rng;
  readonly checkpoint?: CheckpointStorage;
}

interface Timetable {
  readonly steps: number;
  /** When gates are sharpened. */
  readonly sharpened: number;
  /** When spaces are selected. */
  readonly selected: number;
}

function timetable({ steps = 500, stages = usualStages }: StageOptions): Timetable {
  const [full, selective, tuning] = stages;
  const fair = stages.every((share) => share >= 0) && Math.abs(full + selective + tuning - 1) < 1e-9;
  const [sharpened, selected] = [Math.round(full * steps), Math.round((full + selective) * steps)];
  if (!fair || sharpened < 1)
    throw new CajalError(
      "argument",
      `selectable KAN: stages of ${stages.join(", ")} of ${steps} steps; spaces would be selected before they are trained`,
      { advice: "Three shares that sum to 1, the first of at least one step." },
    );
  return { steps, sharpened, selected };
}

export interface SpacesTrained<R> {
  readonly model: SelectableModel<R>;
  /** The share of each space at each node, on the way. */
  readonly history: readonly GateRecord[];
}

/** Stages 1 and 2: all spaces of every node train together, at last with sharper gates. @throws CajalError `argument`, or as `fit` */
export async function trainSpaces<R>(
  model: SelectableModel<R>,
  examples: Examples,
  options: StageOptions = {},
): Promise<SpacesTrained<R>> {
  const { sharpened, selected } = timetable(options);
  const { layers } = model;
  interface State<T> {
    readonly step: T;
    readonly gates: GateHistory<T>;
  }
  const { params, state } = await fit<ModelParams<R, Tensor>, Batch, State<Tensor>>({
    ...passed(options),
    params: model.params,
    loss: (p, { x, y }, { state: before }) => {
      const { step, gates } = before as State<Value>;
      const temperature = step.less(sharpened).where(step.mul(0).add(temperatures[0]), temperatures[1]);
      const now = cooled(p as unknown as ModelParams<R, Value>, (gate) => gate.div(temperature));
      const after = recorded(
        gates,
        layers,
        now.layers.map((layer) => layer.gates),
        step,
        selected,
      );
      return { loss: lossOf(model, now, x, y, options), state: { step: step.add(1), gates: after } as typeof before };
    },
    state: { step: Tensor.scalar(0), gates: emptyHistory(layers, model.params) },
    data: sourceOf(examples, options, "spaces"),
    optimiser: adam(options.rate ?? 0.01),
    steps: selected,
    onStep: (progress) => options.onStep?.({ ...progress, steps: timetable(options).steps }),
  });
  // At rest the temperature is 1.
  const final = selected > sharpened ? temperatures[1] : temperatures[0];
  const settled = cooled(params, (gate) =>
    Tensor.of(
      gate.numbers().map((a) => a / final),
      gate.shape,
    ),
  );
  return {
    model: { ...model, params: settled, stage: "trained" },
    history: recordsOf(state.gates, layers, selected),
  };
}

/** Stage 3: what is left trains on, while the learning rate falls. @throws CajalError as `fit` */
export async function fineTune<R>(
  model: SelectableModel<R>,
  examples: Examples,
  options: StageOptions = {},
): Promise<SelectableModel<R>> {
  const { steps, selected } = timetable(options);
  const { rate = 0.01 } = options;
  if (steps === selected) return model;
  const { params } = await fit<ModelParams<R, Tensor>, Batch>({
    ...passed(options),
    params: model.params,
    loss: (p, { x, y }) => lossOf(model, p as unknown as ModelParams<R, Value>, x, y, options),
    data: sourceOf(examples, options, "tuning"),
    optimiser: adam(schedule.cosine(rate, steps - selected, rate * finalRate)),
    steps: steps - selected,
    onStep: (progress) => options.onStep?.({ ...progress, step: selected + progress.step, steps }),
  });
  return { ...model, params };
}

export interface TrainOptions extends Omit<StageOptions, "checkpoint"> {
  /** Spaces that each node keeps: 1 is strict selection. Default 2. */
  readonly keep?: number;
  /** Default: the contribution. */
  readonly by?: Criterion;
  /** Brings inputs to [−1, 1], targets to mean 0 and deviation 1; the network then takes and gives the data's own units. Default false. */
  readonly normalise?: boolean;
  /** Where the two trainings keep their checkpoints: before and after the selection. */
  readonly checkpoints?: { readonly spaces: CheckpointStorage; readonly tuning: CheckpointStorage };
}

export interface SelectableTrained<R> {
  /** Pruned. */
  readonly model: SelectableModel<R>;
  readonly chosen: readonly Choice[];
  readonly history: readonly GateRecord[];
}

/**
 * Trains all spaces, lets every node choose its own by their contributions, removes the others, and trains on.
 * @throws CajalError `argument` for data that lie outside the range of a space, never change, or are too few; or as `fit`
 */
export async function trainSelectable<R>(
  initial: SelectableModel<R>,
  examples: Examples,
  options: TrainOptions = {},
): Promise<SelectableTrained<R>> {
  const { keep = 2, by, normalise = false, checkpoints, loss = "mse", batch, compile } = options;
  checkExamples(initial, examples, { keep, loss });
  const model = normalise ? normalised(initial, examples, loss) : initial;
  await checkRange(model, examples, compile);
  const { model: trained, history } = await trainSpaces(model, examples, {
    ...options,
    ...(checkpoints && { checkpoint: checkpoints.spaces }),
  });
  const chosen = select(await contributions(trained, examples.x, { batch, compile }), keep, by);
  const pruned = await fineTune(prune(trained, chosen), examples, {
    ...options,
    ...(checkpoints && { checkpoint: checkpoints.tuning }),
  });
  return { model: pruned, chosen, history };
}

function normalised<R>(model: SelectableModel<R>, { x, y }: Examples, loss: "mse" | "crossEntropy") {
  if (x.shape.length !== 2)
    throw new CajalError("argument", `selectable KAN: normalise is for tables [examples, columns], not for ${x}`, {
      advice: "Bring pictures to [−1, 1] yourself.",
    });
  return { ...model, scaling: scalingOf(x, loss === "mse" ? y : undefined) };
}

interface Batch {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** Batches, or all examples at every step. */
function sourceOf({ x, y }: Examples, { batch, rng = new Rng(0) }: StageOptions, stage: string): Batches<Batch> {
  return batch === undefined ? { batch: () => ({ x, y }) } : batches({ x, y }, { size: batch, rng: rng.split(stage) });
}

function passed({ signal, compile, checkpoint, checkpointEvery }: StageOptions) {
  return { signal, compile, checkpoint, checkpointEvery };
}

/** Errors of targets are in their deviations, if the network knows them. */
function lossOf<R>(
  model: SelectableModel<R>,
  params: ModelParams<R, Value>,
  x: Value,
  y: Value,
  { loss = "mse" }: StageOptions,
): Value {
  const given = applyModel(model, x, params);
  if (loss === "crossEntropy") return crossEntropy(given, y);
  const deviation = model.scaling?.target?.deviation;
  return deviation === undefined ? mse(given, y) : mse(given.div(deviation), y.div(deviation));
}

/** The parameters with other gates. */
function cooled<R, T extends Tensor | Value>(params: ModelParams<R, T>, cool: (gates: T) => T): ModelParams<R, T> {
  return {
    ...params,
    layers: params.layers.map((layer) => (layer.gates ? { ...layer, gates: cool(layer.gates) } : layer)),
  };
}
