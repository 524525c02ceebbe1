/** @file Descriptions of pictures: the set "multi30k". */

import { type DataSource, unpacked } from "./source.ts";

export interface CaptionOptions {
  /** Default "en". */
  readonly language?: "en" | "de" | "fr" | "cs";
  /** Default "train". */
  readonly split?: "train" | "val" | "test_2016_flickr";
}

/** The descriptions of "multi30k", one of each picture, in the same order in all languages. @throws CajalError as the source */
export async function loadCaptions(source: DataSource, options: CaptionOptions = {}): Promise<string[]> {
  const { language = "en", split = "train" } = options;
  const bytes = await unpacked(source, "multi30k", `raw/${split}.${language}.gz`);
  return new TextDecoder().decode(bytes).trimEnd().split("\n");
}

/**
 * The same descriptions in words: lower case, punctuation apart.
 * @throws CajalError as the source
 */
export async function loadCaptionWords(
  source: DataSource,
  { language = "en", split = "train" }: CaptionOptions & { readonly language?: "en" | "de" } = {},
): Promise<string[][]> {
  const bytes = await unpacked(source, "multi30k", `tok/${split}.lc.norm.tok.${language}.gz`);
  const lines = new TextDecoder().decode(bytes).trimEnd().split("\n");
  return lines.map((line) => line.trim().split(/\s+/));
}
