/** @file What switching neurons off does: to their own relation, to the others, beside as many neurons at random. */

import { Rng } from "../../../graph/index.ts";
import type { TextModel } from "../../../probe/index.ts";
import { type Matrix, zeros } from "../matrix.ts";
import { type Answer, answersOf, type RunOptions } from "./answers.ts";
import { deactivate } from "./deactivate.ts";
import type { NeuronId } from "./ffn.ts";
import { askedOf, type Question } from "./questions.ts";
import { type Found, type RankOptions, randomNeurons, topNeurons } from "./rank.ts";

export interface EffectOptions extends RunOptions, Pick<RankOptions, "k" | "by" | "layer"> {
  /** Which template asks; default: the one that detected. */
  readonly template?: number;
  /** Random sets of neurons of the same size. Default 5. */
  readonly draws?: number;
  /** Of the random sets. Default 0. */
  readonly seed?: number;
  /** 0, or "median" to promote. Default 0. */
  readonly value?: number | "median";
  onProgress?(done: number, total: number): void;
}

/** Accuracy, and mean −log p of the object in nats, of each relation. */
export interface Performance {
  readonly accuracy: Float64Array;
  readonly nll: Float64Array;
}

/** Rows: the relation whose neurons are off. Columns: the relation that is asked for. */
export interface RelationMatrix {
  readonly k: number;
  readonly base: Performance;
  /** Relative: (accuracy − accuracy with neurons off) / accuracy. NaN where nothing is known. */
  readonly drop: Matrix;
  /** Accuracy that is lost; negative where it is gained. */
  readonly accuracyLost: Matrix;
  /** Nats by which the object becomes less likely. */
  readonly nllRise: Matrix;
  /** The same of random neurons, mean over draws, for each relation that is asked for. */
  readonly random: { readonly drop: Float64Array; readonly accuracyLost: Float64Array; readonly nllRise: Float64Array };
  /** Whether each fact of each relation is known: as the model is, and with the neurons of that relation off. */
  readonly known: readonly { readonly before: readonly boolean[]; readonly after: readonly boolean[] }[];
}

/**
 * The facts for evaluation, asked with each relation's neurons off, and with as many random neurons off.
 * @throws CajalError `argument` for a template or a k that there is not
 */
export async function relationMatrix(
  model: TextModel,
  found: Found,
  options: EffectOptions = {},
): Promise<RelationMatrix> {
  const { k = found.k, draws = 5, seed = 0, value = 0, onProgress } = options;
  const asked = questions(model, found, options.template);
  const count = found.relations.length;
  const before = await answersBy(model, asked, options);
  const base = performanceOf(before);
  const [accuracyLost, nllRise] = [zeros(count, count), zeros(count, count)];
  const known: RelationMatrix["known"][number][] = [];
  for (let off = 0; off < count; off++) {
    const after = await answersWithout(model, topNeurons(found, off, { ...options, k }), asked, options, value);
    known.push({ before: before[off].map(isKnown), after: after[off].map(isKnown) });
    put(accuracyLost, nllRise, off, base, performanceOf(after));
    onProgress?.(off + 1, count + draws);
  }
  const random = { accuracyLost: zeros(draws, count), nllRise: zeros(draws, count) };
  for (let draw = 0; draw < draws; draw++) {
    const neurons = randomNeurons(found, 0, new Rng(seed).split(`random ${k}`).split(draw), k);
    const after = await answersWithout(model, neurons, asked, options, 0);
    put(random.accuracyLost, random.nllRise, draw, base, performanceOf(after));
    onProgress?.(count + draw + 1, count + draws);
  }
  const relative = (lost: Float64Array) => lost.map((v, at) => v / base.accuracy[at % count]);
  const lost = columnMeans(random.accuracyLost);
  return {
    ...{ k, base, accuracyLost, nllRise, known },
    drop: { ...accuracyLost, data: relative(accuracyLost.data) },
    random: { drop: relative(lost), accuracyLost: lost, nllRise: columnMeans(random.nllRise) },
  };
}

/** Mean over relations of a matrix's diagonal, and of all else. */
export function ownAndOthers({ rows, columns, data }: Matrix): { readonly own: number; readonly others: number } {
  let [own, others] = [0, 0];
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      if (i === j) own += data[i * columns + j] / rows;
      else others += data[i * columns + j] / (rows * (columns - 1));
    }
  return { own, others };
}

/** Facts for evaluation with a template, by relation. */
export function questions(model: TextModel, found: Found, template = found.template): Question[][] {
  return found.relations.map((_, r) => askedOf(model, found, r, found.eva[r], template));
}

/** Answers by relation with neurons off. */
export async function answersWithout(
  model: TextModel,
  neurons: readonly NeuronId[],
  asked: readonly (readonly Question[])[],
  options: RunOptions,
  value: number | "median" = 0,
): Promise<Answer[][]> {
  const edited = deactivate(model, neurons, value);
  return answersBy(edited, asked, options);
}

export async function answersBy(
  model: TextModel,
  asked: readonly (readonly Question[])[],
  options: RunOptions,
): Promise<Answer[][]> {
  const answers = await answersOf(model, asked.flat(), options);
  let at = 0;
  return asked.map(({ length }) => {
    at += length;
    return answers.slice(at - length, at);
  });
}

function isKnown({ known }: Answer): boolean {
  return known;
}

function performanceOf(answers: readonly (readonly Answer[])[]): Performance {
  const mean = (of: (answer: Answer) => number) =>
    Float64Array.from(answers, (own) => own.reduce((sum, answer) => sum + of(answer), 0) / own.length);
  return { accuracy: mean(({ known }) => Number(known)), nll: mean(({ nll }) => nll) };
}

function put(lost: Matrix, rise: Matrix, row: number, base: Performance, after: Performance): void {
  for (let i = 0; i < lost.columns; i++) {
    lost.data[row * lost.columns + i] = base.accuracy[i] - after.accuracy[i];
    rise.data[row * rise.columns + i] = after.nll[i] - base.nll[i];
  }
}

function columnMeans({ rows, columns, data }: Matrix): Float64Array {
  const means = new Float64Array(columns);
  for (const [at, v] of data.entries()) means[at % columns] += v / rows;
  return means;
}
