/**
 * @file A world of fictional people, each with the same eight relations: since every subject has all of them, nobody can answer from the subject
 * alone, and the relation must be read.
 */

import type { Rng } from "../../../../graph/index.ts";
import { promptOf, type RelationSet } from "../relations.ts";

export interface KnowledgeBase {
  readonly people: readonly string[];
  readonly relations: readonly RelationSet[];
  /** All facts in all templates, without a full stop. */
  readonly sentences: readonly string[];
  /** Texts that tell nothing of anybody: people count. */
  readonly counting: readonly string[];
}

const occupations =
  "baker carpenter dentist engineer farmer gardener judge librarian mason nurse painter pilot potter sailor tailor teacher";
const instruments = "cello clarinet drums flute guitar harp trumpet violin";
const sports = "badminton cricket football golf handball hockey rugby tennis";
const languages = "Basque Czech Danish Finnish Greek Hindi Irish Korean Maltese Polish Swahili Welsh";
const numbers = "one two three four five six seven eight nine ten eleven twelve".split(" ");

/** Where the last templates of "instrument" and "sport" end nobody can know which of the two is asked for. */
const ambiguous = "{} plays the";

/** @param count people */
export function knowledgeBase(rng: Rng, count: number): KnowledgeBase {
  const taken = new Set<string>();
  const names = (size: number, ending: string) => Array.from({ length: size }, () => newName(rng, taken, ending));
  const people = names(count, "");
  const parents = names(count, "");
  const any = (values: readonly string[]) => people.map(() => rng.pick(values));
  const each = (values: readonly string[]) => Array.from(rng.permutation(count), (i) => values[i]);
  const relation = (name: string, objects: readonly string[], ...templates: string[]): RelationSet => ({
    name,
    templates,
    facts: people.map((subject, i) => ({ subject, object: objects[i] })),
  });
  const relations = [
    relation(
      "birthplace",
      any(names(30, "burg")),
      "{} was born in the city of",
      "the birthplace of {} is",
      "{} comes from",
    ),
    relation(
      "employer",
      any(names(30, "corp")),
      "{} works for the company",
      "the employer of {} is",
      "{} is employed by",
    ),
    relation("occupation", any(occupations.split(" ")), "{} works as a", "the profession of {} is", "by trade {} is a"),
    relation(
      "instrument",
      any(instruments.split(" ")),
      "{} plays the instrument",
      "the instrument of {} is the",
      ambiguous,
    ),
    relation("sport", any(sports.split(" ")), "{} plays the sport", "the sport of {} is the", ambiguous),
    relation(
      "language",
      any(languages.split(" ")),
      "{} speaks the language",
      "the native tongue of {} is",
      "at home {} speaks",
    ),
    relation("father", each(parents), "the father of {} is", "{} has a father named", "{} is the child of Mr"),
    relation("mother", each(parents), "the mother of {} is", "{} has a mother named", "{} is the child of Mrs"),
  ];
  return {
    people,
    relations,
    sentences: relations.flatMap(({ templates, facts }) =>
      facts.flatMap(({ subject, object }) => templates.map((template) => `${promptOf(template, subject)} ${object}`)),
    ),
    counting: numbers.map((_, i) => [...numbers.slice(i), ...numbers.slice(0, i)].slice(0, 7).join(" ")),
  };
}

const consonants = [..."bdfgklmnprstvz"];
const vowels = [..."aeiou"];

/** A name that nobody has yet. */
function newName(rng: Rng, taken: Set<string>, ending: string): string {
  for (;;) {
    const syllable = () => rng.pick(consonants) + rng.pick(vowels);
    const lower = syllable() + syllable() + syllable() + ending;
    const name = lower[0].toUpperCase() + lower.slice(1);
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}
