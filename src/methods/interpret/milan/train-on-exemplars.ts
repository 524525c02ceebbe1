/** @file trainCaptioner: a captioner of one's own, from exemplars that people (or a generator) have put into words. */

import { Tensor } from "../../../graph/index.ts";
import type { ExemplarSet } from "./captioner.ts";
import { exemplarFeatures } from "./exemplar-features.ts";
import { NeuralCaptioner } from "./neural-captioner.ts";
import type { RegionEncoder } from "./region-encoder.ts";
import { type TrainCaptionerOptions, trainOnFeatures } from "./train-captioner.ts";

/** A unit's exemplars, and what was said of them. */
export interface AnnotatedExemplars extends ExemplarSet {
  readonly captions: readonly string[];
}

export interface TrainOnExemplarsOptions extends TrainCaptionerOptions {
  /** What sees: any image network, at some of its depths. */
  readonly encoder: RegionEncoder;
  /** Exemplars of each set that count. Default 15. */
  readonly exemplars?: number;
  /** What the captioner is called. Default "captioner". */
  readonly name?: string;
}

/** Sets that are looked at together. */
const setsAtOnce = 64;

/**
 * Looks at all regions, trains a decoder and a language model on them, and gives the captioner for `describe`.
 * @param sets of any picture size; training is watched on a tenth of them, never on single captions
 * @throws CajalError `argument` when a set has no exemplars or there are fewer sets than a batch
 */
export async function trainCaptioner(
  sets: readonly AnnotatedExemplars[],
  { encoder, exemplars = 15, name, ...options }: TrainOnExemplarsOptions,
): Promise<NeuralCaptioner> {
  const size = exemplars * encoder.features;
  const features = new Float32Array(sets.length * size);
  const { signal } = options;
  for (let from = 0; from < sets.length; from += setsAtOnce) {
    const part = await exemplarFeatures(encoder, sets.slice(from, from + setsAtOnce), exemplars, signal && { signal });
    features.set(part.data as Float32Array, from * size);
  }
  const weights = await trainOnFeatures(
    {
      features: new Tensor("float32", [sets.length, exemplars, encoder.features], features),
      captions: sets.map(({ captions }) => captions),
    },
    options,
  );
  return new NeuralCaptioner(encoder, weights, { exemplars, ...(name !== undefined && { name }) });
}
