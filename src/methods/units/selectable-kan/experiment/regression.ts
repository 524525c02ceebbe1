/** @file Part A: seven functions, each learned by networks of one space, by networks that select, and by a perceptron. */

import { type CompileOptions, compile, type Rng, type Tensor, type Value } from "../../../../graph/index.ts";
import { adam, fit, init, type Mlp, mlp, mse, silu } from "../../../../nn/index.ts";
import type { Run } from "../../../run.ts";
import {
  applyModel,
  type Choice,
  type Criterion,
  contributions,
  type EdgeCurve,
  edgeCurves,
  fineTune,
  type GateRecord,
  prune,
  type SelectableModel,
  select,
  selectableKan,
  trainSelectable,
  trainSpaces,
} from "../index.ts";
import { initLayer } from "../layer.ts";
import { type SpaceName, spaceNames } from "../spaces/index.ts";
import { baselineRate } from "./baseline-rate.ts";
import { sampled, type Target, targets } from "./functions.ts";

export interface RegressionOptions {
  readonly steps: number;
  readonly rate: number;
  readonly points: number;
  readonly tasks: number;
}

/** What the networks that select are called. */
export const arms = {
  two: "S-KAN, 2 spaces",
  one: "S-KAN, 1 space",
  byShare: "2 spaces by share alone",
  random: "2 random spaces",
  randomFromStart: "2 random spaces from the start",
  perceptron: "MLP",
} as const;

/** One function, learned by all. */
export interface TaskResult {
  readonly task: string;
  /** Root mean squared error on the test points, in deviations of the target, by model. */
  readonly rmse: Readonly<Record<string, number>>;
  /** Of the network that keeps two spaces per node. */
  readonly chosen: readonly Choice[];
  readonly history: readonly GateRecord[];
  readonly curves: readonly EdgeCurve[];
}

interface Data {
  readonly train: { readonly x: Tensor; readonly y: Tensor };
  readonly test: { readonly x: Tensor; readonly y: Tensor };
}

/** Small graphs are faster on one thread. */
const oneThread = (run: Run): CompileOptions => ({ ...run.compile, threads: 1 });

export async function learnFunctions(run: Run, options: RegressionOptions): Promise<TaskResult[]> {
  const results: TaskResult[] = [];
  for (const target of targets.slice(0, options.tasks))
    results.push(await run.part(`function ${target.name}`, ({ rng }) => learnFunction(run, target, rng, options)));
  return results;
}

async function learnFunction(run: Run, target: Target, rng: Rng, options: RegressionOptions): Promise<TaskResult> {
  const { steps, rate } = options;
  const data = sampled(target, rng.split("points"), { train: options.points, test: 1000 });
  const { dimensions } = target;
  const widths = dimensions > 1 ? [dimensions, 4, 1] : [1, 3, 1];
  const how = oneThread(run);
  const named = (arm: string) => ({
    steps,
    rate,
    compile: how,
    signal: run.signal,
    onStep: ({ step }: { readonly step: number }) => run.progress(`${target.name}: ${arm}`, step, steps, "steps"),
  });
  const network = (pool?: readonly SpaceName[]) => selectableKan(rng.split("weights"), widths, { pool });
  const error = (model: SelectableModel) => rootMeanSquare((x) => applyModel(model, x), data.test, how);

  const rmse: Record<string, number> = {};
  for (const space of spaceNames) {
    const { model } = await trainSelectable(network([space]), data.train, { ...named(space), keep: 1 });
    rmse[space] = await error(model);
  }
  // All that select go on from the same network, of all spaces.
  const { model: trained, history } = await trainSpaces(network(), data.train, named("all spaces"));
  const measured = await contributions(trained, data.train.x, { compile: how });
  const chosenBy = async (arm: string, keep: number, by: Criterion) => {
    const chosen = select(measured, keep, by);
    const model = await fineTune(prune(trained, chosen), data.train, named(arm));
    rmse[arm] = await error(model);
    return { chosen, model };
  };
  const { chosen, model } = await chosenBy(arms.two, 2, "contribution");
  await chosenBy(arms.one, 1, "contribution");
  await chosenBy(arms.byShare, 2, "share");
  await chosenBy(arms.random, 2, rng.split("choice"));
  const drawn = randomSpaces(network(), rng.split("spaces"));
  const { model: fromStart } = await trainSelectable(drawn, data.train, { ...named(arms.randomFromStart), keep: 2 });
  rmse[arms.randomFromStart] = await error(fromStart);
  rmse[arms.perceptron] = await perceptron(rng.split("perceptron"), dimensions, data, named(arms.perceptron));

  return {
    task: target.name,
    rmse,
    chosen,
    history,
    curves: await edgeCurves(model, data.train.x, { compile: how }),
  };
}

/** The network with two random spaces at each node, and new numbers. */
function randomSpaces(model: SelectableModel, rng: Rng): SelectableModel {
  const layers = model.layers.map((layer, l) => {
    const drawn = Array.from({ length: layer.outputs }, (_, node) =>
      rng.split(`${l}:${node}`).permutation(layer.spaces.length).subarray(0, 2),
    );
    const spaces = layer.spaces
      .map(({ space, nodes }, k) => ({ space, nodes: nodes.filter((node) => drawn[node].includes(k)) }))
      .filter(({ nodes }) => nodes.length > 0);
    return { ...layer, spaces };
  });
  return {
    ...model,
    layers,
    params: { ...model.params, layers: layers.map((layer, l) => initLayer(rng.split(`weights ${l}`), layer, true)) },
  };
}

interface Training {
  readonly steps: number;
  readonly rate: number;
  readonly compile: CompileOptions;
  readonly signal: AbortSignal;
  readonly onStep: (progress: { readonly step: number }) => void;
}

/** d-16-16-1 with SiLU, by as many steps of the same learning rates. */
async function perceptron(rng: Rng, dimensions: number, { train, test }: Data, training: Training): Promise<number> {
  const { params } = await fit<Mlp<Tensor>, Data["train"]>({
    ...training,
    params: init.mlp(rng, [dimensions, 16, 16, 1]),
    loss: (p, { x, y }) => mse(mlp(p, x, silu), y),
    data: { batch: () => train },
    optimiser: adam(baselineRate(training.rate, training.steps)),
  });
  return rootMeanSquare((x) => mlp(params, x, silu), test, training.compile);
}

async function rootMeanSquare(
  predict: (x: Value) => Value,
  { x, y }: Data["test"],
  how: CompileOptions,
): Promise<number> {
  const error = compile((inputs: Value, answers: Value) => mse(predict(inputs), answers).sqrt(), how);
  const result = await error(x, y);
  await error.release();
  return result.item();
}
