/** @file How people would put a concept into words: templates, synonyms, and captions that say too little. */

import type { Rng } from "../../../../graph/index.ts";
import { type Attribute, type Concept, type Facet, facetOf, type Part, wordIn } from "./concept.ts";

/** This share of captions is vague: people are, and it is why a caption must be weighed against how often it is said. */
export const vagueShare = 0.3;

/** What can be said for an attribute: as an adjective, as a noun in the plural, or both. */
interface Words {
  readonly adjectives?: readonly string[];
  readonly nouns?: readonly string[];
}

/** By attribute. The first of a list is said most. Kinds and names of emoji have their own names for nouns, see `wordsFor`. */
export const wordsOfAttributes: Readonly<Record<string, Words>> = {
  "colour:red": { adjectives: ["red", "crimson", "scarlet", "ruby"] },
  "colour:orange": { adjectives: ["orange", "amber", "tangerine"] },
  "colour:yellow": { adjectives: ["yellow", "golden", "yellowish", "sunny"] },
  "colour:green": { adjectives: ["green", "emerald", "greenish", "verdant"] },
  "colour:blue": { adjectives: ["blue", "bluish", "navy", "azure"] },
  "colour:purple": { adjectives: ["purple", "violet", "lilac", "magenta"] },
  "colour:white": { adjectives: ["white", "pale", "bright", "ivory"] },
  "colour:black": { adjectives: ["black", "dark", "ebony", "charcoal"] },
  "shape:circle": { adjectives: ["circular", "round"], nouns: ["circles", "discs", "round shapes", "disks"] },
  "shape:square": { adjectives: ["square", "boxy"], nouns: ["squares", "boxes", "blocks", "tiles"] },
  "shape:triangle": { adjectives: ["triangular", "pointed"], nouns: ["triangles", "pyramids", "wedges"] },
  "shape:cross": { nouns: ["crosses", "plus signs", "pluses", "cross shapes"] },
  "shape:ring": { nouns: ["rings", "hoops", "loops", "circles with holes"] },
  "shape:bar": { adjectives: ["long", "oblong"], nouns: ["bars", "rods", "sticks", "strips"] },
  "texture:plain": { adjectives: ["plain", "uniform", "solid", "unpatterned"] },
  "texture:striped": { adjectives: ["striped", "lined", "banded", "stripy"], nouns: ["stripes", "parallel lines"] },
  "texture:dotted": { adjectives: ["dotted", "spotted", "speckled", "polka-dotted"], nouns: ["dots", "spots"] },
  "texture:checkered": {
    adjectives: ["checkered", "chequered", "checked"],
    nouns: ["checks", "chessboard patterns", "checkerboards"],
  },
  "scale:small": { adjectives: ["small", "little", "tiny"] },
  "scale:large": { adjectives: ["large", "big", "huge"] },
  "text:text": { nouns: ["text", "words", "letters", "writing", "written words", "lettering"] },
  "background:grey": { nouns: ["grey background", "grey wall", "grey areas", "gray background"] },
  "background:sky": { nouns: ["sky", "clouds", "cloudy sky", "sky with clouds"] },
  "background:grass": { nouns: ["grass", "lawn", "meadow", "grassy ground"] },
  "background:sand": { nouns: ["sand", "beach", "desert", "sandy ground"] },
  "background:stripes": { nouns: ["wallpaper", "lined background", "lined wall", "striped wallpaper"] },
  "group:faces": { nouns: ["faces", "smileys", "heads", "facial expressions"] },
  "group:people": { nouns: ["people", "persons", "human figures", "men and women"] },
  "group:hands": { nouns: ["hands", "fingers", "gestures", "fists and palms"] },
  "group:animals": { nouns: ["animals", "creatures", "beasts", "wildlife"] },
  "group:plants": { nouns: ["plants", "flowers and trees", "vegetation", "flowers"] },
  "group:food": { nouns: ["food", "meals", "things to eat", "dishes"] },
  "group:vehicles": { nouns: ["vehicles", "transport", "means of transport", "cars and ships"] },
  "group:buildings": { nouns: ["buildings", "houses and towers", "architecture", "facades"] },
  "group:flags": { nouns: ["flags", "banners", "national flags"] },
  "group:hearts": { nouns: ["hearts", "heart shapes", "love symbols"] },
  "group:clocks": { nouns: ["clocks", "clock dials", "watches"] },
  "group:balls": { nouns: ["balls", "sports balls", "sports equipment"] },
};

/** People who say too little all say the same. */
const vagueNouns = ["objects", "shapes", "things", "items"] as const;
const anyNouns = ["objects", "shapes", "things", "items"] as const;

const partNames: Readonly<Record<Exclude<Part, "whole">, readonly string[]>> = {
  edges: ["edges of", "outlines of", "borders of", "contours of"],
  top: ["tops of", "top parts of", "upper halves of"],
  bottom: ["bottoms of", "bottom parts of", "lower halves of"],
  left: ["left sides of", "left parts of"],
  right: ["right sides of", "right parts of"],
};

/** Adjectives stand in this order: large, dotted, red, round. */
const order: readonly Facet[] = ["scale", "texture", "colour", "shape"];

/** A caption that says nothing in particular; `kind` lets animals be called so where it was a dog. */
function vagueCaption(rng: Rng, kind: string | undefined): string {
  return rng.pick(kind === undefined ? vagueNouns : [...vagueNouns, kind]);
}

/** One caption of a concept. @param groupOf the kind of a named emoji */
export function captionOf(rng: Rng, concept: Concept, groupOf: (name: string) => string | undefined): string {
  if (rng.random() < vagueShare) {
    const name = concept.attributes.find((attribute) => facetOf(attribute) === "emoji");
    return vagueCaption(rng, name === undefined ? undefined : groupOf(wordIn(name)));
  }
  const said = phraseOf(rng, concept.attributes);
  if (concept.part === "whole") return said;
  return `${favouring(rng, partNames[concept.part])} ${said}`;
}

/** The first of a list half of the time, else any. */
function favouring(rng: Rng, list: readonly string[]): string {
  return rng.random() < 0.5 ? list[0] : rng.pick(list);
}

export function wordsFor(attribute: Attribute): Words {
  if (facetOf(attribute) === "emoji") return { nouns: [pluralOf(wordIn(attribute))] };
  return wordsOfAttributes[attribute] ?? { nouns: [wordIn(attribute)] };
}

/** Of the names that occur here. */
export function pluralOf(name: string): string {
  if (/^(fish|bread)$/.test(name)) return name;
  if (/(s|sh|ch|x|grapes)$/.test(name)) return name.endsWith("grapes") ? name : `${name}es`;
  if (/(tomato|potato)$/.test(name)) return `${name}es`;
  if (/^(strawberry|butterfly|factory)$/.test(name)) return `${name.slice(0, -1)}ies`;
  return name === "mouse" ? "mice" : `${name}s`;
}

function phraseOf(rng: Rng, attributes: readonly Attribute[]): string {
  const sorted = [...attributes].sort((a, b) => order.indexOf(facetOf(a)) - order.indexOf(facetOf(b)));
  // The last one that has a noun is the thing; a texture alone may be one, too.
  const last = sorted[sorted.length - 1];
  const { nouns, adjectives } = wordsFor(last);
  const alone = sorted.length === 1;
  const facet = facetOf(last);
  const asThing = nouns !== undefined && (facet !== "texture" || (alone && rng.random() < 0.4));
  const described = asThing ? sorted.slice(0, -1) : sorted;
  const words = described.map((attribute) => favouring(rng, wordsFor(attribute).adjectives ?? [wordIn(attribute)]));
  const thing =
    asThing && !(adjectives !== undefined && facet === "shape" && rng.random() < 0.2)
      ? favouring(rng, nouns)
      : [...(asThing && adjectives ? [favouring(rng, adjectives)] : []), favouring(rng, anyNouns)].join(" ");
  if (alone && facet === "colour" && rng.random() < 0.3) return `the color ${words[0]}`;
  if (alone && facet === "background" && rng.random() < 0.3) return `${thing} in the background`;
  if (words.length > 0 && rng.random() < 0.15) return `${thing} that are ${words.join(" and ")}`;
  return [...words, thing].join(" ");
}
