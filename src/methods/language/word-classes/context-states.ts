/** @file What each layer of a model holds of a context, and which word comes next: the model has not seen it. */

import { Rng, type Tensor } from "../../../graph/index.ts";
import { type LanguageModel, type LastStatesOptions, lastStates } from "../../../probe/index.ts";
import { balancedPlaces, labelsOf, seenPlaces, type TaggedText } from "../tagged-text.ts";

export interface ContextOptions {
  /** Words that are read. Default 9. */
  readonly context?: number;
  /** Contexts for each class of the next word. */
  readonly perClass: number;
  /** Classes of the next word; of a text without tags, next words. */
  readonly classes: readonly string[];
  /** Of the choice of contexts. */
  readonly seed: number;
}

/** Contexts, class by class of their next words. */
export interface Contexts {
  /** The words of each. */
  readonly contexts: readonly (readonly string[])[];
  readonly nextWords: readonly string[];
  /** The class of the word that follows each context. */
  readonly next: readonly string[];
  /** The class of the last word of each context. */
  readonly last: readonly string[];
  /** Where the next words stand in the text. */
  readonly places: readonly number[];
}

export interface ContextStatesOptions
  extends ContextOptions,
    Pick<LastStatesOptions, "layers" | "batch" | "compile" | "signal" | "onProgress"> {
  /** The words the model was trained on, to warn where contexts come from there. Default: what a model trained here knows of itself. */
  readonly trainedOn?: readonly string[];
}

export interface ContextStates extends Contexts {
  /** By layer, from the input on: float32 [contexts, units]. */
  readonly layers: Readonly<Record<string, Tensor>>;
  /** What is to be known before conclusions are drawn. */
  readonly warnings: readonly string[];
}

/**
 * Contexts chosen at random, equally many before each class of next word.
 * @throws CajalError `argument` when the text is too short, its tags do not fit, or a class is too rare
 */
export function chooseContexts(text: TaggedText, { context = 9, perClass, classes, seed }: ContextOptions): Contexts {
  const labels = labelsOf(text);
  const places = balancedPlaces(text, { context, perClass, classes }, new Rng(seed));
  return {
    contexts: places.map((i) => text.words.slice(i - context, i)),
    nextWords: places.map((i) => text.words[i]),
    next: places.map((i) => labels[i]),
    last: places.map((i) => labels[i - 1]),
    places,
  };
}

/** From this share of contexts on that the model was trained on, there is a warning: short phrases come up in any two texts. */
const memoryShare = 0.01;

/**
 * Records all layers at the last word of contexts that are chosen at random, equally many before each class of next word. Tokens of a word
 * stay together; the model never gets any of the next word.
 * @param model a network trained here, `onnxLanguageModel(…)`, or any other that can be looked into
 * @throws CajalError as `chooseContexts`; `not-finite`, `unknown-layer` with the layer
 */
export async function contextStates(
  model: LanguageModel,
  text: TaggedText,
  options: ContextStatesOptions,
): Promise<ContextStates> {
  const chosen = chooseContexts(text, options);
  const { begin = [] } = model;
  const tokens = chosen.contexts.map((words) => [...begin, ...model.tokenize(words).flat()]);
  return {
    ...chosen,
    layers: await lastStates(model, tokens, options),
    warnings: warningsOf(model, text, chosen, options),
  };
}

function warningsOf(
  model: LanguageModel,
  { words }: TaggedText,
  { places, contexts }: Contexts,
  { trainedOn = wordsOf(model) }: ContextStatesOptions,
): string[] {
  if (trainedOn === undefined) return [];
  const seen = seenPlaces(words, places, contexts[0].length, trainedOn).length;
  if (seen <= memoryShare * places.length) return [];
  return [
    `${seen} of ${places.length} contexts and their next words are in the training text: what is read there may be memory.`,
  ];
}

function wordsOf(model: LanguageModel): readonly string[] | undefined {
  return "trainedOn" in model && Array.isArray(model.trainedOn) ? model.trainedOn : undefined;
}
