/** @file Labelled prompts as sets of functions: each prompt shows exactly one. */

import { CajalError } from "../../../graph/index.ts";
import type { Tokens } from "./text-passes.ts";

/** What a model is asked to do, by examples: "code", "German", "legal". */
export interface FunctionSet {
  readonly name: string;
  /** Without answers: activations are taken over the tokens of the prompt. */
  readonly prompts: readonly Tokens[];
}

export interface LabelledPrompt {
  readonly prompt: Tokens;
  readonly labels: readonly string[];
}

export interface ExclusiveSets {
  readonly sets: readonly FunctionSet[];
  /** Prompts that were left out, because they have several labels or none. */
  readonly dropped: number;
}

/** Fewer instances tell nothing of a function. */
export const leastInstances = 30;

/**
 * Prompts by function, those of exactly one function alone.
 * @throws CajalError `bad-labels` naming the functions that fewer than `least` prompts are left for
 */
export function exclusiveSets(
  labelled: readonly LabelledPrompt[],
  { least = leastInstances }: { readonly least?: number } = {},
): ExclusiveSets {
  const byName = new Map<string, Tokens[]>();
  // Functions that lost all their prompts are named as well.
  for (const name of labelled.flatMap(({ labels }) => labels)) byName.set(name, byName.get(name) ?? []);
  let dropped = 0;
  for (const { prompt, labels } of labelled) {
    const distinct = new Set(labels);
    const [only] = distinct;
    if (distinct.size === 1) byName.get(only)?.push(prompt);
    else dropped++;
  }
  const sets = [...byName].map(([name, prompts]) => ({ name, prompts }));
  checkSets(sets, { least });
  return { sets, dropped };
}

/** @throws CajalError `bad-labels` for fewer than two functions, two of one name, or one of too few prompts */
export function checkSets(sets: readonly FunctionSet[], { least = leastInstances }: { readonly least?: number } = {}) {
  if (sets.length < 2)
    throw new CajalError("bad-labels", `${sets.length} functions are given; there must be two at least`, {
      advice: "A function is found by what sets its prompts apart from others.",
    });
  const names = sets.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new CajalError("bad-labels", `two functions are named "${twice}"`);
  const few = sets.filter(({ prompts }) => prompts.length < least);
  if (few.length > 0)
    throw new CajalError(
      "bad-labels",
      `too few prompts: ${few.map(({ name, prompts }) => `"${name}" has ${prompts.length}`).join(", ")}; ${least} are needed`,
      { advice: "Give more prompts that show this function alone, or leave it out." },
    );
}
