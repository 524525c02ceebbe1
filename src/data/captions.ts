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
