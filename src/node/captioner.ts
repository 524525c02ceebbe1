/** @file The built-in captioner's files: made by `cajal train captioner`, shipped in `assets`. */

import { join } from "node:path";
import { loadEmoji } from "../data/index.ts";
import { CajalError, Rng } from "../graph/index.ts";
import {
  type BuiltinCaptioner,
  builtinName,
  encodeCaptioner,
  knownEmoji,
  makeEncoder,
  openCaptioner,
  openEncoder,
  trainBuiltin,
} from "../methods/interpret/milan/index.ts";
import { dataSource, exists } from "./data-source.ts";
import { bytesDigest } from "./download.ts";
import { readBytes, writeWhole } from "./files.ts";
import { assetsFolder } from "./folders.ts";
import type { Progress } from "./progress.ts";

const files = { encoder: "captioner-encoder.onnx", weights: "captioner.safetensors" } as const;

export async function hasBuiltinCaptioner(folder = assetsFolder): Promise<boolean> {
  return (await exists(join(folder, files.encoder))) && (await exists(join(folder, files.weights)));
}

/** The captioner that ships with Cajal. @throws CajalError `file-missing` when its files are not there */
export async function builtinCaptioner(folder = assetsFolder): Promise<BuiltinCaptioner> {
  const [encoder, weights] = [join(folder, files.encoder), join(folder, files.weights)];
  for (const path of [encoder, weights])
    if (!(await exists(path)))
      throw new CajalError("file-missing", `the built-in captioner is not there: ${path}`, {
        advice: "Make it with `cajal train captioner`, or go without words: --captioner none.",
      });
  const [see, say] = [await readBytes(encoder), await readBytes(weights)];
  return openCaptioner(see, say, { name: builtinName(bytesDigest(say)) });
}

export interface TrainCaptionerCommand {
  /** Folder of the two files. */
  readonly output: string;
  readonly seed: number;
  readonly sets: number;
  readonly scenes: number;
  readonly epochs: number;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/** Makes the two files. */
export async function trainCaptionerFiles(options: TrainCaptionerCommand) {
  const { output, seed, sets, scenes, epochs, signal, progress } = options;
  const source = dataSource(progress, signal);
  const bytes = await makeEncoder(source);
  const encoder = openEncoder(bytes);
  const trained = await trainBuiltin(knownEmoji(await loadEmoji(source)), encoder, {
    rng: new Rng(seed),
    sets,
    scenes,
    epochs,
    signal,
    onScenes: (stage, done, total) =>
      progress.update(stage, done, total, stage === "drawing scenes" ? "scenes" : "regions"),
    onProgress: (stage, step, steps) => progress.update(`training the ${stage}`, step, steps, "steps"),
  });
  await encoder.release();
  const weights = encodeCaptioner(trained);
  await writeWhole(join(output, files.encoder), [bytes]);
  await writeWhole(join(output, files.weights), [weights]);
  const { bleu, surprise, vocabulary } = trained;
  return {
    output,
    seed,
    sets,
    scenes,
    words: vocabulary.words.length,
    bleu,
    surprise,
    bytes: bytes.length + weights.length,
  };
}
