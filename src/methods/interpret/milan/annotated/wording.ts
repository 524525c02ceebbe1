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
  "colour:red": { adjectives: ["red", "crimson"] },
  "colour:orange": { adjectives: ["orange"] },
  "colour:yellow": { adjectives: ["yellow", "golden"] },
  "colour:green": { adjectives: ["green"] },
  "colour:blue": { adjectives: ["blue"] },
  "colour:purple": { adjectives: ["purple", "violet"] },
  "colour:white": { adjectives: ["white", "pale"] },
  "colour:black": { adjectives: ["black", "dark"] },
  "shape:circle": { adjectives: ["circular"], nouns: ["circles", "discs", "round shapes"] },
  "shape:square": { adjectives: ["square"], nouns: ["squares", "boxes"] },
  "shape:triangle": { adjectives: ["triangular"], nouns: ["triangles"] },
  "shape:cross": { nouns: ["crosses", "plus signs"] },
  "shape:ring": { nouns: ["rings", "hoops"] },
  "shape:bar": { nouns: ["bars", "rods"] },
  "texture:plain": { adjectives: ["plain", "uniform"] },
  "texture:striped": { adjectives: ["striped", "lined"], nouns: ["stripes"] },
  "texture:dotted": { adjectives: ["dotted", "spotted"], nouns: ["dots"] },
  "texture:checkered": { adjectives: ["checkered"], nouns: ["checks", "chessboard patterns"] },
  "scale:small": { adjectives: ["small", "little"] },
  "scale:large": { adjectives: ["large", "big"] },
  "text:text": { nouns: ["text", "words", "letters", "writing"] },
  "background:grey": { nouns: ["grey background", "grey wall"] },
  "background:sky": { nouns: ["sky", "clouds"] },
  "background:grass": { nouns: ["grass", "lawn"] },
  "background:sand": { nouns: ["sand", "beach"] },
  "background:stripes": { nouns: ["wallpaper", "lined background"] },
  "group:faces": { nouns: ["faces", "smileys"] },
  "group:people": { nouns: ["people", "persons"] },
  "group:hands": { nouns: ["hands", "fingers"] },
  "group:animals": { nouns: ["animals", "creatures"] },
  "group:plants": { nouns: ["plants", "flowers and trees"] },
  "group:food": { nouns: ["food", "meals"] },
  "group:vehicles": { nouns: ["vehicles", "transport"] },
  "group:buildings": { nouns: ["buildings", "houses and towers"] },
  "group:flags": { nouns: ["flags", "banners"] },
  "group:hearts": { nouns: ["hearts"] },
  "group:clocks": { nouns: ["clocks"] },
  "group:balls": { nouns: ["balls"] },
};

const anyNouns = ["objects", "shapes", "things", "items"] as const;

const partNames: Readonly<Record<Exclude<Part, "whole">, readonly string[]>> = {
  edges: ["edges of", "outlines of", "borders of"],
  top: ["tops of", "top parts of", "upper halves of"],
  bottom: ["bottoms of", "bottom parts of", "lower halves of"],
  left: ["left sides of", "left parts of"],
  right: ["right sides of", "right parts of"],
};

/** Adjectives stand in this order: large, dotted, red, round. */
const order: readonly Facet[] = ["scale", "texture", "colour", "shape"];

/** A caption that says nothing in particular; `kind` lets animals be called so where it was a dog. */
function vagueCaption(rng: Rng, kind: string | undefined): string {
  if (kind !== undefined && rng.random() < 0.5) return kind;
  return rng.pick([
    ...anyNouns,
    ...["objects", "shapes", "things", "various objects", "different shapes", "many things", "colorful shapes"],
    ...["objects in the picture", "various things", "colorful objects", "patterns"],
  ]);
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
  if (/^(strawberry|butterfly)$/.test(name)) return `${name.slice(0, -1)}ies`;
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
      : [...(asThing && adjectives ? [favouring(rng, adjectives)] : []), rng.pick(anyNouns)].join(" ");
  if (alone && facet === "colour" && rng.random() < 0.3) return `the color ${words[0]}`;
  if (alone && facet === "background" && rng.random() < 0.3) return `${thing} in the background`;
  if (words.length > 0 && rng.random() < 0.15) return `${thing} that are ${words.join(" and ")}`;
  return [...words, thing].join(" ");
}
