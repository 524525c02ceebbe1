/** @file The parts of the experiment: a text with its arms and baselines, a pretrained model, the map. */

import { loadStories260K, mostFrequent } from "../../../data/index.ts";
import type { Figure } from "../../../plot/index.ts";
import type { Run } from "../../run.ts";
import { probe } from "../linear-probe.ts";
import { mds } from "../mds.ts";
import { standardised } from "../standardise.ts";
import { shuffledOrder, type TaggedText } from "../tagged-text.ts";
import { type Arm, type ArmResult, fewestOf, readArm, type Setting, statesOf, trainArm } from "./arms.ts";
import { chooseContexts, contextStates } from "./context-states.ts";
import type { Prediction } from "./evaluate.ts";
import { mapFigure } from "./figures.ts";
import { bigramPrediction, countWords, followerCounts, unigramPrediction } from "./n-grams.ts";
import type { NextWordModel } from "./next-word-model.ts";
import type { Options } from "./options.ts";
import { type LayerReading, readLayers } from "./read-layers.ts";
import { type Texts, wordClasses } from "./texts.ts";

/** What counting reaches on the same text. */
export interface Baselines {
  readonly unigram: Prediction;
  readonly bigram: Prediction;
  /** Accuracy of the probe on how often each word followed the last one. */
  readonly followers: number;
}

export interface Study {
  readonly arms: readonly ArmResult[];
  readonly baselines: Baselines;
  /** Of the first arm. */
  readonly model: NextWordModel;
}

export function settingOf({ training, analysis }: Texts, options: Options): Setting {
  return {
    vocabulary: mostFrequent(training.words, options.vocabulary),
    analysis,
    context: options.context,
    epochs: options.epochs,
    batch: options.batch,
    rate: options.learningRate,
    classes: wordClasses,
    perClass: options.perClass,
    permutations: options.permutations,
    probeSteps: options.probeSteps,
  };
}

/** Trained, untrained, trained on shuffled order. @param text goes before their names, if it is given */
export function lstmArms(run: Run, training: TaggedText, { embedding, hidden }: Options, text?: string): Arm[] {
  const network = { kind: "lstm", sizes: [embedding, hidden, hidden, hidden] } as const;
  const name = (arm: string) => (text === undefined ? arm : `${text}, ${arm}`);
  const shuffled = shuffledOrder(training, run.rng.split(name("shuffled order")));
  return [
    { name: name("trained"), network, training, band: text === undefined },
    { name: name("untrained"), network },
    { name: name("shuffled order"), network, training: shuffled },
  ];
}

export function feedForwardArm(training: TaggedText, { embedding, hidden }: Options): Arm {
  const network = { kind: "mlp", sizes: [embedding, 2 * hidden, 2 * hidden, 2 * hidden] } as const;
  return { name: "feed-forward", network, training };
}

/** Trains and reads all arms of a text, and counts. */
export async function study(run: Run, texts: Texts, arms: readonly [Arm, ...Arm[]], setting: Setting): Promise<Study> {
  const [first, ...others] = arms;
  const model = await trainArm(run, first, setting);
  const results = [await readArm(run, first, model, setting)];
  for (const arm of others) results.push(await readArm(run, arm, await trainArm(run, arm, setting), setting));
  const { vocabulary, analysis, context } = setting;
  const counts = countWords(texts.training, vocabulary);
  const followers = await run.part(`counts: ${first.name}`, async () => {
    const { contexts, next } = chooseContexts(analysis, { ...setting, seed: run.seed });
    const lastWords = contexts.map((words) => words[words.length - 1]);
    const features = followerCounts(counts, lastWords, vocabulary);
    const options = { steps: setting.probeSteps, seed: run.seed, signal: run.signal };
    return (await probe(features, next, options)).accuracy;
  });
  return {
    arms: results,
    model,
    baselines: {
      unigram: unigramPrediction(counts, analysis, vocabulary, context),
      bigram: bigramPrediction(counts, analysis, vocabulary, context),
      followers,
    },
  };
}

/** The last hidden layer of the model for equally many contexts of each class, in two dimensions. */
export function mapOfContexts(run: Run, model: NextWordModel, setting: Setting, points: number): Promise<Figure> {
  return run.part("map", async () => {
    const perClass = Math.min(setting.perClass, Math.floor(points / setting.classes.length));
    const states = await statesOf(run, model, { ...setting, perClass });
    const hidden = model.network.layers[model.network.layers.length - 2];
    const { points: map, stress } = await mds(standardised(states.layers[hidden]).scaled);
    return mapFigure(map, states, stress);
  });
}

/** The layers of stories260K, for contexts as they are written. */
export function readStories(run: Run, { analysis }: Texts, options: Options): Promise<LayerReading[]> {
  const stage = "layers: stories260K";
  return run.part(stage, async () => {
    const { context, perClass, probeSteps } = options;
    const model = await loadStories260K(run.data);
    // What neurons read before activation is left out: it is the stream in other coordinates.
    const layers = model.layers().filter(({ kind }) => kind !== "projection");
    const states = await contextStates(model, analysis, {
      layers: layers.map(({ name }) => name),
      context,
      perClass,
      classes: wordClasses,
      seed: run.seed,
      signal: run.signal,
      compile: run.compile,
    });
    return readLayers(states, {
      fewest: fewestOf(perClass),
      probe: { steps: probeSteps },
      seed: run.seed,
      signal: run.signal,
      onLayer: (done, total) => run.progress(stage, done, total, "layers"),
    });
  });
}
