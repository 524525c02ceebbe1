/** @file How well neurons tell relations on facts that did not detect them. */

import { Rng } from "../../../graph/index.ts";
import { averagePrecision } from "../../../nn/index.ts";
import type { TextModel } from "../../../probe/index.ts";
import type { RunOptions } from "./answers.ts";
import { drawExamples } from "./examples.ts";
import { askedOf } from "./questions.ts";
import { type Found, topNeurons } from "./rank.ts";
import { responsesOf } from "./responses.ts";

export interface HeldOutOptions extends RunOptions {
  /** How many of each relation's first neurons. Default 10. */
  readonly k?: number;
  readonly template?: number;
  /** Prompts of other relations for each prompt. Default 4. */
  readonly negRatio?: number;
  readonly seed?: number;
}

/** Average precision of each relation's first neurons on prompts of the facts for evaluation: R of [k]. */
export async function heldOutPrecision(
  model: TextModel,
  found: Found,
  options: HeldOutOptions = {},
): Promise<Float64Array[]> {
  const { k = 10, template = found.template, negRatio = 4, seed = 0 } = options;
  const asked = found.relations.map((_, r) => askedOf(model, found, r, found.eva[r], template));
  const examples = drawExamples(asked, negRatio, new Rng(seed).split("held-out negatives"));
  const responses = await responsesOf(
    model,
    asked.flat().map(({ prompt }) => prompt),
    found.maps,
    options,
  );
  const width = responses.shape[1];
  const starts = new Map<string, number>();
  let start = 0;
  for (const { tensor, width: units } of found.maps) {
    starts.set(tensor, start);
    start += units;
  }
  return examples.map(({ positives, negatives }, r) => {
    const rows = [...positives, ...negatives];
    const labels = rows.map((_, i) => Number(i < positives.length));
    return Float64Array.from(topNeurons(found, r, { k }), ({ tensor, unit }) => {
      const column = (starts.get(tensor) ?? 0) + unit;
      return averagePrecision(
        rows.map((row) => Number(responses.data[row * width + column])),
        labels,
      );
    });
  });
}
