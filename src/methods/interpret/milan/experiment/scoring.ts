/** @file How well descriptions name what they should. */

import type { Attribute } from "../annotated/concept.ts";
import { scoreOf } from "../annotated/reading.ts";
import type { Ranked } from "../captioner.ts";
import type { Speech } from "./captioner.ts";

export interface Scored {
  /** Share of the concepts' attributes that descriptions name. */
  readonly recall: number;
  /** Share of what descriptions name that is true. */
  readonly precision: number;
  /** Share of descriptions that name nothing. */
  readonly vague: number;
}

/** Over all descriptions together. @param truths attributes of each concept */
export function scored(
  texts: readonly string[],
  truths: readonly (readonly Attribute[])[],
  { reader, groupOf }: Speech,
): Scored {
  const sums = { named: 0, attributes: 0, said: 0, right: 0, vague: 0 };
  for (const [i, text] of texts.entries()) {
    const score = scoreOf(reader.read(text), truths[i], groupOf);
    sums.named += score.named;
    sums.attributes += score.attributes;
    sums.said += score.said;
    sums.right += score.right;
    if (score.said === 0) sums.vague++;
  }
  return {
    recall: sums.attributes > 0 ? sums.named / sums.attributes : 0,
    precision: sums.said > 0 ? sums.right / sums.said : 0,
    vague: sums.vague / Math.max(1, texts.length),
  };
}

/** The first of each list, or nothing. */
export function bestTexts(ranked: readonly (readonly Ranked[])[]): string[] {
  return ranked.map(([best]) => best?.text ?? "");
}
