/** @file What kinds of words a description has, by lists and endings: enough for short phrases, no parser of English. */

import { wordsOf } from "./vocabulary.ts";

export type WordKind = "noun" | "adjective" | "verb" | "adposition" | "other";

const lists: Readonly<Record<Exclude<WordKind, "noun">, ReadonlySet<string>>> = {
  adjective: new Set(
    (
      "red orange yellow green blue purple violet pink brown grey gray white black dark light bright pale golden crimson " +
      "colorful colourful colored scarlet ruby amber tangerine sunny emerald verdant navy azure lilac magenta ivory ebony charcoal " +
      "small little tiny large big huge long short tall thin thick wide narrow round circular square rectangular triangular oval curved straight " +
      "boxy oblong pointed stripy banded speckled polka-dotted checked chequered cloudy grassy sandy written facial human national " +
      "plain uniform striped lined dotted spotted checkered solid various different many several same similar other vertical horizontal diagonal " +
      "left right upper lower top bottom front back old new wooden metal furry shiny smooth rough soft hard open closed empty full"
    ).split(" "),
  ),
  verb: new Set(
    "is are was were be being been has have had do does standing sitting running walking flying holding wearing looking made shown showing".split(
      " ",
    ),
  ),
  adposition: new Set(
    "of in on at by for with from to into over under above below behind between near around through across against along inside outside within".split(
      " ",
    ),
  ),
  other: new Set("the a an and or that which this these those it its their his her not no than as".split(" ")),
};

export function kindOf(word: string): WordKind {
  for (const [kind, words] of Object.entries(lists)) if (words.has(word)) return kind as WordKind;
  if (/(ish|ular|ous|ful|less|ed)$/.test(word) && word.length > 4) return "adjective";
  return "noun";
}

/** How many words of each kind a description has. */
export function countKinds(description: string): Readonly<Record<WordKind, number>> {
  const counts = { noun: 0, adjective: 0, verb: 0, adposition: 0, other: 0 };
  for (const word of wordsOf(description)) counts[kindOf(word)]++;
  return counts;
}
