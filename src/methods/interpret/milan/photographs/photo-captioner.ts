/** @file Words for regions of photographs: what a classifier of 1,000 classes sees in them, and how they look. */

import type { Picture } from "../../../../data/index.ts";
import type { Candidate, CandidateOptions, Captioner, ExemplarBatch } from "../captioner.ts";
import { exemplarFeatures } from "../exemplar-features.ts";
import type { ClassEncoder } from "./class-encoder.ts";
import { LooksOf, looks } from "./looks.ts";
import { priors } from "./priors.ts";
import { classCount, things } from "./things.ts";

/** What has less of a share is not said: it takes more than two exemplars of fifteen. */
const leastShare = 0.15;

/**
 * Of what is true people say what is particular ("dogs", not "animals"): a word is said in proportion to its share times p(d) to the power of minus this.
 * This and the least share were chosen among 18 settings on SqueezeNet's units with Caltech-101's photographs.
 */
const particularity = 0.2;

export const photoWords: readonly string[] = [...things.map(({ word }) => word), ...looks];

/** What is needed of an encoder. */
type Seeing = Pick<ClassEncoder, "features" | "height" | "width" | "encode" | "release">;

export interface PhotoCaptionerOptions {
  /** Default 15. */
  readonly exemplars?: number;
  /** Units looked at together. Default 512. */
  readonly units?: number;
}

/**
 * A word's share is the mean, over a unit's exemplars, of what the classifier gives the word's classes when its last maps are pooled under the mask instead of
 * over the whole picture (for looks: the share of lit pixels); p(d) is the same over regions of photographs in general. What is given out as p(d | E) is
 * share · p(d)^−particularity, not normalised.
 */
export class PhotoCaptioner implements Captioner {
  readonly name = "photographs";
  readonly exemplars: number;
  readonly size: readonly [height: number, width: number];
  readonly units: number;
  private readonly encoder: Seeing;
  private readonly measured = new WeakMap<Picture, LooksOf>();

  /** @param encoder of ImageNet's 1,000 classes */
  constructor(encoder: Seeing, { exemplars = 15, units = 512 }: PhotoCaptionerOptions = {}) {
    this.encoder = encoder;
    this.size = [encoder.height, encoder.width];
    this.units = units;
    this.exemplars = exemplars;
  }

  async candidates(sets: ExemplarBatch, n: number, options: CandidateOptions = {}): Promise<Candidate[][]> {
    const shares = await this.shares(sets, options);
    return shares.map((list) =>
      photoWords
        .map((text, i): Candidate => ({ text, logp: Math.log(list[i]) - particularity * priorOf(text) }))
        .filter((_, i) => list[i] >= leastShare)
        .sort((a, b) => b.logp - a.logp)
        .slice(0, n),
    );
  }

  async logPrior(texts: readonly string[]): Promise<number[]> {
    return texts.map(priorOf);
  }

  /** The share, 0 to 1, of every word of `photoWords`, for each set. @throws CajalError `argument` for a set without exemplars; `runtime` */
  async shares(sets: ExemplarBatch, options: CandidateOptions = {}): Promise<Float64Array[]> {
    if (sets.length === 0) return [];
    const logits = await exemplarFeatures(this.encoder, sets, this.exemplars, options);
    const data = logits.data as Float32Array;
    const found: Float64Array[] = [];
    for (const [set, { pictures, masks }] of sets.entries()) {
      options.signal?.throwIfAborted();
      const ofClasses = new Float64Array(classCount);
      for (let k = 0; k < this.exemplars; k++) {
        const from = (set * this.exemplars + k) * classCount;
        addSoftmax(data.subarray(from, from + classCount), ofClasses);
      }
      const ofLooks = new Float64Array(looks.length);
      for (const [i, picture] of pictures.entries()) this.looksOf(picture).add(masks[i], ofLooks);
      found.push(
        Float64Array.from([
          ...things.map(({ classes }) => classes.reduce((sum, c) => sum + ofClasses[c], 0) / this.exemplars),
          ...ofLooks.map((share) => share / pictures.length),
        ]),
      );
      await options.onProgress?.("putting into words", found.length, sets.length);
    }
    return found;
  }

  release(): Promise<void> {
    return this.encoder.release();
  }

  private looksOf(picture: Picture): LooksOf {
    const known = this.measured.get(picture) ?? new LooksOf(picture);
    this.measured.set(picture, known);
    return known;
  }
}

/** log p(d); minus infinity for what is never said. */
const priorOf = (text: string): number => Math.log(priors.get(text) ?? 0);

function addSoftmax(logits: Float32Array, sum: Float64Array): void {
  const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  let total = 0;
  for (const logit of logits) total += Math.exp(logit - most);
  for (let i = 0; i < logits.length; i++) sum[i] += Math.exp(logits[i] - most) / total;
}
