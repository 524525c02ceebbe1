/** @file Trains a captioner: the decoder and the language model, on regions that people (or a generator) have put into words. */

import { CajalError, type CompileOptions, compile, type Noise, Rng, Tensor, type Value } from "../../../graph/index.ts";
import { adamw, batches, type CheckpointStorage, fit } from "../../../nn/index.ts";
import { beamSearch } from "./beam-search.ts";
import { bleu } from "./bleu.ts";
import { type CaptionBatch, type Decoder, decoderLoss, initDecoder } from "./decoder.ts";
import { type CaptionModel, captionModelLoss, initCaptionModel } from "./language-model.ts";
import { Scaling } from "./scaling.ts";
import { Vocabulary, wordsOf } from "./vocabulary.ts";

/** Sets of regions with captions: set i has features[i] and captions[i]. */
export interface AnnotatedFeatures {
  /** Of `RegionEncoder`: float32 [sets, exemplars, features]. */
  readonly features: Tensor;
  readonly captions: readonly (readonly string[])[];
}

export interface TrainCaptionerOptions {
  readonly rng?: Rng;
  /** Hidden units of the decoder. Default 512. */
  readonly hidden?: number;
  /** Of words, in both networks. Default 128. */
  readonly embedding?: number;
  /** Width to which regions' features are projected first. Default: none, they are used as they are. */
  readonly projection?: number;
  /** Hidden units of each of the language model's two layers. Default 512. */
  readonly languageHidden?: number;
  /** Default 100. */
  readonly epochs?: number;
  /** Epochs without a better validation after which training stops. Default 4. */
  readonly patience?: number;
  /** Of AdamW. Default 1e-3. */
  readonly rate?: number;
  /** Of the language model. Default: `rate`. */
  readonly languageRate?: number;
  readonly batch?: number;
  /** Dropout of features while the decoder learns. Default 0. */
  readonly featureDropout?: number;
  /** Share of the sets, never of single captions, on which training is watched. Default 0.1. */
  readonly validation?: number;
  /** Words of captions that count. Default 15. */
  readonly length?: number;
  readonly signal?: AbortSignal;
  /** Where the two trainings keep checkpoints. */
  readonly checkpoints?: { readonly decoder?: CheckpointStorage; readonly languageModel?: CheckpointStorage };
  readonly compile?: CompileOptions;
  onProgress?(stage: "decoder" | "language model", step: number, steps: number): void;
}

/** All that a captioner knows beside its encoder. */
export interface CaptionerWeights {
  /** Of decoder and language model. */
  readonly vocabulary: Vocabulary;
  /** Of a language model that was trained elsewhere; it must be the decoder's own. */
  readonly languageVocabulary?: Vocabulary;
  readonly scaling: Scaling;
  readonly decoder: Decoder<Tensor>;
  readonly languageModel: CaptionModel<Tensor>;
}

export interface TrainedCaptioner extends CaptionerWeights {
  /** BLEU of the likeliest captions of the validation sets. */
  readonly bleu: number;
  /** Nats per word of the language model on the captions of the validation sets. */
  readonly surprise: number;
}

/**
 * Trains decoder (watched by BLEU) and language model (by its surprise) on the same captions, and keeps the best of each.
 * @throws CajalError `shape` when features and captions do not belong together, `argument` when there are too few sets
 */
export async function trainOnFeatures(
  data: AnnotatedFeatures,
  options: TrainCaptionerOptions = {},
): Promise<TrainedCaptioner> {
  const { rng = new Rng(1), validation = 0.1, batch = 64 } = options;
  const [sets] = data.features.shape;
  if (data.features.shape.length !== 3 || sets !== data.captions.length)
    throw new CajalError(
      "shape",
      `train captioner: features ${data.features} for ${data.captions.length} sets of captions`,
      {
        advice: "Features are [sets, exemplars, features], with one list of captions for each set.",
      },
    );
  const order = rng.split("split").permutation(sets);
  const held = Math.max(1, Math.round(validation * sets));
  const [watched, learnt] = [order.slice(0, held), order.slice(held)];
  if (learnt.length < batch)
    throw new CajalError("argument", `train captioner: ${learnt.length} sets to learn from make no batch of ${batch}`);
  // No longer than the captions are: every step of a sentence costs, also the empty ones.
  const longest = data.captions.flat().reduce((most, caption) => Math.max(most, wordsOf(caption).length), 1);
  const length = Math.min(options.length ?? 15, longest);
  const vocabulary = Vocabulary.of([...learnt].flatMap((set) => data.captions[set]));
  const scaling = Scaling.of(data.features, learnt);
  const scaled = scaling.apply(data.features);
  const split: Split = { features: scaled, captions: data.captions, watched, learnt, vocabulary, length };
  const decoder = await trainDecoder(split, options, rng.split("decoder"), batch);
  const languageModel = await trainLanguageModel(split, options, rng.split("language model"));
  return {
    vocabulary,
    scaling,
    decoder: decoder.params,
    languageModel: languageModel.params,
    bleu: decoder.best?.value ?? 0,
    surprise: languageModel.best?.value ?? Number.NaN,
  };
}

interface Split extends AnnotatedFeatures {
  readonly watched: Int32Array;
  readonly learnt: Int32Array;
  readonly vocabulary: Vocabulary;
  readonly length: number;
}

function captionTensor(captions: readonly string[], vocabulary: Vocabulary, length: number): Tensor {
  const numbers = captions.flatMap((caption) => [...vocabulary.encode(caption, length)]);
  return Tensor.of(numbers, [captions.length, length + 1], "int64");
}

function featuresOf(features: Tensor, sets: ArrayLike<number>): Tensor {
  const [, exemplars, width] = features.shape;
  const size = exemplars * width;
  const data = new Float32Array(sets.length * size);
  for (let i = 0; i < sets.length; i++)
    data.set((features.data as Float32Array).subarray(sets[i] * size, (sets[i] + 1) * size), i * size);
  return new Tensor("float32", [sets.length, exemplars, width], data);
}

async function trainDecoder(split: Split, options: TrainCaptionerOptions, rng: Rng, batch: number) {
  const { features, captions, watched, learnt, vocabulary, length } = split;
  const { hidden, embedding, projection, epochs = 100, patience = 4, rate = 1e-3, signal, checkpoints } = options;
  // An epoch is every caption with its set once.
  const pairs = [...learnt].flatMap((set) => captions[set].map((caption) => ({ set, caption })));
  const perEpoch = Math.floor(pairs.length / batch);
  const params = initDecoder(rng.split("weights"), {
    features: features.shape[2],
    vocabulary: vocabulary.size,
    ...(hidden !== undefined && { hidden }),
    ...(embedding !== undefined && { embedding }),
    ...(projection !== undefined && { projection }),
  });
  const orders = rng.split("order");
  const data = {
    batch(step: number): CaptionBatch<Tensor> {
      const order = orders.split(Math.floor(step / perEpoch)).permutation(pairs.length);
      const from = (step % perEpoch) * batch;
      const drawn = Array.from(order.subarray(from, from + batch), (i) => pairs[i]);
      const sets = drawn.map(({ set }) => set);
      const words = drawn.map(({ caption }) => caption);
      return { features: featuresOf(features, sets), captions: captionTensor(words, vocabulary, length) };
    },
  };
  const references = [...watched].map((set) => captions[set].map(wordsOf));
  const greedy = compile(
    (p: Decoder<Value>, x: Value) => beamSearch(p, x, { beam: 1, length }).captions,
    options.compile,
  );
  const shown = featuresOf(features, watched);
  try {
    return await fit({
      params,
      loss: (p: Decoder<Value>, captioned: CaptionBatch<Value>, { noise }) =>
        decoderLoss(p, captioned, noise, { features: options.featureDropout ?? 0 }),
      data,
      optimiser: adamw(rate),
      steps: epochs * perEpoch,
      rng: rng.split("dropout"),
      evaluate: async (p: Decoder<Tensor>) => {
        const numbers = (await greedy(p, shown)).numbers();
        const said = references.map((_, i) =>
          wordsOf(vocabulary.decode(numbers.subarray(i * (length + 1), (i + 1) * (length + 1)))),
        );
        return { bleu: bleu(said, references) };
      },
      evaluateEvery: perEpoch,
      earlyStop: { metric: "bleu", goal: "rise", patience },
      checkpointEvery: perEpoch,
      ...(checkpoints?.decoder && { checkpoint: checkpoints.decoder }),
      ...(signal && { signal }),
      ...(options.compile && { compile: options.compile }),
      onStep: ({ step, steps }) => options.onProgress?.("decoder", step, steps),
    });
  } finally {
    await greedy.release();
  }
}

async function trainLanguageModel(split: Split, options: TrainCaptionerOptions, rng: Rng) {
  const { captions, watched, learnt, vocabulary, length } = split;
  const { embedding, languageHidden, epochs = 100, patience = 4, signal, checkpoints } = options;
  const rate = options.languageRate ?? options.rate ?? 1e-3;
  const numbersOf = (sets: Int32Array) =>
    captionTensor(
      [...sets].flatMap((set) => captions[set]),
      vocabulary,
      length,
    );
  const [known, held] = [numbersOf(learnt), numbersOf(watched)];
  const size = Math.min(128, known.shape[0]);
  const data = batches({ captions: known }, { size, rng: rng.split("order") });
  const surprise = compile(
    (p: CaptionModel<Value>, x: Value, noise: Noise) => captionModelLoss(p, x, noise, 0),
    options.compile,
  );
  try {
    return await fit({
      params: initCaptionModel(rng.split("weights"), {
        vocabulary: vocabulary.size,
        ...(languageHidden !== undefined && { hidden: languageHidden }),
        ...(embedding !== undefined && { embedding }),
      }),
      loss: (p: CaptionModel<Value>, batch: { captions: Value }, { noise }) =>
        captionModelLoss(p, batch.captions, noise),
      data,
      optimiser: adamw(rate),
      steps: epochs * data.perEpoch,
      rng: rng.split("dropout"),
      evaluate: async (p: CaptionModel<Tensor>) => ({ surprise: (await surprise(p, held, new Rng(0))).item() }),
      evaluateEvery: data.perEpoch,
      earlyStop: { metric: "surprise", goal: "fall", patience },
      checkpointEvery: data.perEpoch,
      ...(checkpoints?.languageModel && { checkpoint: checkpoints.languageModel }),
      ...(signal && { signal }),
      ...(options.compile && { compile: options.compile }),
      onStep: ({ step, steps }) => options.onProgress?.("language model", step, steps),
    });
  } finally {
    await surprise.release();
  }
}
