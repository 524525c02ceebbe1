/** @file A small random model of words, and relations of which it knows some facts: those are what it writes anyway. */

import { Rng } from "../../../../graph/index.ts";
import { DecoderNetwork, TextModel, type TextModelOptions, type Tokenizer } from "../../../../probe/index.ts";
import { randomDecoder } from "../../random-decoder.ts";
import { promptOf, type RelationSet } from "../relations.ts";

/** Forty words; the first begins every text. */
export const words: Tokenizer = {
  size: 40,
  begin: [0],
  encode: (text) => (text.match(/w\d+/g) ?? []).map((word) => Number(word.slice(1))),
  decode: (tokens) => Array.from(tokens, (token) => ` w${token}`).join(""),
};

export function smallModel(gated = true, options: TextModelOptions = {}): TextModel {
  const decoder = randomDecoder(new Rng(5), { gated });
  return new TextModel(new DecoderNetwork(decoder), { name: "small", tokenizer: words, ...options });
}

export const templates = ["w1 {} w2", "{} w3", "w4 w5 {} w6 w7"];

/** A relation for each template; subjects w8 to w37, with the one or two words that the model writes after them; of every third another one. */
export async function smallRelations(model: TextModel): Promise<RelationSet[]> {
  return Promise.all(
    templates.map(async (template, r) => {
      const subjects = Array.from({ length: 30 }, (_, i) => `w${8 + i}`);
      const facts = await Promise.all(
        subjects.map(async (subject, i) => {
          const written: number[] = [];
          for await (const { token } of model.generate(promptOf(template, subject), { tokens: 2, end: [] }))
            written.push(token);
          if (i % 3 === 2) written[i % 2] = (written[i % 2] + 1) % 40;
          const object = (i % 2 === 1 ? written : written.slice(0, 1)).map((token) => `w${token}`).join(" ");
          return { subject, object };
        }),
      );
      return { name: `relation ${r}`, templates: [template, templates[(r + 1) % 3]], facts };
    }),
  );
}
