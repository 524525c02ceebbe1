/** @file The treebanks of the set "ud". */

import { CajalError } from "../graph/index.ts";
import { parseConllu, type TreeSentence } from "./formats/conllu.ts";
import { type DataSource, unpacked } from "./source.ts";

/** The parts of each treebank that the set has. EWT's training part is without e-mails. */
export const treebanks = {
  en_ewt: {
    train: "en_ewt/en_ewt-ud-train.noemail.conllu.gz",
    dev: "en_ewt/en_ewt-ud-dev.conllu.gz",
    test: "en_ewt/en_ewt-ud-test.conllu.gz",
  },
  de_gsd: { dev: "de_gsd/de_gsd-ud-dev.conllu.gz", test: "de_gsd/de_gsd-ud-test.conllu.gz" },
  ja_gsd: { dev: "ja_gsd/ja_gsd-ud-dev.conllu.gz", test: "ja_gsd/ja_gsd-ud-test.conllu.gz" },
  en_pud: { test: "pud/en_pud-ud-test.conllu.gz" },
  de_pud: { test: "pud/de_pud-ud-test.conllu.gz" },
  ja_pud: { test: "pud/ja_pud-ud-test.conllu.gz" },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

export type Treebank = keyof typeof treebanks;

/**
 * The sentences of a part of a treebank: `loadTreebank(source, "en_ewt", "dev")`.
 * @throws CajalError `no-data` when the set has no such part, `bad-file`, or as the source
 */
export async function loadTreebank<T extends Treebank>(
  source: DataSource,
  treebank: T,
  part: keyof (typeof treebanks)[T] & string,
): Promise<TreeSentence[]> {
  const parts: Readonly<Record<string, string>> = treebanks[treebank];
  if (!Object.hasOwn(parts, part))
    throw new CajalError("no-data", `the treebank ${treebank} has no part "${part}"`, {
      advice: `It has: ${Object.keys(parts).join(", ")}.`,
    });
  const path = parts[part];
  return parseConllu(new TextDecoder().decode(await unpacked(source, "ud", path)), `ud/${path}`);
}
