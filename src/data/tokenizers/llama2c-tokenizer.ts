/**
 * @file The tokenizer files of llama2.c: a vocabulary of byte-pair encoding by SentencePiece (Kudo & Richardson 2018), each piece with a score.
 * Text becomes single characters, and then the two neighbours whose union has the best score are joined, as long as there are any.
 */

import { CajalError } from "../../graph/index.ts";
import type { Tokenizer } from "../../probe/index.ts";

/** What every text begins with (<s>), in all models of llama2.c. They were trained on stories one behind the other: it ends them, too. */
const beginOfText = 1;
const endOfText = 2;

/** Bytes 0 … 255 are tokens 3 … 258: what is no piece is spelled with them. */
const firstByte = 3;
const firstPiece = firstByte + 256;
const longestPiece = 1 << 16;

/** @throws CajalError `bad-file` */
export function readLlama2cTokenizer(bytes: Uint8Array, source = "the tokenizer"): Tokenizer {
  const { pieces, scores } = readPieces(bytes, source);
  const numberOf = new Map<string, number>();
  // Of equal pieces, the first counts. What stands before (<unk>, <s>, </s>, single bytes) is no piece of text.
  for (const [i, piece] of pieces.entries()) if (i >= firstPiece && !numberOf.has(piece)) numberOf.set(piece, i);
  return {
    size: pieces.length,
    begin: [beginOfText],
    end: [beginOfText, endOfText],
    spaceBefore: "always",
    encode: (text) => join(spell(text, numberOf), pieces, scores, numberOf),
    decode: (tokens) => decode(tokens, pieces),
  };
}

function readPieces(bytes: Uint8Array, source: string): { pieces: string[]; scores: number[] } {
  const bad = (what: string) =>
    new CajalError("bad-file", `${source} is no tokenizer of llama2.c: ${what}`, {
      advice: "It has an int32, then for each piece a float32 score, an int32 length and so many bytes.",
    });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4) throw bad(`it has ${bytes.length} bytes`);
  const pieces: string[] = [];
  const scores: number[] = [];
  for (let at = 4; at < bytes.length; ) {
    if (at + 8 > bytes.length) throw bad(`it ends within piece ${pieces.length}`);
    const length = view.getInt32(at + 4, true);
    if (length < 0 || length > longestPiece || at + 8 + length > bytes.length)
      throw bad(`piece ${pieces.length} has ${length} bytes`);
    scores.push(view.getFloat32(at, true));
    pieces.push(new TextDecoder().decode(bytes.subarray(at + 8, at + 8 + length)));
    at += 8 + length;
  }
  if (pieces.length < firstPiece) throw bad(`${pieces.length} pieces have no room for all bytes`);
  return { pieces, scores };
}

/** One token for each character, or for each of its bytes. */
function spell(text: string, numberOf: ReadonlyMap<string, number>): number[] {
  return Array.from(text).flatMap((character) => {
    const token = numberOf.get(character);
    return token === undefined ? Array.from(new TextEncoder().encode(character), (byte) => byte + firstByte) : [token];
  });
}

function join(
  spelled: readonly number[],
  pieces: readonly string[],
  scores: readonly number[],
  numberOf: ReadonlyMap<string, number>,
): number[] {
  const tokens = [...spelled];
  for (;;) {
    let best: { readonly at: number; readonly token: number } | undefined;
    for (let at = 0; at + 1 < tokens.length; at++) {
      const token = numberOf.get(pieces[tokens[at]] + pieces[tokens[at + 1]]);
      if (token !== undefined && (best === undefined || scores[token] > scores[best.token])) best = { at, token };
    }
    if (best === undefined) return tokens;
    tokens.splice(best.at, 2, best.token);
  }
}

function decode(tokens: Iterable<number>, pieces: readonly string[]): string {
  const parts: Uint8Array[] = [];
  for (const token of tokens) {
    if (token < firstByte) continue;
    const byte = token - firstByte;
    parts.push(byte < 256 ? Uint8Array.of(byte) : new TextEncoder().encode(pieces[token]));
  }
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return new TextDecoder().decode(all);
}
