/** @file Facts as tokens: a prompt, and the object that is to follow. */

import { CajalError } from "../../../graph/index.ts";
import type { TextModel } from "../../../probe/index.ts";
import type { Found } from "./rank.ts";
import { type Fact, promptOf } from "./relations.ts";

export interface Question {
  /** With the marks that begin every text. */
  readonly prompt: readonly number[];
  /** What the object is in running text. */
  readonly object: readonly number[];
}

/** @throws CajalError `argument` for an object without tokens; `no-data` without a tokenizer */
export function questionsOf(model: TextModel, template: string, facts: readonly Fact[]): Question[] {
  const objects = model.tokenize(facts.map(({ object }) => object));
  return facts.map(({ subject, object }, i) => {
    if (objects[i].length === 0)
      throw new CajalError("argument", `the object ${JSON.stringify(object)} of "${subject}" has no tokens`);
    return { prompt: model.encode(promptOf(template, subject)), object: objects[i] };
  });
}

/** What is wrong with questions, though they can be asked. */
export function warningOf(relation: string, questions: readonly Question[]): string | undefined {
  const firsts = new Set(questions.map(({ object }) => object[0]));
  if (firsts.size > 1 || questions.length < 2) return undefined;
  return `relation "${relation}": the objects of all ${questions.length} facts begin with the same token, so that accuracy means nothing`;
}

/**
 * What to say where a tokenizer and its model have different numbers of tokens.
 * @throws CajalError `argument` when the tokenizer has tokens that the model does not know
 */
export function vocabularyWarning(model: TextModel, vocabulary: number): string | undefined {
  const size = model.tokenizer?.size ?? vocabulary;
  if (size === vocabulary) return undefined;
  const both = `the tokenizer has ${size} tokens, ${model.name} has ${vocabulary}`;
  if (size > vocabulary)
    throw new CajalError("argument", both, { advice: "The tokenizer belongs to another model: open it with its own." });
  return `${both}: the rest should be padding`;
}

/** Facts of a relation that was found, asked with one of its templates. @throws CajalError `argument` when it has no such template */
export function askedOf(
  model: TextModel,
  found: Found,
  relation: number,
  facts: readonly Fact[],
  template = found.template,
): Question[] {
  const chosen = found.templates[relation][template];
  if (chosen === undefined)
    throw new CajalError("argument", `relation "${found.relations[relation]}" has no template ${template}`, {
      advice: `It has ${found.templates[relation].length}, counted from 0.`,
    });
  return questionsOf(model, chosen, facts);
}
