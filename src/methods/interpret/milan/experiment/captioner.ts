/** @file The captioner of the experiment, the one that ships or one trained in the run, and what reads descriptions. */

import { loadEmoji } from "../../../../data/index.ts";
import type { Run } from "../../../run.ts";
import { type KnownEmoji, knownEmoji, namedEmoji } from "../annotated/emoji-kinds.ts";
import { ConceptReader } from "../annotated/reading.ts";
import { makeEncoder, openEncoder, openSceneCaptioner, shippedFiles, trainBuiltin } from "../builtin.ts";
import { encodeCaptioner } from "../captioner-file.ts";
import type { NeuralCaptioner } from "../neural-captioner.ts";

export interface CaptionerOptions {
  /** Trains one; else it is the one that ships. */
  readonly train: boolean;
  readonly sets: number;
  readonly scenes: number;
  readonly epochs: number;
}

/** What the parts of the experiment share. */
export interface Speech {
  readonly captioner: NeuralCaptioner;
  readonly emoji: readonly KnownEmoji[];
  readonly reader: ConceptReader;
  /** The kind of a named emoji. */
  groupOf(name: string): string | undefined;
}

export async function speechOf(run: Run, options: CaptionerOptions): Promise<Speech> {
  const emoji = knownEmoji(await loadEmoji(run.data));
  const { encoder, weights } = options.train ? await trained(run, emoji, options) : await shippedFiles(run.data);
  const groups = namedEmoji(emoji);
  return {
    captioner: openSceneCaptioner(encoder, weights, { compile: run.compile }),
    emoji,
    reader: new ConceptReader(groups.keys()),
    groupOf: (name) => groups.get(name),
  };
}

/** Trains a captioner, or takes it from the run's folder. */
async function trained(run: Run, emoji: readonly KnownEmoji[], options: CaptionerOptions) {
  const kept = await run.part("captioner", async ({ rng, checkpoint }) => {
    const bytes = await makeEncoder(run.data);
    const encoder = openEncoder(bytes);
    const captioner = await trainBuiltin(emoji, encoder, {
      ...options,
      rng,
      signal: run.signal,
      compile: run.compile,
      checkpoints: { decoder: checkpoint },
      breathe: () => run.breathe(),
      onScenes: (stage, done, total) =>
        run.progress(stage, done, total, stage === "drawing scenes" ? "scenes" : "regions"),
      onProgress: (stage, step, steps) => run.progress(`training the ${stage}`, step, steps, "steps"),
    });
    await encoder.release();
    const { bleu, surprise, vocabulary } = captioner;
    return { encoder: bytes, weights: encodeCaptioner(captioner), bleu, surprise, words: vocabulary.words.length };
  });
  run.metric("captioner: BLEU on sets kept apart", kept.bleu);
  run.metric("language model: surprise of a word", kept.surprise, { unit: "nats" });
  run.metric("captioner: words", kept.words);
  await run.artifact("captioner.safetensors", kept.weights);
  return kept;
}
