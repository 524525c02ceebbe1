/** @file A model that runs with the bricks that an input needs: chosen by a router for each token, or switched by name. */

import { CajalError, Tensor } from "../../../graph/index.ts";
import type { ComputedEdit, TextEdit, TextEdits, TextModel } from "../../../probe/index.ts";
import { type Brick, baseOf, brickEdits, checkBase } from "./brick.ts";
import { type FeedForward, findFeedForward } from "./feed-forward.ts";
import type { BrickPlan, LayerPlan } from "./partition.ts";
import { brickScores, checkKeep, membership, type Router, routerFlops } from "./router.ts";
import { largestOf } from "./sparsity.ts";

export interface Configuration {
  /** Chooses, for each token, `keep` of the bricks that are on. Default: all of them are run. */
  readonly router?: Router;
  /** Names of the bricks that are on; shared neurons always are. Default: all but those that are off. */
  readonly on?: readonly string[];
  readonly off?: readonly string[];
  /** Grown, merged or updated bricks that are switched on. */
  readonly bricks?: readonly Brick[];
}

/**
 * The model so configured: an ordinary model with logits, text and layers.
 * @param plan undefined: all neurons of the base are run
 * @throws CajalError `argument` for an unknown brick, one of another base, a router of another plan, or more bricks to keep than are on
 */
export async function configure(
  model: TextModel,
  plan: BrickPlan | undefined,
  configuration: Configuration = {},
): Promise<TextModel> {
  const { bricks = [] } = configuration;
  if (bricks.length > 0) checkBase(await baseOf(model), bricks);
  const edits: TextEdits = { ...plannedEdits(plan, configuration), ...brickEdits(bricks) };
  return Object.keys(edits).length === 0 ? model : model.edit(edits);
}

function plannedEdits(plan: BrickPlan | undefined, { router, on, off }: Configuration): TextEdits {
  if (plan === undefined) {
    if ((router ?? on ?? off) === undefined) return {};
    throw new CajalError("argument", "configure: without a plan there are no bricks to choose from", {
      advice: "Give the plan of `partition`.",
    });
  }
  if (router !== undefined) checkRouter(router, plan);
  const edits: Record<string, readonly TextEdit[]> = {};
  for (const [l, layer] of plan.layers.entries()) {
    const active = switchedOn(plan, layer, on, off);
    const inactive = layer.bricks.filter((_, b) => !active[b]).flatMap(({ neurons }) => neurons);
    const list: TextEdit[] = inactive.length > 0 ? [{ units: inactive, set: 0 }] : [];
    if (router !== undefined) list.push(routed(layer, router, l, active));
    if (list.length > 0) edits[layer.name] = list;
  }
  return edits;
}

/** Neurons of bricks that the router does not choose are 0. */
function routed(layer: LayerPlan, { keep, layers }: Router, l: number, active: readonly boolean[]): ComputedEdit {
  const count = active.filter(Boolean).length;
  if (keep > count)
    throw new CajalError("argument", `${keep} bricks cannot be kept of the ${count} that are on in "${layer.name}"`);
  const never = Tensor.of(
    active.map((on) => (on ? 0 : -1e30)),
    [active.length],
  );
  const shared = new Float32Array(layer.neurons);
  for (const i of layer.shared) shared[i] = 1;
  return {
    reads: [layer.read],
    compute: (a, [x]) => {
      const scores = brickScores(layers[l].scorer, layer, x, a).add(never);
      const run = largestOf(scores, keep).matmul(transposed(membership(layer)));
      return a.mul(run.add(new Tensor("float32", [layer.neurons], shared)));
    },
  };
}

/** [rows, columns] → [columns, rows]. */
function transposed(matrix: Tensor): Tensor {
  const [rows, columns] = matrix.shape;
  const data = matrix.numbers();
  return Tensor.of(
    Array.from({ length: data.length }, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]),
    [columns, rows],
  );
}

function switchedOn(
  { layers }: BrickPlan,
  { bricks }: LayerPlan,
  on: readonly string[] | undefined,
  off: readonly string[] = [],
): boolean[] {
  const known = new Set(layers.flatMap((layer) => layer.bricks.map(({ name }) => name)));
  const unknown = [...(on ?? []), ...off].find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new CajalError("argument", `no brick is named "${unknown}"`, { advice: `Bricks: ${[...known].join(", ")}.` });
  return bricks.map(({ name }) => (on?.includes(name) ?? true) && !off.includes(name));
}

function checkRouter(router: Router, plan: BrickPlan): void {
  const fits =
    router.layers.length === plan.layers.length &&
    router.layers.every(
      ({ name, bricks }, l) => name === plan.layers[l].name && bricks === plan.layers[l].bricks.length,
    );
  if (!fits)
    throw new CajalError("argument", "the router is of another plan", {
      advice: "Train it with the plan that it shall route.",
    });
  checkKeep(router.keep, plan.layers);
}

/** Multiplications and additions of the feed-forward layers for one token. */
export interface Flops {
  /** With all neurons. */
  readonly full: number;
  /** With the bricks that are run, the router and customised bricks included. */
  readonly configured: number;
  /** Of that, what the router takes; the oracle runs all neurons to choose. */
  readonly router: number;
}

/**
 * What a runtime that leaves out the bricks that are not chosen has to compute. This one masks them, so that it saves no time itself. With bricks of
 * different sizes those that are kept count as average ones.
 */
export async function flopsPerToken(
  model: TextModel,
  plan: BrickPlan | undefined,
  { router, on, off, bricks = [] }: Configuration = {},
): Promise<Flops> {
  const layers = await findFeedForward(model);
  const perNeuron = ({ matrices, width }: FeedForward) => 2 * matrices * width;
  const full = layers.reduce((sum, layer) => sum + perNeuron(layer) * layer.neurons, 0);
  const added = bricks
    .flatMap((brick) => brick.added)
    .reduce((sum, { gate: { shape } }) => sum + 6 * shape[0] * shape[1], 0);
  const changed = bricks
    .flatMap((brick) => brick.changed)
    .reduce((sum, { key, value }) => sum + 2 * (key.size + value.size), 0);
  let [run, choosing] = [0, 0];
  for (const [l, layer] of layers.entries()) {
    const of = plan?.layers[l];
    if (plan === undefined || of === undefined) {
      run += perNeuron(layer) * layer.neurons;
      continue;
    }
    const active = switchedOn(plan, of, on, off);
    const open = of.bricks.filter((_, b) => active[b]);
    const neurons = open.reduce((sum, brick) => sum + brick.neurons.length, 0);
    const share = router === undefined ? 1 : router.keep / open.length;
    run += perNeuron(layer) * (of.shared.length + share * neurons);
    if (router !== undefined) choosing += routerFlops(router.layers[l].scorer, layer, of.bricks.length);
  }
  return { full, configured: run + choosing + added + changed, router: choosing };
}
