/** @file A pretrained model as a user's: which of its neurons serve dialogue, description, and the ends of stories. */

import { loadStories260K, loadText } from "../../../../data/index.ts";
import type { Run } from "../../../run.ts";
import { exclusiveSets, type LabelledPrompt, leastInstances } from "../function-sets.ts";
import { type FuncScores, functionalityScores } from "../functionality.ts";
import { type Perturbation, perturbationMatrix } from "../perturbation.ts";

export interface StoriesStudy {
  readonly scores: FuncScores;
  readonly perturbation: Perturbation;
  /** Sentences that are of several functions. */
  readonly dropped: number;
}

/** Tokens of a sentence, at least and at most; sentences of each function for scores and for testing. */
const [shortest, longest, scored, tested] = [8, 48, 60, 40];

export async function studyStories(run: Run, stories: number): Promise<StoriesStudy> {
  const model = await loadStories260K(run.data);
  const text = await loadText(run.data, "tinystories");
  try {
    return await run.part("stories260K", async () => {
      const labelled: LabelledPrompt[] = text
        .split("<|endoftext|>")
        .slice(0, stories)
        .flatMap((story) => {
          const sentences = story.trim().match(/[^.!?]+[.!?]+["”]?/g) ?? [];
          return sentences.map((sentence, i) => ({
            prompt: model.encode(sentence.trim()).slice(0, longest),
            labels: labelsOf(sentence, i === sentences.length - 1),
          }));
        })
        .filter(({ prompt }) => prompt.length >= shortest);
      const { sets, dropped } = exclusiveSets(labelled);
      const half = ({ length }: { readonly length: number }) =>
        Math.min(scored, Math.max(leastInstances, Math.ceil(0.6 * length)));
      const passes = { compile: run.compile, signal: run.signal };
      const scores = await functionalityScores(
        model,
        sets.map(({ name, prompts }) => ({ name, prompts: prompts.slice(0, half(prompts)) })),
        { ...passes, seed: run.seed },
      );
      const tests = sets.map(({ name, prompts }) => ({ name, prompts: prompts.slice(half(prompts)).slice(0, tested) }));
      const perturbation = await perturbationMatrix(model, scores, tests, {
        ...passes,
        seed: run.seed,
        onProgress: (done, total) => run.progress("stories260K", done, total, "sets of neurons"),
      });
      return { scores, perturbation, dropped };
    });
  } finally {
    await model.release();
  }
}

function labelsOf(sentence: string, last: boolean): string[] {
  const spoken = /["“”]/.test(sentence);
  if (last) return spoken ? ["ending", "dialogue"] : ["ending"];
  return [spoken ? "dialogue" : "description"];
}
