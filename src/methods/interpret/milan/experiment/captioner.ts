/** @file The captioner of the experiment, trained once per run, and what reads descriptions. */

import { loadEmoji } from "../../../../data/index.ts";
import type { Run } from "../../../run.ts";
import { type KnownEmoji, knownEmoji, namedEmoji } from "../annotated/emoji-kinds.ts";
import { ConceptReader } from "../annotated/reading.ts";
import { makeEncoder, openCaptioner, openEncoder, trainBuiltin } from "../builtin.ts";
import { encodeCaptioner } from "../captioner-file.ts";
import type { NeuralCaptioner } from "../neural-captioner.ts";

export interface CaptionerOptions {
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

/** Trains the captioner, or takes it from the run's folder. */
export async function trainedSpeech(run: Run, options: CaptionerOptions): Promise<Speech> {
  const emoji = knownEmoji(await loadEmoji(run.data));
  const kept = await run.part("captioner", async ({ rng, checkpoint }) => {
    const bytes = await makeEncoder(run.data);
    const encoder = openEncoder(bytes);
    const trained = await trainBuiltin(emoji, encoder, {
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
    const { bleu, surprise, vocabulary } = trained;
    return { encoder: bytes, weights: encodeCaptioner(trained), bleu, surprise, words: vocabulary.words.length };
  });
  run.metric("captioner: BLEU on sets kept apart", kept.bleu);
  run.metric("language model: surprise of a word", kept.surprise, { unit: "nats" });
  run.metric("captioner: words", kept.words);
  await run.artifact("captioner.safetensors", kept.weights);
  const groups = namedEmoji(emoji);
  return {
    captioner: openCaptioner(kept.encoder, kept.weights, { compile: run.compile }),
    emoji,
    reader: new ConceptReader(groups.keys()),
    groupOf: (name) => groups.get(name),
  };
}
