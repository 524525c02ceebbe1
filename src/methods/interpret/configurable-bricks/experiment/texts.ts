/** @file The functions of the experiment as bytes: what is trained on, what neurons are scored on, what losses are measured on. */

import {
  type DataSource,
  loadCaptions,
  loadCodeTasks,
  loadCommands,
  loadRestaurants,
  loadText,
  loadWordProblems,
} from "../../../../data/index.ts";
import { CajalError } from "../../../../graph/index.ts";
import type { Tokenizer } from "../../../../probe/index.ts";
import { type FunctionSet, leastInstances } from "../function-sets.ts";
import type { Tokens } from "../text-passes.ts";

/** Bytes of a window that is trained or tested on. */
export const length = 96;

/** Bytes of a prompt that neurons are scored on: the longer, the better a mean over it tells its function. */
const promptLength = 192;

export interface FunctionText {
  readonly name: string;
  /** The first 85 %. */
  readonly train: Tokens;
  /** Of the rest: prompts of its first half for scores and choices, windows of its second half for testing. */
  readonly scored: readonly Tokens[];
  readonly tested: readonly Tokens[];
}

/** A token is a byte of UTF-8. */
export const bytes: Tokenizer = {
  size: 256,
  encode: (text) => [...new TextEncoder().encode(text)],
  decode: (tokens) => new TextDecoder().decode(Uint8Array.from(tokens)),
};

interface Sizes {
  readonly characters: number;
  readonly instances: number;
  readonly tests: number;
}

/** What the model is trained on. */
export async function loadFunctions(data: DataSource, sizes: Sizes): Promise<FunctionText[]> {
  const [code, math, german, plays, restaurants, actions] = await Promise.all([
    loadCodeTasks(data),
    loadWordProblems(data, "train"),
    loadCaptions(data, { language: "de" }),
    loadText(data, "tinyshakespeare"),
    loadRestaurants(data, "dev"),
    loadCommands(data, "train"),
  ]);
  return [
    divided("code", code.map(({ prompt, solution }) => `${prompt}${solution}\n`).join("\n"), sizes),
    divided("math", math.map(({ question, answer }) => `${question}\n${answer}\n`).join("\n"), sizes),
    divided("German", german.join("\n"), sizes),
    divided("plays", plays, sizes),
    divided("restaurants", restaurants.map(({ record, sentence }) => `${record}\n${sentence}\n`).join("\n"), sizes),
    divided("actions", actions.map(({ command, actions }) => `${command}\n${actions}\n`).join("\n"), sizes),
  ];
}

/** What it learns afterwards. */
export async function loadNewFunctions(data: DataSource, sizes: Sizes): Promise<FunctionText[]> {
  const languages = { French: "fr", Czech: "cs" } as const;
  return Promise.all(
    Object.entries(languages).map(async ([name, language]) =>
      divided(name, (await loadCaptions(data, { language })).join("\n"), sizes),
    ),
  );
}

function divided(name: string, text: string, { characters, instances, tests }: Sizes): FunctionText {
  const all = new TextEncoder().encode(text).subarray(0, characters);
  const start = Math.floor(0.85 * all.length);
  const middle = Math.floor((start + all.length) / 2);
  const prompts = windowsOf(all.subarray(start, middle), promptLength);
  if (prompts.length < leastInstances)
    throw new CajalError(
      "argument",
      `${name}: ${characters} bytes leave ${prompts.length} prompts to score neurons on; ${leastInstances} are needed`,
      {
        advice: "Take more bytes of text.",
      },
    );
  return {
    name,
    train: [...all.subarray(0, start)],
    scored: spread(prompts, instances),
    tested: spread(windowsOf(all.subarray(middle), length), tests),
  };
}

/** Pieces of so many bytes, one behind the other. */
function windowsOf(text: Uint8Array, size: number): Tokens[] {
  return Array.from({ length: Math.floor(text.length / size) }, (_, i) => [...text.subarray(i * size, (i + 1) * size)]);
}

/** So many of the items, evenly. */
function spread<T>(items: readonly T[], count: number): T[] {
  const size = Math.min(count, items.length);
  return Array.from({ length: size }, (_, i) => items[Math.floor((i * items.length) / size)]);
}

export function setsOf(texts: readonly FunctionText[], part: "scored" | "tested"): FunctionSet[] {
  return texts.map((text) => ({ name: text.name, prompts: text[part] }));
}

/** Windows of the training texts, as many of each function, evenly. */
export function trainingWindows(texts: readonly FunctionText[], count: number): Tokens[] {
  return texts.flatMap(({ train }) => {
    const starts = Array.from({ length: Math.floor(train.length / length) }, (_, i) => i * length);
    return spread(starts, Math.ceil(count / texts.length)).map((at) => train.slice(at, at + length));
  });
}
