/** @file The arms of the experiment: networks that are alike but for what they were trained on, if at all. */

import type { Vocabulary } from "../../../data/index.ts";
import type { Tensor } from "../../../graph/index.ts";
import { adjustedRandIndex, kMeans, purity } from "../../../nn/index.ts";
import type { Run } from "../../run.ts";
import { conditionalGdv } from "../discrimination-controls.ts";
import { standardised } from "../standardise.ts";
import type { TaggedText } from "../tagged-text.ts";
import { type ContextStates, contextStates } from "./context-states.ts";
import { evaluateNextWord, type Prediction } from "./evaluate.ts";
import { type NetworkOptions, type NextWordParams, nextWordNetwork } from "./network.ts";
import { type NextWordModel, nextWordModel } from "./next-word-model.ts";
import { type LayerReading, readLayers } from "./read-layers.ts";
import { trainNextWord } from "./train.ts";

/** What all arms share. */
export interface Setting {
  readonly vocabulary: Vocabulary;
  readonly analysis: TaggedText;
  readonly context: number;
  readonly epochs: number;
  readonly batch: number;
  readonly rate: number;
  readonly classes: readonly string[];
  readonly perClass: number;
  readonly permutations: number;
  readonly probeSteps: number;
}

export interface Arm {
  readonly name: string;
  readonly network: Pick<NetworkOptions, "kind" | "sizes">;
  /** What it learns from. Left out: nothing, it stays as it is before training. */
  readonly training?: TaggedText;
  /** Whether the band of permuted labels is computed. */
  readonly band?: boolean;
}

export interface ArmResult {
  readonly arm: string;
  readonly prediction: Prediction;
  readonly readings: readonly LayerReading[];
  /** Of the last hidden layer: the value by the class of the next word, among contexts that end with the same word. */
  readonly sameLastWord: number;
  /** k-means on the last hidden layer against the classes of the next word. */
  readonly clusters: { readonly adjustedRand: number; readonly purity: number };
}

/** So often a training loss is noted. */
const lossEvery = 50;

export async function trainArm(run: Run, arm: Arm, setting: Setting): Promise<NextWordModel> {
  const { vocabulary, context, epochs, batch, rate, analysis } = setting;
  const { compile } = run;
  const { training } = arm;
  const network = nextWordNetwork({ ...arm.network, vocab: vocabulary.words.length, context, seed: run.seed });
  if (training === undefined) return nextWordModel(network, vocabulary, { name: arm.name });
  const stage = `training: ${arm.name}`;
  const params = await run.part(stage, async (part): Promise<NextWordParams<Tensor>> => {
    const { model } = await trainNextWord(training, {
      ...arm.network,
      vocabulary,
      context,
      epochs,
      batch,
      rate,
      seed: run.seed,
      validation: analysis,
      checkpoint: part.checkpoint,
      signal: run.signal,
      compile,
      onStep: ({ step, steps, loss, val }) => {
        run.progress(stage, step, steps, "steps");
        if (step % lossEvery === 0) run.metric(`loss of training: ${arm.name}`, loss, { step, unit: "nats" });
        if (val !== undefined) run.metric(`loss on held-out text: ${arm.name}`, val, { step, unit: "nats" });
      },
    });
    return model.params;
  });
  return nextWordModel(network, vocabulary, { params, trainedOn: training.words, name: arm.name });
}

/** All arms of a setting are shown the same contexts. */
export function statesOf(
  run: Run,
  model: NextWordModel,
  { analysis, context, classes, perClass }: Setting,
): Promise<ContextStates> {
  return contextStates(model, analysis, {
    context,
    classes,
    perClass,
    seed: run.seed,
    batch: 128,
    signal: run.signal,
    compile: run.compile,
  });
}

export async function readArm(run: Run, arm: Arm, model: NextWordModel, setting: Setting): Promise<ArmResult> {
  const stage = `layers: ${arm.name}`;
  return run.part(stage, async () => {
    const states = await statesOf(run, model, setting);
    for (const warning of states.warnings) run.log(`${arm.name}: ${warning}`);
    const readings = await readLayers(states, {
      permutations: arm.band ? setting.permutations : 0,
      fewest: fewestOf(setting.perClass),
      probe: { steps: setting.probeSteps },
      seed: run.seed,
      signal: run.signal,
      onLayer: (done, total) => run.progress(stage, done, total, "layers"),
    });
    const hidden = states.layers[model.network.layers[model.network.layers.length - 2]];
    const lastWords = states.contexts.map((words) => words[words.length - 1]);
    const found = kMeans(standardised(hidden).scaled, setting.classes.length, { seed: run.seed });
    return {
      arm: arm.name,
      prediction: await evaluateNextWord(model, setting.analysis, run.compile),
      readings,
      sameLastWord: (await conditionalGdv(hidden, states.next, lastWords, { fewest: fewestOf(setting.perClass) })).gdv,
      clusters: {
        adjustedRand: adjustedRandIndex(found.labels, states.next),
        purity: purity(found.labels, states.next),
      },
    };
  });
}

/** 10 of 400. */
export function fewestOf(perClass: number): number {
  return Math.max(2, Math.round(perClass / 40));
}
