/** @file Makes routers, and says how well they find the oracle's bricks. */

import { concat, Rng, Tensor } from "../../../graph/index.ts";
import {
  adamw,
  batches,
  binaryCrossEntropy,
  type CheckpointStorage,
  fit,
  weights as initialisers,
  schedule,
} from "../../../nn/index.ts";
import type { TextModel } from "../../../probe/index.ts";
import { type FeedForward, findFeedForward, inputDirections, outputNorms } from "./feed-forward.ts";
import type { BrickPlan, LayerPlan } from "./partition.ts";
import { tapped } from "./prompt-activity.ts";
import {
  type BrickScorer,
  brickScores,
  checkKeep,
  type Router,
  type RouterKind,
  type RouterNetwork,
  routerLogits,
} from "./router.ts";
import { largestOf } from "./sparsity.ts";
import { onTexts, type PassOptions, type Tokens } from "./text-passes.ts";

export interface RouterOptions extends PassOptions {
  readonly kind: RouterKind;
  /** Bricks that are kept of each layer. */
  readonly keep: number;
  /** Of the learned router: steps of training. Default 600. */
  readonly steps?: number;
  /** Tokens in a batch. Default 256. */
  readonly size?: number;
  /** Default 3e-3. */
  readonly rate?: number;
  /** Default 0. */
  readonly seed?: number;
  readonly checkpoint?: CheckpointStorage;
}

/**
 * A router of bricks. Only the learned one is trained, with binary cross-entropy to tell the oracle's bricks from x, on the tokens of texts.
 * @throws CajalError `argument` for more bricks than there are
 */
export async function trainRouter(
  model: TextModel,
  plan: BrickPlan,
  texts: readonly Tokens[],
  options: RouterOptions,
): Promise<Router> {
  const { kind, keep, seed = 0 } = options;
  checkKeep(keep, plan.layers);
  const layers = await findFeedForward(model);
  const networks = kind === "learned" ? await learned(model, layers, plan, texts, options) : [];
  const scorers = await Promise.all(
    layers.map(async (layer, l): Promise<BrickScorer> => {
      const of = plan.layers[l];
      if (kind === "oracle") return { form: "oracle", norms: Tensor.of(await outputNorms(layer), [layer.neurons]) };
      if (kind === "centre") return { form: "linear", weight: await centres(layer, of) };
      if (kind === "learned") return { form: "network", network: networks[l] };
      if (kind === "random")
        return { form: "linear", weight: new Rng(seed).split(`router ${l}`).normal([layer.width, of.bricks.length]) };
      return { form: "fixed", scores: await brickNorms(layer, of) };
    }),
  );
  return {
    kind,
    keep,
    layers: scorers.map((scorer, l) => ({ name: layers[l].name, bricks: plan.layers[l].bricks.length, scorer })),
  };
}

/** The mean directions of bricks, of length one: x·centre orders bricks as their cosine does. */
async function centres(layer: FeedForward, { bricks }: LayerPlan): Promise<Tensor> {
  const { width } = layer;
  const rows = await inputDirections(layer);
  const data = new Float32Array(width * bricks.length);
  for (const [b, { neurons }] of bricks.entries()) {
    const mean = new Float64Array(width);
    for (const i of neurons) for (let d = 0; d < width; d++) mean[d] += rows[i * width + d];
    const length = Math.hypot(...mean) || 1;
    for (let d = 0; d < width; d++) data[d * bricks.length + b] = mean[d] / length;
  }
  return new Tensor("float32", [width, bricks.length], data);
}

async function brickNorms(layer: FeedForward, { bricks }: LayerPlan): Promise<Tensor> {
  const out = await outputNorms(layer);
  const { width } = layer;
  const read = (await layer.weights.rows("up")).numbers();
  const size = (i: number) => Math.hypot(...read.subarray(i * width, (i + 1) * width)) * out[i];
  return Tensor.of(
    bricks.map(({ neurons }) => neurons.reduce((sum, i) => sum + size(i), 0)),
    [bricks.length],
  );
}

/** x of each layer [tokens, width], and 1 for each brick that the oracle keeps [tokens, E]. */
async function oracleChoices(
  model: TextModel,
  layers: readonly FeedForward[],
  plan: BrickPlan,
  texts: readonly Tokens[],
  keep: number,
  options: PassOptions,
): Promise<{ readonly x: readonly Tensor[]; readonly chosen: readonly Tensor[] }> {
  const norms = await Promise.all(layers.map(outputNorms));
  const parts: Record<string, Float32Array[]> = {};
  await onTexts(
    model,
    texts,
    (feeds) => {
      const names = layers.flatMap(({ name, read }) => [name, read]);
      const values = tapped(model, feeds, names);
      const found = layers.flatMap((_, l) => {
        const [a, x] = values.slice(2 * l, 2 * l + 2);
        const scorer = { form: "oracle", norms: Tensor.of(norms[l], [norms[l].length]) } as const;
        return [
          [`x${l}`, x],
          [`chosen${l}`, largestOf(brickScores(scorer, plan.layers[l], x, a), keep)],
        ] as const;
      });
      return { ...Object.fromEntries(found), own: feeds.own };
    },
    ({ own, ...results }) => {
      const marks = own.numbers();
      for (const [name, { data, shape }] of Object.entries(results)) {
        const width = shape[shape.length - 1];
        parts[name] ??= [];
        for (let t = 0; t < marks.length; t++)
          if (marks[t] === 1) parts[name].push((data as Float32Array).slice(t * width, (t + 1) * width));
      }
    },
    options,
  );
  const joined = (name: string) => {
    const rows = parts[name];
    const width = rows[0].length;
    const data = new Float32Array(rows.length * width);
    for (const [t, row] of rows.entries()) data.set(row, t * width);
    return new Tensor("float32", [rows.length, width], data);
  };
  return { x: layers.map((_, l) => joined(`x${l}`)), chosen: layers.map((_, l) => joined(`chosen${l}`)) };
}

async function learned(
  model: TextModel,
  layers: readonly FeedForward[],
  plan: BrickPlan,
  texts: readonly Tokens[],
  options: RouterOptions,
): Promise<readonly RouterNetwork<Tensor>[]> {
  const { keep, steps = 600, size = 256, rate = 3e-3, seed = 0, checkpoint, onProgress, ...passes } = options;
  const data = await oracleChoices(model, layers, plan, texts, keep, passes);
  const rng = new Rng(seed).split("learned router");
  const params = layers.map((layer, l) => initRouter(rng.split(l), layer.width, plan.layers[l].bricks.length));
  const trained = await fit<readonly RouterNetwork<Tensor>[], typeof data, Record<string, never>>({
    params,
    loss: (p, { x, chosen }) => {
      const losses = x.map((of, l) => binaryCrossEntropy(routerLogits(p[l], of), chosen[l]).reshape([1]));
      return concat(losses, 0).mean();
    },
    data: batches(data, { size: Math.min(size, data.x[0].shape[0]), rng: rng.split("order") }),
    optimiser: adamw(schedule.cosine(rate, steps)),
    steps,
    ...(checkpoint && { checkpoint }),
    ...(passes.signal && { signal: passes.signal }),
    ...(passes.compile && { compile: passes.compile }),
    onStep: ({ step }) => onProgress?.(step, steps),
  });
  return trained.params;
}

function initRouter(rng: Rng, width: number, bricks: number): RouterNetwork<Tensor> {
  const draw = initialisers.glorot();
  const layer = (name: string, inputs: number) => ({
    weight: draw(rng.split(name), [inputs, bricks], { inputs, outputs: bricks }),
    bias: Tensor.zeros([bricks]),
  });
  return { hidden: layer("hidden", width), output: layer("output", bricks) };
}

/** Of the oracle's bricks, the share that a router keeps too, over tokens and layers. By chance: keep over the number of bricks. */
export async function routerRecall(
  model: TextModel,
  plan: BrickPlan,
  router: Router,
  texts: readonly Tokens[],
  options: PassOptions = {},
): Promise<number> {
  const layers = await findFeedForward(model);
  const norms = await Promise.all(layers.map(outputNorms));
  let [found, tokens] = [0, 0];
  await onTexts(
    model,
    texts,
    (feeds) => {
      const values = tapped(
        model,
        feeds,
        layers.flatMap(({ name, read }) => [name, read]),
      );
      const shares = layers.map((_, l) => {
        const [a, x] = values.slice(2 * l, 2 * l + 2);
        const of = plan.layers[l];
        const oracle = { form: "oracle", norms: Tensor.of(norms[l], [norms[l].length]) } as const;
        const [wanted, kept] = [oracle, router.layers[l].scorer].map((scorer) =>
          largestOf(brickScores(scorer, of, x, a), router.keep),
        );
        return wanted.mul(kept).sum(-1).div(router.keep).mul(feeds.own).sum().reshape([1]);
      });
      return { found: concat(shares, 0).mean(), tokens: feeds.own.sum() };
    },
    (results) => {
      found += results.found.item();
      tokens += results.tokens.item();
    },
    options,
  );
  return found / tokens;
}
