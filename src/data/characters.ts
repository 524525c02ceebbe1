/** @file Text as numbers, character by character. */

import { CajalError, Tensor } from "../graph/index.ts";

/** The characters of a text, numbered in the order of their code points. */
export interface Characters {
  readonly size: number;
  /** int64 [characters]. @throws CajalError `argument` for a character that has no number */
  encode(text: string): Tensor;
  decode(numbers: Iterable<number>): string;
}

/** Numbers each character that occurs in the text. */
export function charactersOf(text: string): Characters {
  const known = [...new Set(text)].sort((a, b) => (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0));
  const numberOf = new Map(known.map((character, i) => [character, i]));
  return {
    size: known.length,
    encode: (given) => {
      const numbers = Array.from(given, (character) => {
        const number = numberOf.get(character);
        if (number === undefined)
          throw new CajalError("argument", `encode: the character ${JSON.stringify(character)} is unknown`, {
            advice: `${known.length} characters are known: those of the text that the numbers were made from.`,
          });
        return number;
      });
      return Tensor.of(numbers, [numbers.length], "int64");
    },
    decode: (numbers) => Array.from(numbers, (number) => known[number] ?? "\ufffd").join(""),
  };
}
