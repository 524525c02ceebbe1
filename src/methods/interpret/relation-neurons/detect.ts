/** @file Which neurons tell prompts of one relation from those of the others: facts split, prompts filtered, neurons ranked. */

import { CajalError, Rng } from "../../../graph/index.ts";
import { averagePrecisionApart } from "../../../nn/index.ts";
import type { TextModel } from "../../../probe/index.ts";
import { answersOf, type RunOptions } from "./answers.ts";
import { drawExamples, type Examples } from "./examples.ts";
import { checkMaps, type FfnMap, findFfn, neuronCount } from "./ffn.ts";
import { type Question, questionsOf, vocabularyWarning, warningOf } from "./questions.ts";
import { type Dropped, type Found, type RankedNeuron, topNeurons } from "./rank.ts";
import { checkRelations, type RelationSet, splitFacts } from "./relations.ts";
import { responsesOf } from "./responses.ts";

export interface RelationNeuronsOptions extends RunOptions {
  /** How many neurons are a relation's: a number, or a share of all. Default 1 % of all. */
  readonly k?: number | { readonly fraction: number };
  /** Facts of each relation that are kept for evaluation. Default 50. */
  readonly evalPer?: number;
  /** Prompts of other relations for each prompt of a relation. Default 4. */
  readonly negRatio?: number;
  /** Which of each relation's templates detects. Default 0. */
  readonly template?: number;
  /** Fewest known prompts by which a relation is looked for. Default 20. */
  readonly leastKnown?: number;
  /** Whether prompts that the model answers wrongly are left out. Default true. */
  readonly onlyKnown?: boolean;
  /** Of the split and the negatives. Default 0. */
  readonly seed?: number;
  /** Default: those of `findFfn`. */
  readonly maps?: readonly FfnMap[];
  onWarning?(warning: string): void;
  onProgress?(done: number, total: number): void;
}

/** Responses that are held at once. */
const responsesAtOnce = 1 << 27;

/**
 * Detects the neurons of relations.
 * @throws CajalError `argument` for relations that cannot be told apart (fewer than two with enough known prompts, subjects in detection and
 * evaluation), a tokenizer that is another model's, feed-forward networks that are not recognised; `no-data` without a tokenizer; `not-finite`
 */
export async function relationNeurons(
  model: TextModel,
  relations: readonly RelationSet[],
  options: RelationNeuronsOptions = {},
): Promise<Found & { readonly top: readonly (readonly RankedNeuron[])[] }> {
  const {
    k = { fraction: 0.01 },
    evalPer = 50,
    negRatio = 4,
    template = 0,
    leastKnown = 20,
    onlyKnown = true,
  } = options;
  const { seed = 0, onWarning = () => undefined, onProgress } = options;
  checkRelations(relations, template);
  const maps = options.maps ?? (await findFfn(model));
  checkMaps(model, maps);
  const rng = new Rng(seed);
  const { det, eva } = splitFacts(relations, evalPer, rng.split("evaluation"));
  const asked = relations.map(({ templates }, r) => questionsOf(model, templates[template], det[r]));
  await checkVocabulary(model, asked, onWarning);

  const known = await knownFacts(model, asked, onlyKnown, options);
  const dropped: Dropped[] = [];
  const kept: number[] = [];
  for (const [r, { name }] of relations.entries()) {
    const warning = warningOf(name, asked[r]);
    if (warning !== undefined) onWarning(warning);
    if (known[r].length >= leastKnown) kept.push(r);
    else dropped.push({ relation: name, known: known[r].length, prompts: asked[r].length });
  }
  for (const { relation, known: count, prompts } of dropped)
    onWarning(
      `relation "${relation}" is dropped: ${count} of its ${prompts} prompts are known, ${leastKnown} are needed`,
    );
  if (kept.length < 2)
    throw new CajalError(
      "argument",
      `${kept.length} of ${relations.length} relations have ${leastKnown} known prompts: ${dropped.map((one) => `${one.relation} ${one.known} of ${one.prompts}`).join(", ")}`,
      {
        advice:
          "Give relations that the model knows, with more facts, or look at prompts regardless (onlyKnown: false).",
      },
    );

  const prompts = kept.map((r) => known[r].map((i) => asked[r][i].prompt));
  const examples = drawExamples(prompts, negRatio, rng.split("negatives"));
  const scores = await scored(model, prompts.flat(), examples, maps, options, onProgress);
  const found: Found = {
    relations: kept.map((r) => relations[r].name),
    templates: kept.map((r) => relations[r].templates),
    template,
    maps,
    k: countOf(k, neuronCount(maps)),
    det: kept.map((r) => known[r].map((i) => det[r][i])),
    eva: kept.map((r) => eva[r]),
    negatives: examples.map(({ negatives }) => negatives.length),
    dropped,
    ...scores,
  };
  return { ...found, top: found.relations.map((_, r) => topNeurons(found, r)) };
}

async function checkVocabulary(
  model: TextModel,
  asked: readonly (readonly Question[])[],
  onWarning: (warning: string) => void,
): Promise<void> {
  const [first] = asked.flat();
  if (first === undefined) throw new CajalError("argument", "relations: there are no facts to detect neurons by");
  const vocabulary = (await model.logits([model.begin[0] ?? 0])).shape[1];
  const warning = vocabularyWarning(model, vocabulary);
  if (warning !== undefined) onWarning(warning);
}

/** The numbers of the facts that are used, by relation. */
async function knownFacts(
  model: TextModel,
  asked: readonly (readonly Question[])[],
  onlyKnown: boolean,
  options: RunOptions,
): Promise<number[][]> {
  if (!onlyKnown) return asked.map((questions) => questions.map((_, i) => i));
  const answers = await answersOf(model, asked.flat(), options);
  let at = 0;
  return asked.map((questions) => {
    const own = answers.slice(at, at + questions.length);
    at += questions.length;
    return own.flatMap(({ known }, i) => (known ? [i] : []));
  });
}

type Scores = Pick<Found, "ap" | "difference" | "median">;

/** Every neuron by every relation, so many maps at once as there is room for. */
async function scored(
  model: TextModel,
  prompts: readonly (readonly number[])[],
  examples: readonly Examples[],
  maps: readonly FfnMap[],
  options: RunOptions,
  onProgress: ((done: number, total: number) => void) | undefined,
): Promise<Scores> {
  const neurons = neuronCount(maps);
  const empty = () => examples.map(() => new Float32Array(neurons));
  const scores = { ap: empty(), difference: empty(), median: empty() };
  let column = 0;
  for (const group of groupsOf(maps, Math.floor(responsesAtOnce / prompts.length))) {
    const responses = await responsesOf(model, prompts, group, options);
    const width = responses.shape[1];
    const data = responses.data as Float32Array;
    for (const [r, { positives, negatives }] of examples.entries()) {
      options.signal?.throwIfAborted();
      const [own, others] = [new Float32Array(positives.length), new Float32Array(negatives.length)];
      for (let n = 0; n < width; n++) {
        for (let i = 0; i < own.length; i++) own[i] = data[positives[i] * width + n];
        for (let i = 0; i < others.length; i++) others[i] = data[negatives[i] * width + n];
        scores.difference[r][column + n] = mean(own) - mean(others);
        scores.ap[r][column + n] = averagePrecisionApart(own, others);
        scores.median[r][column + n] = median(own);
      }
    }
    column += width;
    onProgress?.(column, neurons);
  }
  return scores;
}

function* groupsOf(maps: readonly FfnMap[], most: number): Generator<FfnMap[]> {
  let group: FfnMap[] = [];
  for (const map of maps) {
    if (group.length > 0 && neuronCount(group) + map.width > most) {
      yield group;
      group = [];
    }
    group.push(map);
  }
  yield group;
}

function mean(values: Float32Array): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** Of sorted values. */
function median(sorted: Float32Array): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function countOf(k: number | { readonly fraction: number }, neurons: number): number {
  const count = typeof k === "number" ? k : Math.round(k.fraction * neurons);
  if (!Number.isInteger(count) || count < 1 || count > neurons)
    throw new CajalError(
      "argument",
      `k is ${typeof k === "number" ? k : k.fraction}: of ${neurons} neurons that is ${count}`,
      {
        advice: "Give a whole number from 1 on, or a fraction of all neurons.",
      },
    );
  return count;
}
