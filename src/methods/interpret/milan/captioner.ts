/** @file What says in words what pictures have in common: one interface for all that can. */

import type { Picture } from "../../../data/index.ts";

/** A unit's strongest pictures and where they excite it. */
export interface ExemplarSet {
  /** All of one size within a batch. One picture of several units is best one object: it is then looked at once. */
  readonly pictures: readonly Picture[];
  /** For each picture height × width bytes, above 0 where the unit is on. */
  readonly masks: readonly Uint8Array[];
}

/** Units of one layer: some captioners tell them apart by comparing. */
export type ExemplarBatch = readonly ExemplarSet[];

export interface Candidate {
  readonly text: string;
  /** log p(d | E), or a captioner's own estimate of it. */
  readonly logp: number;
}

export interface Captioner {
  /** Goes into the key of what is kept: other captioners say other things. */
  readonly name: string;
  /** How many exemplars of a unit it looks at, at most. */
  readonly exemplars: number;
  /** Units of a layer that it is shown at once. Default 64. */
  readonly units?: number;
  /** Of the pictures and masks that it wants; none: whatever they have. */
  readonly size?: readonly [height: number, width: number];
  /**
   * At most `n` different captions of each set, the likeliest first.
   * @throws CajalError as the captioner's model or endpoint does
   */
  candidates(sets: ExemplarBatch, n: number, options?: CandidateOptions): Promise<Candidate[][]>;
  /** log p(d) of each text, or an estimate of it: how much it would be said of anything. */
  logPrior(texts: readonly string[]): Promise<number[]>;
}

export interface CandidateOptions {
  /** Most words. Default 15. */
  readonly length?: number;
  readonly signal?: AbortSignal;
  /** How far it is with these sets: pictures looked at, then sets put into words. */
  onProgress?(stage: "looking at regions" | "putting into words", done: number, total: number): void | Promise<void>;
}

/** A candidate with its weighted pointwise mutual information. */
export interface Ranked extends Candidate {
  readonly logPrior: number;
  /** log p(d | E) − λ log p(d). */
  readonly pmi: number;
}

/** Candidates by log p(d | E) − λ log p(d), the largest first; of equal ones the likelier first. */
export async function rankByInformation(
  captioner: Captioner,
  candidates: readonly (readonly Candidate[])[],
  lambda: number,
): Promise<Ranked[][]> {
  // Units of a layer share many candidates.
  const texts = [...new Set(candidates.flatMap((list) => list.map(({ text }) => text)))];
  const priors = await captioner.logPrior(texts);
  const priorOf = new Map(texts.map((text, i) => [text, priors[i]]));
  return candidates.map((list) =>
    list
      .map((candidate): Ranked => {
        const logPrior = priorOf.get(candidate.text) ?? Number.NaN;
        return { ...candidate, logPrior, pmi: candidate.logp - lambda * logPrior };
      })
      .sort((a, b) => b.pmi - a.pmi || b.logp - a.logp),
  );
}
