/** @file Trains the embedded example and writes it as an ONNX file that says what was planted. */

import { compile, exportOnnx, Rng, Tensor, type Value, valueAndGrad } from "../../graph/index.ts";
import { type AdamState, adamInit, adamUpdate } from "../../nn/index.ts";
import {
  applySceneNetwork,
  initSceneNetwork,
  plantedConcepts,
  plantedLayer,
  type SceneBatch,
  type SceneNetwork,
  sceneBatch,
  sceneLoss,
  sceneNetworkSize,
} from "./network.ts";

export interface SceneTrainingOptions {
  readonly seed: number;
  readonly steps: number;
  /** Scenes per step. Default 32. */
  readonly batch?: number;
  /** Highest learning rate; it falls to zero along a cosine. Default 2e-3. */
  readonly rate?: number;
  readonly signal?: AbortSignal;
  onStep?(step: number, loss: number): void;
}

/** Adam on fresh scenes, so that nothing can be learnt by heart. The same seed gives the same network on the same machine. */
export async function trainSceneNetwork(options: SceneTrainingOptions): Promise<SceneNetwork<Tensor>> {
  const { seed, steps, batch = 32, rate = 2e-3, signal, onStep } = options;
  const rng = new Rng(seed);
  type Params = SceneNetwork<Value>;
  const step = compile(
    (params: Params, state: AdamState<Params, Value>, data: SceneBatch<Value>, learningRate: Value) => {
      const [loss, gradient] = valueAndGrad(sceneLoss)(params, data);
      return { loss, ...adamUpdate(params, gradient, state, learningRate) };
    },
  );
  let params = initSceneNetwork(rng.split("weights"));
  let state = adamInit(params);
  const scenes = rng.split("scenes");
  let data = sceneBatch(scenes.split(0), batch);
  for (let i = 0; i < steps; i++) {
    signal?.throwIfAborted();
    const now = Tensor.scalar(0.5 * rate * (1 + Math.cos((Math.PI * i) / steps)) * Math.min(1, (i + 1) / 50));
    const running = step(params, state, data, now);
    // The next scenes are drawn while the runtime computes.
    data = sceneBatch(scenes.split(i + 1), batch);
    const result = await running;
    params = result.params;
    state = result.state;
    onStep?.(i + 1, result.loss.item());
  }
  await step.release();
  return params;
}

/** The network as an ONNX file for batches of any size; its metadata says how to show it pictures and which neurons were planted. */
export function exportSceneNetwork(params: SceneNetwork<Tensor>): Uint8Array {
  const example = Tensor.zeros([1, 3, sceneNetworkSize, sceneNetworkSize]);
  return exportOnnx((x: Value) => ({ logits: applySceneNetwork(params, x).logits }), [example], {
    names: ["picture"],
    batch: { name: "N", arguments: [0] },
    metadata: {
      "cajal.preprocess": "signed",
      "cajal.planted": JSON.stringify({ [plantedLayer]: plantedConcepts() }),
    },
  });
}
