/** @file Trains the embedded example, tests it on fresh scenes, saves it. */

import { applySceneNetwork, exportSceneNetwork, sceneBatch, trainSceneNetwork } from "../data/index.ts";
import { compile, Rng, type Value } from "../graph/index.ts";
import { writeWhole } from "./files.ts";
import type { Progress } from "./progress.ts";

export interface TrainScenesOptions {
  readonly output: string;
  readonly steps: number;
  readonly batch: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

const tested = 1000;
const lossesAveraged = 50;

export async function trainScenes(options: TrainScenesOptions) {
  const { output, steps, batch, seed, signal, progress } = options;
  const recent: number[] = [];
  const params = await trainSceneNetwork({
    seed,
    steps,
    batch,
    signal,
    onStep: (step, loss) => {
      recent.push(loss);
      if (recent.length > lossesAveraged) recent.shift();
      progress.update("training", step, steps, "steps");
    },
  });
  const predict = compile((x: Value) => applySceneNetwork(params, x).logits.op("ArgMax", [], { axis: 1, keepdims: 0 }));
  let right = 0;
  const rng = new Rng(seed).split("test");
  for (let done = 0; done < tested; done += 100) {
    const { x, labels } = sceneBatch(rng.split(done), 100);
    const answers = (await predict(x)).numbers();
    for (const [i, answer] of answers.entries()) right += labels.data[i * labels.shape[1] + answer] as number;
    progress.update("testing", done + 100, tested, "scenes");
  }
  await predict.release();
  await writeWhole(output, [exportSceneNetwork(params)]);
  return {
    output,
    steps,
    batch,
    seed,
    loss: recent.reduce((a, b) => a + b, 0) / recent.length,
    accuracy: right / tested,
    tested,
  };
}
