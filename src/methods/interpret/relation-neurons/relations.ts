/** @file Relations as a person gives them: facts and the sentences that ask for them; and which facts are kept for evaluation. */

import { CajalError, type Rng } from "../../../graph/index.ts";

export interface Fact {
  readonly subject: string;
  readonly object: string;
}

export interface RelationSet {
  readonly name: string;
  /** Sentences that end where the object is to come, "{}" for the subject: "The mother of {} is". */
  readonly templates: readonly string[];
  readonly facts: readonly Fact[];
  /** Facts that are set apart for evaluation. Left out in all relations: they are drawn of the facts. */
  readonly evaluation?: readonly Fact[];
}

/** By relation. */
export interface FactSplit {
  /** Facts by which neurons are detected. */
  readonly det: readonly (readonly Fact[])[];
  /** Facts on which they are evaluated. */
  readonly eva: readonly (readonly Fact[])[];
}

/** The sentence of a subject. */
export function promptOf(template: string, subject: string): string {
  return template.replaceAll("{}", subject);
}

/** @throws CajalError `argument` */
export function checkRelations(relations: readonly RelationSet[], template: number): void {
  const fail = (what: string, advice: string) => new CajalError("argument", `relations: ${what}`, { advice });
  if (relations.length < 2)
    throw fail(`there are ${relations.length}; other relations are what one is told from`, "Give two at least.");
  const names = new Set(relations.map(({ name }) => name));
  if (names.size < relations.length) throw fail("two have the same name", "Give each a name of its own.");
  for (const { name, templates } of relations) {
    const chosen = templates[template];
    if (chosen === undefined)
      throw fail(`"${name}" has ${templates.length} templates, no number ${template}`, "Templates count from 0.");
    const without = templates.find((one) => !one.includes("{}"));
    if (without !== undefined)
      throw fail(`the template "${without}" of "${name}" has no place for the subject`, 'Write "{}" where it stands.');
  }
}

/**
 * Which facts detect and which evaluate, so that no subject is in both, in any of the relations. Of relations that share subjects, the ones of
 * a drawn subject are all set apart, so that some may have more than asked for.
 * @param evalPer facts to evaluate each relation on
 * @throws CajalError `argument` when evaluation facts were given whose subjects are also among those for detection
 */
export function splitFacts(relations: readonly RelationSet[], evalPer: number, rng: Rng): FactSplit {
  if (relations.some(({ evaluation }) => evaluation !== undefined)) {
    const eva = relations.map(({ evaluation = [] }) => evaluation);
    const det = relations.map(({ facts }) => facts);
    refuseOverlap(det, eva);
    return { det, eva };
  }
  const bySubject = new Map<string, number[]>();
  for (const [r, { facts }] of relations.entries())
    for (const { subject } of facts) bySubject.set(subject, [...(bySubject.get(subject) ?? []), r]);
  const subjects = [...bySubject];
  const missing = relations.map(() => evalPer);
  const chosen = new Set<string>();
  for (const i of rng.permutation(subjects.length)) {
    const [subject, members] = subjects[i];
    if (!members.some((r) => missing[r] > 0)) continue;
    chosen.add(subject);
    for (const r of members) missing[r]--;
  }
  return {
    det: relations.map(({ facts }) => facts.filter(({ subject }) => !chosen.has(subject))),
    eva: relations.map(({ facts }) => facts.filter(({ subject }) => chosen.has(subject))),
  };
}

/** So many overlaps are named. */
const shown = 10;

function refuseOverlap(det: FactSplit["det"], eva: FactSplit["eva"]): void {
  const seen = new Set(det.flat().map(({ subject }) => subject));
  const both = [...new Set(eva.flat().map(({ subject }) => subject))].filter((subject) => seen.has(subject));
  if (both.length === 0) return;
  const more = both.length > shown ? ` and ${both.length - shown} more` : "";
  throw new CajalError(
    "argument",
    `relations: ${both.length} subjects are in detection and in evaluation: ${both.slice(0, shown).join(", ")}${more}`,
    {
      advice: "Neurons of an entity would pass for neurons of a relation: set whole subjects apart, in all relations.",
    },
  );
}
