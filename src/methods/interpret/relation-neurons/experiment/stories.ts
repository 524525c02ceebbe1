/** @file A pretrained model, too small to know much: neurons of linguistic relations, detected alone. */

import { loadRelations, loadStories260K } from "../../../../data/index.ts";
import type { Run } from "../../../run.ts";
import { answersOf } from "../answers.ts";
import { questionsOf } from "../questions.ts";
import { detectPrecisions, type Precisions } from "./lre.ts";

export interface StoriesStudy extends Precisions {
  /** Prompts that the model answers rightly, of all. */
  readonly known: readonly (readonly [known: number, all: number])[];
}

/** All prompts are taken: the model answers hardly any of them. */
export async function studyStories(run: Run): Promise<StoriesStudy> {
  const relations = await loadRelations(run.data, "linguistic");
  const model = await loadStories260K(run.data);
  return run.part("detection: stories260K", async () => {
    const precisions = await detectPrecisions(run, model, relations, false);
    const known: [number, number][] = [];
    for (const { templates, facts } of relations) {
      const running = { compile: run.compile, signal: run.signal };
      const answers = await answersOf(model, questionsOf(model, templates[0], facts), running);
      known.push([answers.filter((answer) => answer.known).length, answers.length]);
    }
    await model.release();
    return { ...precisions, known };
  });
}
