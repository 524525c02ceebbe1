/** @file The text: descriptions of photographs, one behind the other, as numbers of words. */

import { loadMulti30k, mostFrequent, type Vocabulary } from "../../../../data/index.ts";
import type { Run } from "../../../run.ts";
import { packedText, type TextBatch } from "../index.ts";
import type { Options } from "./options.ts";

export interface Captions {
  readonly vocabulary: Vocabulary;
  /** Batches of rows, as the passes read them. */
  readonly train: readonly TextBatch[];
  readonly val: readonly TextBatch[];
  /** All tokens of the training text. */
  readonly tokens: Int32Array;
}

/** The word that ends every description. */
const end = "<end>";

export async function captions(run: Run, { vocabulary: size, trainLines, steps, batch }: Options): Promise<Captions> {
  const words = async (split: "train" | "val", most: number) =>
    (await loadMulti30k(run.data, { language: "en", split })).slice(0, most).flatMap((line) => [...line, end]);
  const [train, val] = [await words("train", trainLines), await words("val", trainLines)];
  const vocabulary = mostFrequent(train, size);
  const tokens = vocabulary.encode(train);
  return {
    vocabulary,
    tokens,
    train: packedText(tokens, { steps, size: batch }),
    val: packedText(vocabulary.encode(val), { steps, size: batch }),
  };
}
