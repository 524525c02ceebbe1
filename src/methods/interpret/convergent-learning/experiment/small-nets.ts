/** @file Part A: four small networks, trained alike from different random weights, and their controls. Part C: one of them, disguised. */

import type { Tensor } from "../../../../graph/index.ts";
import { type Model, record, type SampleSet } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import { type LayerPair, pairOf } from "../convergence.ts";
import { type CoClusters, coCluster, type JointStats, matchUnits, meanScore, rotated, type Tap } from "../index.ts";
import { pairStats } from "../joint-stats.ts";
import { meanOf, type SparsePrediction, sparsePrediction } from "../sparse-prediction.ts";
import type { Images } from "./data.ts";
import { initNetwork, type LayerName, layers, type Network, opened, tensorOf } from "./network.ts";
import type { Options } from "./options.ts";
import { disguised, type Recovered, recovered } from "./planted.ts";
import { accuracy, trainNetwork } from "./train.ts";

export interface Net {
  readonly name: string;
  readonly params: Network<Tensor>;
  readonly model: Model;
  readonly bytes: Uint8Array;
  /** Share of the test images whose class it finds. */
  readonly accuracy: number;
}

/** Of one layer. */
export interface LayerComparison {
  readonly layer: LayerName;
  /** Every pair of trained nets. */
  readonly trained: readonly LayerPair[];
  /** Every trained net against the untrained one. */
  readonly untrained: readonly LayerPair[];
  /** The first net against the second, whose samples are shuffled. */
  readonly shuffled: LayerPair;
}

export const lambdas = [0, 0.003, 0.01, 0.03, 0.1];

/** Means over pairs and units. */
export interface LambdaRow {
  readonly layer: LayerName;
  readonly lambda: number;
  readonly error: number;
  /** Units that are made use of. */
  readonly used: number;
  readonly units: number;
}

export interface RotationRow {
  readonly layer: LayerName;
  readonly matched: number;
  readonly matchedRotated: number;
  readonly dense: number;
  readonly denseRotated: number;
}

export async function trainNets(run: Run, images: Images, options: Options): Promise<readonly Net[]> {
  const nets: Net[] = [];
  for (let i = 1; i <= options.nets; i++) {
    const name = `net ${i}`;
    nets.push(await openNet(run, name, await trainNetwork(run, name, images.train, options), images, options.batch));
  }
  return nets;
}

export function untrainedNet(run: Run, images: Images, { beginning, batch }: Options): Promise<Net> {
  const params = initNetwork(run.rng.split("untrained").split("weights"), beginning);
  return openNet(run, "untrained", params, images, batch);
}

async function openNet(run: Run, name: string, params: Network<Tensor>, images: Images, batch: number): Promise<Net> {
  return { name, params, ...opened(params, name), accuracy: await accuracy(run, params, images.test, batch) };
}

/** All pairs, with both controls, in one pass over the images. */
export async function compareNets(
  run: Run,
  nets: readonly Net[],
  untrained: Net,
  samples: SampleSet,
  options: Options,
): Promise<LayerComparison[]> {
  const [first, second] = nets;
  const kinds = layers.map((layer) => {
    const tap = ({ model }: Net): Tap => ({ model, tensor: tensorOf(layer) });
    const trained = nets.map(tap);
    const control = tap(untrained);
    return {
      layer,
      trained: trained.flatMap((a, i) => trained.slice(i + 1).map((b) => [a, b] as const)),
      untrained: trained.map((a) => [a, control] as const),
      shuffled: [trained[nets.indexOf(first)], { ...trained[nets.indexOf(second)], shuffled: run.seed }] as const,
    };
  });
  const wanted = kinds.flatMap((kind) => [...kind.trained, ...kind.untrained, kind.shuffled]);
  const taps = [...new Set(wanted.flat())];
  const numbers = wanted.map(([a, b]) => [taps.indexOf(a), taps.indexOf(b)] as const);
  const stats = await run.part("units side by side", () =>
    pairStats(taps, numbers, samples, {
      maxSamples: options.maxSamples,
      seed: run.seed,
      signal: run.signal,
      onProgress: (done, total) => run.progress("units side by side", done, total, "images"),
    }),
  );
  const pairs = new Map(wanted.map((pair, p) => [pair, pairOf(...pair, stats[p])]));
  const of = (pair: (typeof wanted)[number]) => pairs.get(pair) as LayerPair;
  return kinds.map((kind) => ({
    layer: kind.layer,
    trained: kind.trained.map(of),
    untrained: kind.untrained.map(of),
    shuffled: of(kind.shuffled),
  }));
}

/** The first two nets again, with mutual information; layer by layer. */
export function withInformation(
  run: Run,
  [first, second]: readonly Net[],
  samples: SampleSet,
  options: Options,
): Promise<JointStats[]> {
  return run.part("mutual information", () => informed(run, first.model, second.model, samples, options));
}

export function plantedTwin(
  run: Run,
  [{ params, model }]: readonly Net[],
  samples: SampleSet,
  options: Options,
): Promise<Recovered[]> {
  return run.part("disguised twin", async ({ rng }) => {
    const twin = disguised(params, rng);
    const stats = await informed(run, model, opened(twin.params, "its twin").model, samples, options);
    return layers.map((layer, i) => recovered(stats[i], twin.disguises[layer]));
  });
}

function informed(run: Run, a: Model, b: Model, samples: SampleSet, options: Options): Promise<JointStats[]> {
  const taps = [a, b].flatMap((model) => layers.map((layer) => ({ model, tensor: tensorOf(layer) })));
  return pairStats(
    taps,
    layers.map((_, i) => [i, layers.length + i] as const),
    samples,
    {
      information: true,
      maxSamples: options.maxSamples,
      seed: run.seed,
      signal: run.signal,
      onProgress: (done, total) => run.progress("mutual information", done, total, "images"),
    },
  );
}

/** Sparse prediction of each pair's second net from its first. */
export function predictUnits(run: Run, comparisons: readonly LayerComparison[]): Promise<LambdaRow[]> {
  return run.part("sparse prediction", async () => {
    const rows: LambdaRow[] = [];
    for (const { layer, trained } of comparisons) {
      const predictions: SparsePrediction[][] = [];
      for (const { stats } of trained) {
        await run.breathe();
        predictions.push(await sparsePrediction(stats, lambdas));
      }
      for (const [k, lambda] of lambdas.entries()) {
        const mean = (value: (p: SparsePrediction) => number) => meanOf(predictions.map((path) => value(path[k])));
        rows.push({
          layer,
          lambda,
          error: mean(({ error }) => meanOf(error)),
          used: mean(({ support, error }) => meanOf(support.filter((_, unit) => !Number.isNaN(error[unit])))),
          units: trained[0].stats.a.std.length,
        });
      }
    }
    return rows;
  });
}

/** The key control: the second net's layer in a random basis. */
export function rotateUnits(
  run: Run,
  comparisons: readonly LayerComparison[],
  rotations: number,
): Promise<RotationRow[]> {
  return run.part("rotated", async ({ rng }) => {
    const dense = async (stats: JointStats) => meanOf((await sparsePrediction(stats, [0]))[0].error);
    const rows: RotationRow[] = [];
    for (const { layer, trained } of comparisons) {
      const [before, after] = [[] as number[], [] as number[]];
      const matched: number[] = [];
      for (const [p, { stats }] of trained.entries()) {
        before.push(await dense(stats));
        for (let r = 0; r < rotations; r++) {
          await run.breathe();
          const turned = rotated(stats, rng.split(`${layer} ${p} ${r}`));
          matched.push(meanScore(matchUnits(turned)));
          after.push(await dense(turned));
        }
      }
      rows.push({
        layer,
        matched: meanOf(trained.map(({ matchingScore }) => matchingScore)),
        matchedRotated: meanOf(matched),
        dense: meanOf(before),
        denseRotated: meanOf(after),
      });
    }
    return rows;
  });
}

export function clustersOf(run: Run, { trained }: LayerComparison): Promise<CoClusters> {
  return run.part("clusters", () => coCluster(trained[0].stats, { seed: run.seed }));
}

/** The images that excite units most: of each net and layer its strongest, by unit. */
export function strongestImages(
  run: Run,
  nets: readonly Net[],
  layer: LayerName,
  samples: SampleSet,
  top: number,
): Promise<number[][][]> {
  return run.part("strongest images", async () => {
    const found: number[][][] = [];
    for (const { model } of nets) {
      const activity = await record(model, samples, { layers: [tensorOf(layer)], top, signal: run.signal });
      const { top: strongest, layer: recorded } = activity.layers[0];
      found.push(
        Array.from({ length: recorded.units }, (_, unit) => strongest.entries(unit).map(({ sample }) => sample)),
      );
    }
    return found;
  });
}
