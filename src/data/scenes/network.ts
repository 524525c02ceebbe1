/**
 * @file The embedded example: a small convolutional network on rendered scenes, some of whose neurons are known because they were
 * planted. Its last convolution has one unit per planted concept, trained to be on exactly where the concept is; the others, and all
 * earlier layers, find their own use. It names the shape of the largest object.
 */

import { type Rng, scope, Tensor, type Value } from "../../graph/index.ts";
import {
  type BatchNorm,
  type BatchStatistics,
  batchNorm,
  binaryCrossEntropy,
  type Conv,
  conv,
  crossEntropy,
  foldBatchNorm,
  init,
  type Linear,
  linear,
} from "../../nn/index.ts";
import { preprocesses, toTensor } from "../preprocess.ts";
import { generateScene, type Scene, sceneConcepts } from "./scenes.ts";
import { SHAPES } from "./vocabulary.ts";

/** Pixels of a side of its pictures. */
export const sceneNetworkSize = 64;

/** Cells of a side of the planted layer's map: each is 4 × 4 pixels. */
const mapSize = 16;

/** The layer whose first units are planted, as it is called in the ONNX file. */
export const plantedLayer = "concepts/Relu";

/** What the first units of that layer are trained to mean, in order. */
export function plantedConcepts(): readonly string[] {
  const { colour, shape, texture, position, background } = sceneConcepts();
  return [...colour, ...shape, ...texture, ...position, ...background];
}

const freeUnits = 12;

interface Spec {
  readonly name: string;
  readonly outputs: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly padding: number;
  readonly dilation?: number;
}

const trunk: readonly Spec[] = [
  { name: "conv1", outputs: 24, kernel: 4, stride: 2, padding: 1 },
  { name: "conv2", outputs: 48, kernel: 3, padding: 1 },
  { name: "conv3", outputs: 64, kernel: 4, stride: 2, padding: 1 },
  { name: "conv4", outputs: 64, kernel: 3, padding: 1 },
  { name: "conv5", outputs: 64, kernel: 3, padding: 2, dilation: 2 },
  { name: "conv6", outputs: 64, kernel: 3, padding: 4, dilation: 4 },
];

export interface SceneNetwork<T> {
  readonly trunk: readonly Conv<T>[];
  readonly concepts: Conv<T>;
  readonly head: Linear<T>;
}

/** The network while it is trained: normalised after each convolution of the trunk. */
export interface TrainableSceneNetwork<T> extends SceneNetwork<T> {
  readonly norms: readonly BatchNorm<T>[];
}

export type SceneStatistics<T> = readonly BatchStatistics<T>[];

export function initSceneNetwork(rng: Rng): {
  params: TrainableSceneNetwork<Tensor>;
  statistics: SceneStatistics<Tensor>;
} {
  let inputs = 3;
  const convs = trunk.map(({ name, outputs, kernel }) => {
    const params = init.conv(rng.split(name), inputs, outputs, kernel);
    inputs = outputs;
    return params;
  });
  const units = plantedConcepts().length + freeUnits;
  const norms = trunk.map(({ outputs }) => init.batchNorm(outputs));
  const params = {
    trunk: convs,
    norms: norms.map((norm) => norm.params),
    concepts: init.conv(rng.split("concepts"), inputs, units, 3),
    head: init.linear(rng.split("head"), units, SHAPES.length),
  };
  return { params, statistics: norms.map((norm) => norm.statistics) };
}

/** The trained network, each normalisation folded into its convolution. */
export function foldSceneNetwork(
  params: TrainableSceneNetwork<Tensor>,
  statistics: SceneStatistics<Tensor>,
): SceneNetwork<Tensor> {
  const { trunk: convs, norms, concepts, head } = params;
  return { trunk: convs.map((p, i) => foldBatchNorm(p, norms[i], statistics[i])), concepts, head };
}

interface Answers {
  /** The planted layer before its ReLU: [N, units, 16, 16]. */
  readonly evidence: Value;
  /** Over shapes: [N, 6]. */
  readonly logits: Value;
}

/** @param normalise what comes between a convolution of the trunk and its ReLU */
function apply(p: SceneNetwork<Value | Tensor>, x: Value, normalise: (h: Value, i: number) => Value): Answers {
  const features = trunk.reduce(
    (h, { name, ...spec }, i) => scope(name, () => normalise(conv(p.trunk[i], h, spec), i).relu()),
    x,
  );
  const { evidence, active } = scope("concepts", () => {
    const z = conv(p.concepts, features, { padding: 1 });
    return { evidence: z, active: z.relu() };
  });
  const logits = scope("head", () => linear(p.head, active.max([2, 3])));
  return { evidence, logits };
}

/** Pictures [N, 3, 64, 64] to the planted layer and the logits. */
export function applySceneNetwork(p: SceneNetwork<Value | Tensor>, x: Value): Answers {
  return apply(p, x, (h) => h);
}

/** A batch of scenes as the network sees them and what it should say. */
export interface SceneBatch<T> {
  /** [N, 3, 64, 64] */
  readonly x: T;
  /** Share of each cell that the concept covers: [N, planted, 16, 16]. */
  readonly masks: T;
  /** One-hot shape of the largest object: [N, 6]. */
  readonly labels: T;
}

/** How much more a cell counts where the concept is: concepts are rare. */
const presentWeight = 4;

/** Mean over the planted units of the cross entropy of their map with the concept's, plus that of the class. */
export function sceneLoss(
  p: TrainableSceneNetwork<Value>,
  statistics: SceneStatistics<Value>,
  batch: SceneBatch<Value>,
): { loss: Value; statistics: SceneStatistics<Value> } {
  const seen: BatchStatistics<Value>[] = [];
  const { evidence, logits } = apply(p, batch.x, (h, i) => {
    const normalised = batchNorm(p.norms[i], statistics[i], h, { training: true, momentum: 0.95 });
    seen.push(normalised.statistics);
    return normalised.y;
  });
  const planted = evidence.slice([0], [plantedConcepts().length], [1]);
  const weights = batch.masks.mul(presentWeight - 1).add(1);
  const perCell = binaryCrossEntropy(planted, batch.masks).mul(weights);
  return { loss: perCell.mean().add(crossEntropy(logits, batch.labels).mul(0.02)), statistics: seen };
}

export function largestShape(scene: Scene): number {
  const largest = scene.objects.reduce((a, b) => (b.pixels > a.pixels ? b : a));
  return SHAPES.indexOf(largest.shape);
}

/** A batch of fresh scenes. */
export function sceneBatch(rng: Rng, size: number): SceneBatch<Tensor> {
  const concepts = plantedConcepts();
  const pixels = 3 * sceneNetworkSize ** 2;
  const cells = mapSize * mapSize;
  const x = Tensor.zeros([size, 3, sceneNetworkSize, sceneNetworkSize]);
  const masks = Tensor.zeros([size, concepts.length, mapSize, mapSize]);
  const labels = Tensor.zeros([size, SHAPES.length]);
  for (let n = 0; n < size; n++) {
    const scene = generateScene(rng.split(n), { size: sceneNetworkSize });
    (x.data as Float32Array).set(toTensor(scene.picture, 3, preprocesses.signed).data as Float32Array, n * pixels);
    for (const [i, concept] of concepts.entries()) {
      const mask = scene.concepts.get(concept);
      if (mask) addCoverage(mask, masks.data as Float32Array, (n * concepts.length + i) * cells);
    }
    labels.data[n * SHAPES.length + largestShape(scene)] = 1;
  }
  return { x, masks, labels };
}

/** Share of each 4 × 4 block of pixels that lies in the mask. */
function addCoverage(mask: Uint8Array, into: Float32Array, from: number): void {
  const block = sceneNetworkSize / mapSize;
  for (let y = 0, i = 0; y < sceneNetworkSize; y++) {
    const row = from + Math.floor(y / block) * mapSize;
    for (let x = 0; x < sceneNetworkSize; x++, i++)
      if (mask[i]) into[row + Math.floor(x / block)] += 1 / (block * block);
  }
}
