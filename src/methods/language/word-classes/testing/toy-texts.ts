/** @file Texts whose classes follow rules that are known. */

import { gzipSync, strToU8 } from "fflate";
import type { DataSource } from "../../../../data/index.ts";
import type { Rng } from "../../../../graph/index.ts";
import type { TaggedText } from "../../tagged-text.ts";

/** X X Y Y X X Y Y …: which class comes next depends on the last two, and either is as likely after the last one alone. */
export function pairsText(rng: Rng, words: number): TaggedText {
  const tags = Array.from({ length: words }, (_, i) => (i % 4 < 2 ? "X" : "Y"));
  return { tags, words: tags.map((tag) => `${tag.toLowerCase()}${rng.int(0, 12)}`) };
}

const sentences = [
  "DET ADJ NOUN VERB DET NOUN PUNCT",
  "PRON VERB ADP DET NOUN PUNCT",
  "DET NOUN ADP PRON VERB ADJ NOUN PUNCT",
  "PRON VERB PRON ADP DET ADJ NOUN PUNCT",
];

/** Sentences of a few patterns, of 5 words of each class. */
function treebank(rng: Rng, count: number): Uint8Array {
  const sentence = () =>
    rng
      .pick(sentences)
      .split(" ")
      .map((tag, i) => [i + 1, `${tag}${rng.int(0, 5)}`, "_", tag, "_", "_", i, "dep", "_", "_"].join("\t"))
      .join("\n");
  return gzipSync(strToU8(Array.from({ length: count }, sentence).join("\n\n")));
}

/** Such sentences in the place of each part of each treebank. */
export function toyTreebanks(rng: Rng): DataSource {
  return { file: async (_set, path) => treebank(rng.split(path), path.includes("train") ? 600 : 250) };
}
