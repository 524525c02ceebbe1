/** @file The Brown corpus: 500 texts of 15 genres, each word with its part of speech. */

import { CajalError } from "../graph/index.ts";
import { readZip, type ZipMember } from "./formats/zip.ts";
import type { DataSource } from "./source.ts";

export interface BrownWord {
  readonly form: string;
  /** As in the corpus: "nn-tl". */
  readonly tag: string;
  /** Of the twelve universal ones (Petrov et al. 2012): "NOUN", "VERB", "ADJ", "ADV", "PRON", "DET", "ADP", "NUM", "CONJ", "PRT", "X", ".". */
  readonly universal: string;
}

export interface BrownText {
  /** "ca01" */
  readonly name: string;
  /** "news", "romance", … */
  readonly genre: string;
  readonly sentences: readonly (readonly BrownWord[])[];
}

/** Both archives together have 11 MB unpacked. */
const unpackedLimit = 32 << 20;

/**
 * The 500 texts in the order of their names.
 * @throws CajalError `bad-file`, or as the source
 */
export async function loadBrown(source: DataSource): Promise<BrownText[]> {
  const members = async (file: string) =>
    new Map(
      readZip(await source.file("brown-corpus", file), unpackedLimit, `brown-corpus/${file}`).map((m) => [m.name, m]),
    );
  const corpus = await members("brown.zip");
  const universal = universalTags(textOf(await members("universal_tagset.zip"), "universal_tagset/en-brown.map"));
  const genres = textOf(corpus, "brown/cats.txt").trim().split("\n");
  return genres
    .map((line) => line.trim().split(" "))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, genre]) => ({
      name,
      genre,
      sentences: sentencesOf(textOf(corpus, `brown/${name}`), name, universal),
    }));
}

function textOf(members: ReadonlyMap<string, ZipMember>, name: string): string {
  const member = members.get(name);
  if (member === undefined) throw new CajalError("bad-file", `the archive of the Brown corpus has no ${name}`);
  return new TextDecoder().decode(member.read());
}

/** Lines "NN-TL\tNOUN". */
function universalTags(map: string): ReadonlyMap<string, string> {
  return new Map(
    map
      .trim()
      .split("\n")
      .map((line) => {
        const [tag, universal] = line.trim().split("\t");
        return [tag, universal];
      }),
  );
}

/** A sentence a line, of words "the/at". */
function sentencesOf(text: string, name: string, universal: ReadonlyMap<string, string>): BrownWord[][] {
  const lines = text.split("\n").map((line) => line.trim());
  return lines
    .filter((line) => line !== "")
    .map((line) =>
      line.split(/\s+/).map((token) => {
        const slash = token.lastIndexOf("/");
        if (slash < 1) throw new CajalError("bad-file", `brown/${name}: "${token}" is no word with a tag`);
        const tag = token.slice(slash + 1);
        return { form: token.slice(0, slash), tag, universal: universal.get(tag.toUpperCase()) ?? "X" };
      }),
    );
}
