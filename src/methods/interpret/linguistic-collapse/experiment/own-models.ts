/** @file Models that were trained elsewhere, as a user brings them: a Llama on stories of its own, ResNet-20 on its training pictures. */

import { cifar10Classes, loadImages, loadStories260K, preprocesses } from "../../../../data/index.ts";
import { CajalError, compile, type Rng, Tensor, type Value } from "../../../../graph/index.ts";
import { extendGptCache, gptStep, init, takeRows } from "../../../../nn/index.ts";
import { type Decoder, Model } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import { type CollapseReport, type LabelledBatch, neuralCollapse, paddedTexts } from "../index.ts";
import type { Options } from "./options.ts";

/** Of the stories, a quarter is kept to validate on. */
const held = 4;

/** What was measured, and the names of the classes in its order. */
export interface OwnModel {
  readonly report: CollapseReport;
  readonly words: readonly string[];
}

export function storyTeller(run: Run, { stories, storyTokens, minCount }: Options): Promise<OwnModel> {
  return run.part("stories260K", async ({ rng }) => {
    const model = await loadStories260K(run.data);
    const { decoder } = model.network;
    if (decoder === undefined) throw new CajalError("bad-file", "stories260K is no decoder");
    const texts = await told(decoder, model.begin, { stories, length: storyTokens }, rng, run);
    const kept = Math.max(1, Math.floor(stories / held));
    const report = await neuralCollapse(model, paddedTexts(texts.slice(kept)), paddedTexts(texts.slice(0, kept)), {
      minCount,
      compile: run.compile,
      signal: run.signal,
      onProgress: (pass, done, total = done) => run.progress(`stories260K (${pass})`, done, total),
    });
    return { report, words: report.perClass.map(({ id }) => model.decode([id])) };
  });
}

/** Stories drawn token by token as likely as the model thinks them, all at once; each ends before the mark that begins another. */
async function told(
  decoder: Decoder,
  begin: readonly number[],
  { stories, length }: { readonly stories: number; readonly length: number },
  rng: Rng,
  run: Run,
): Promise<number[][]> {
  const { params, options, sizes } = decoder;
  const next = compile((cache: Parameters<typeof gptStep>[1], tokens: Value) => {
    const { logits, fresh } = gptStep(params, cache, tokens, options);
    return { likely: logits.softmax(-1), fresh };
  }, run.compile);
  const texts = Array.from({ length: stories }, () => [...begin]);
  let cache = init.gptCache(params, { heads: sizes.heads, batch: stories, capacity: length });
  try {
    for (let step = 0; step < length - 1; step++) {
      run.signal.throwIfAborted();
      const { likely, fresh } = await next(
        cache,
        Tensor.of(
          texts.map((text) => text[step]),
          [stories, 1],
          "int64",
        ),
      );
      cache = extendGptCache(cache, fresh);
      for (const [i, text] of texts.entries())
        if (text.length === step + 1)
          text.push(
            drawn(likely.data.subarray(i * sizes.vocabulary, (i + 1) * sizes.vocabulary) as Float32Array, rng.random()),
          );
      run.progress("stories260K tells", step + 1, length - 1, "tokens");
    }
  } finally {
    await next.release();
  }
  return texts.map((text) => {
    const again = text.indexOf(begin[0] ?? -1, begin.length);
    return again < 0 ? text : text.slice(0, again);
  });
}

function drawn(probabilities: Float32Array, at: number): number {
  let sum = 0;
  for (let i = 0; i < probabilities.length; i++) {
    sum += probabilities[i];
    if (at < sum) return i;
  }
  return probabilities.length - 1;
}

/** Everything on its training pictures: only where the training error is nearly zero is collapse to be expected. */
export function residualNetwork(run: Run, { resnetImages }: Options): Promise<OwnModel> {
  return run.part("ResNet-20", async () => {
    const model = Model.open(await run.data.file("resnet-cifar10", "resnet20.onnx"), { name: "ResNet-20" });
    const { images, labels } = await loadImages(run.data, "cifar10", "train");
    const pictures = () => normalised(images, labels, resnetImages);
    const report = await neuralCollapse(model, pictures, pictures, {
      minCount: 2,
      compile: run.compile,
      signal: run.signal,
      onProgress: (pass, done, total) =>
        run.progress(`ResNet-20 (${pass})`, done, total ?? Math.ceil(resnetImages / pictureBatch), "batches"),
    });
    return { report, words: report.perClass.map(({ id }) => cifar10Classes[id]) };
  });
}

const pictureBatch = 50;

/** The first pictures, those without loss, as the network takes them. */
function* normalised(images: Tensor, labels: Tensor, count: number): Generator<LabelledBatch> {
  const { scale, mean, deviation } = preprocesses.imagenet;
  const [, channels, height, width] = images.shape;
  const plane = height * width;
  for (let from = 0; from < count; from += pictureBatch) {
    const rows = Array.from({ length: Math.min(pictureBatch, count - from) }, (_, i) => from + i);
    const pixels = takeRows(images, rows).numbers();
    const data = Float32Array.from(pixels, (value, at) => {
      const c = Math.floor(at / plane) % channels;
      return (value * scale - mean[c]) / deviation[c];
    });
    yield {
      inputs: new Tensor("float32", [rows.length, channels, height, width], data),
      labels: takeRows(labels, rows),
    };
  }
}
