/** @file Reads concepts out of a description: which attributes and which part its words name. */

import { wordsOf } from "../vocabulary.ts";
import { type Attribute, facetOf, type Part } from "./concept.ts";
import { pluralOf, wordsOfAttributes } from "./wording.ts";

export interface Reading {
  readonly attributes: ReadonlySet<Attribute>;
  readonly part: Part;
}

/** What single words, and two or three in a row, stand for. Longer ones come first: the wall is grey, not an object. */
export class ConceptReader {
  private readonly phrases: ReadonlyMap<string, Attribute>;
  private readonly longest: number;

  /** @param names of emoji */
  constructor(names: Iterable<string>) {
    const phrases = new Map<string, Attribute>();
    for (const [attribute, { adjectives = [], nouns = [] }] of Object.entries(wordsOfAttributes))
      for (const phrase of [...adjectives, ...nouns]) phrases.set(phrase, attribute as Attribute);
    for (const name of names) for (const form of [name, pluralOf(name)]) phrases.set(form, `emoji:${name}`);
    this.phrases = phrases;
    this.longest = Math.max(...[...phrases.keys()].map((phrase) => phrase.split(" ").length));
  }

  read(description: string): Reading {
    const words = wordsOf(description);
    const attributes = new Set<Attribute>();
    for (let at = 0; at < words.length; ) {
      let length = Math.min(this.longest, words.length - at);
      while (length > 1 && !this.phrases.has(words.slice(at, at + length).join(" "))) length--;
      const found = this.phrases.get(words.slice(at, at + length).join(" "));
      if (found !== undefined) attributes.add(found);
      at += length;
    }
    return { attributes, part: partNamed(words) };
  }
}

function partNamed(words: readonly string[]): Part {
  const has = (...any: string[]) => any.some((word) => words.includes(word));
  if (has("edges", "outlines", "borders", "contours")) return "edges";
  if (has("tops", "top", "upper")) return "top";
  if (has("bottoms", "bottom", "lower")) return "bottom";
  if (has("left")) return "left";
  return has("right") ? "right" : "whole";
}

/** How well a description names a concept. */
export interface Score {
  /** Of the concept's attributes those that are named. */
  readonly named: number;
  readonly attributes: number;
  /** Attributes that the description names, and those of them that are true of the concept. */
  readonly said: number;
  readonly right: number;
}

/** @param groupOf the kind of a named emoji: a dog is an animal, and saying so is not wrong */
export function scoreOf(
  reading: Reading,
  attributes: readonly Attribute[],
  groupOf: (name: string) => string | undefined,
): Score {
  const implied = attributes.flatMap((attribute): Attribute[] => {
    const group = facetOf(attribute) === "emoji" ? groupOf(attribute.slice("emoji:".length)) : undefined;
    return group === undefined ? [] : [`group:${group}`];
  });
  const truth = new Set<Attribute>([...attributes, ...implied]);
  const said = [...reading.attributes];
  return {
    named: attributes.filter((attribute) => reading.attributes.has(attribute)).length,
    attributes: attributes.length,
    said: said.length,
    right: said.filter((attribute) => truth.has(attribute)).length,
  };
}
