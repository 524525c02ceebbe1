/** @file Trains the embedded example and writes it as an ONNX file that says what was planted. */

import { compile, exportOnnx, Rng, Tensor, type Value, valueAndGrad } from "../../graph/index.ts";
import { adam, applyUpdates, type OptimiserState } from "../../nn/index.ts";
import {
  applySceneNetwork,
  foldSceneNetwork,
  initSceneNetwork,
  plantedConcepts,
  plantedLayer,
  type SceneBatch,
  type SceneNetwork,
  type SceneStatistics,
  sceneBatch,
  sceneLoss,
  sceneNetworkSize,
  type TrainableSceneNetwork,
} from "./network.ts";
import { SHAPES } from "./vocabulary.ts";

export interface SceneTrainingOptions {
  readonly seed: number;
  readonly steps: number;
  /** Scenes per step. Default 32. */
  readonly batch?: number;
  /** Highest learning rate; it falls to zero along a cosine. Default 5e-3. */
  readonly rate?: number;
  readonly signal?: AbortSignal;
  onStep?(step: number, loss: number): void;
}

/** Adam on fresh scenes, so that nothing can be learnt by heart. The same seed gives the same network on the same machine. */
export async function trainSceneNetwork(options: SceneTrainingOptions): Promise<SceneNetwork<Tensor>> {
  const { seed, steps, batch = 32, rate = 5e-3, signal, onStep } = options;
  const rng = new Rng(seed);
  type Params = TrainableSceneNetwork<Value>;
  const step = compile(
    (
      params: Params,
      state: OptimiserState<Value>,
      before: SceneStatistics<Value>,
      data: SceneBatch<Value>,
      learningRate: Value,
    ) => {
      // What else the loss learns on the way, the running statistics, is no part of the gradient.
      let statistics = before;
      const lossOf = (p: Params) => {
        const result = sceneLoss(p, before, data);
        statistics = result.statistics;
        return result.loss;
      };
      const [loss, gradient] = valueAndGrad(lossOf)(params);
      const { updates, state: next } = adam(learningRate).update(gradient, state, params);
      return { loss, statistics, params: applyUpdates(params, updates), state: next };
    },
  );
  let { params, statistics } = initSceneNetwork(rng.split("weights"));
  let state = adam(rate).init(params);
  const scenes = rng.split("scenes");
  for (let i = 0; i < steps; i++) {
    signal?.throwIfAborted();
    const now = Tensor.scalar(0.5 * rate * (1 + Math.cos((Math.PI * i) / steps)) * Math.min(1, (i + 1) / 50));
    const result = await step(params, state, statistics, sceneBatch(scenes.split(i), batch), now);
    ({ params, state, statistics } = result);
    onStep?.(i + 1, result.loss.item());
  }
  await step.release();
  return foldSceneNetwork(params, statistics);
}

/**
 * The network as an ONNX file for batches of any size; its metadata says how to show it pictures, what its answers are and which neurons were
 * planted.
 */
export function exportSceneNetwork(params: SceneNetwork<Tensor>): Uint8Array {
  const example = Tensor.zeros([1, 3, sceneNetworkSize, sceneNetworkSize]);
  return exportOnnx((x: Value) => ({ logits: applySceneNetwork(params, x).logits }), [example], {
    names: ["picture"],
    batch: { name: "N", arguments: [0] },
    metadata: {
      "cajal.preprocess": "signed",
      "cajal.answers": JSON.stringify(SHAPES),
      "cajal.planted": JSON.stringify({ [plantedLayer]: plantedConcepts() }),
    },
  });
}
