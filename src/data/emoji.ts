/** @file EmojiOne 2.2.7: small pictures on transparent ground, with names, keywords and categories (artwork CC BY 4.0, emojione.com). */

import { CajalError } from "../graph/index.ts";
import { decodePng, type TransparentPicture } from "./formats/png.ts";
import { readTar } from "./formats/tar.ts";
import { type DataSource, unpacked } from "./source.ts";

export interface Emoji {
  /** "dog face" */
  readonly name: string;
  /** "people", "nature", "food", "activity", "travel", "objects", "symbols", "flags", … */
  readonly category: string;
  readonly keywords: readonly string[];
  /** 64 × 64 pixels. */
  readonly picture: TransparentPicture;
}

/** All 1,820, in the order of the set. @throws CajalError `bad-file`, `bad-image`, or as the source */
export async function loadEmoji(source: DataSource): Promise<Emoji[]> {
  const set = "emojione-2.2.7";
  const listed = parseList(await unpacked(source, set, "emoji.json.gz"), set);
  const pictures = await readTar(await unpacked(source, set, "png.tar.gz"), `${set}/png.tar.gz`);
  return listed.map(({ unicode, ...known }) => {
    const path = `png/${unicode}.png`;
    const bytes = pictures.get(path);
    if (bytes === undefined) throw new CajalError("bad-file", `${set}: "${known.name}" has no picture ${path}`);
    return { ...known, picture: decodePng(bytes, `${set}/${path}`) };
  });
}

function parseList(bytes: Uint8Array, set: string): (Omit<Emoji, "picture"> & { readonly unicode: string })[] {
  const fail = () => new CajalError("bad-file", `${set}/emoji.json.gz is no list of emoji`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw fail();
  }
  if (typeof parsed !== "object" || parsed === null) throw fail();
  return Object.values(parsed).map((entry: Partial<Record<string, unknown>> | null) => {
    const { unicode, name, category, keywords } = entry ?? {};
    if (typeof unicode !== "string" || typeof name !== "string" || typeof category !== "string") throw fail();
    return { unicode, name, category, keywords: Array.isArray(keywords) ? keywords.map(String) : [] };
  });
}
