/** @file Multi30k: descriptions of photographs, in words. */

import { type DataSource, unpacked } from "./source.ts";

export type Multi30kLanguage = "en" | "de";
/** 29,000, 1,014 and 1,000 descriptions. */
export type Multi30kSplit = "train" | "val" | "test_2016_flickr";

/**
 * The words of each description, lower case, punctuation apart: line by line the same in both languages.
 * @throws CajalError as the source
 */
export async function loadMulti30k(
  source: DataSource,
  { language, split }: { readonly language: Multi30kLanguage; readonly split: Multi30kSplit },
): Promise<string[][]> {
  const bytes = await unpacked(source, "multi30k", `tok/${split}.lc.norm.tok.${language}.gz`);
  const lines = new TextDecoder().decode(bytes).trimEnd().split("\n");
  return lines.map((line) => line.trim().split(/\s+/));
}
