/** @file The text: descriptions of photographs, one behind the other, as numbers of words. */

import { loadCaptionWords, mostFrequent, type Vocabulary } from "../../../../data/index.ts";
import type { Tensor } from "../../../../graph/index.ts";
import type { Run } from "../../../run.ts";
import { packedText, type TextBatch } from "../index.ts";
import type { Options } from "./options.ts";

export interface Captions {
  readonly vocabulary: Vocabulary;
  /** Batches of rows, as the passes read them. */
  readonly train: readonly TextBatch[];
  readonly val: readonly TextBatch[];
  /** The beginning of the training text: to measure controls and many small models on. */
  readonly some: readonly TextBatch[];
  /** All rows of the training text, and the words that follow: [rows, steps]. */
  readonly sequences: { readonly inputs: Tensor; readonly targets: Tensor };
}

/** The word that ends every description. */
const end = "<end>";

export async function captions(run: Run, options: Options): Promise<Captions> {
  const { vocabulary: size, trainLines, controlLines, steps, batch } = options;
  const linesOf = async (split: "train" | "val") =>
    (await loadCaptionWords(run.data, { language: "en", split })).slice(0, trainLines).map((line) => [...line, end]);
  const [train, val] = [await linesOf("train"), await linesOf("val")];
  const vocabulary = mostFrequent(train.flat(), size);
  const packed = (lines: readonly string[][], rows = batch) =>
    packedText(vocabulary.encode(lines.flat()), { steps, size: rows });
  const [{ tokens, labels = tokens }] = packed(train, Math.floor((train.flat().length - 1) / steps));
  return {
    vocabulary,
    train: packed(train),
    val: packed(val),
    some: packed(train.slice(0, controlLines)),
    sequences: { inputs: tokens, targets: labels },
  };
}
