/**
 * @file Beam search for the likeliest captions under p(d | E), all units of a batch in one graph.
 *
 * Every unit keeps its `beam` best beginnings. At each step each beginning goes on with every word, and the best of all of these stay; one
 * that has ended only goes on with padding, at no cost, and competes on with what it has.
 *
 * With a language model to search `against`, beginnings compete by log p(d | E) − λ log p(d) instead, word by word.
 *
 * A search is one graph, `beamSearch`, or goes on some words at a time, `beginSearch` and `continueSearch`: most captions are far shorter than
 * the longest that is allowed, and who looks in between can stop when all have ended.
 */

import { CajalError, scan, type Tensor, topK, type Value } from "../../../graph/index.ts";
import type { LstmState } from "../../../nn/index.ts";
import { type Decoder, decoderStep, firstState, nextWord, type Regions, regionsOf } from "./decoder.ts";
import { type CaptionModel, captionModelStep, firstModelStates } from "./language-model.ts";
import { special } from "./vocabulary.ts";

export interface BeamOptions {
  /** Beginnings kept per unit. Default 50. */
  readonly beam?: number;
  /** Most words of a caption. Default 15. */
  readonly length?: number;
  /** Subtracts λ log p(word | words before) from every word's log-probability during the search. Default: nothing. */
  readonly against?: { readonly languageModel: CaptionModel<Value | Tensor>; readonly lambda: number };
}

/** Captions of each unit, the best first: by log p(d | E), or by log p(d | E) − λ log p(d) after a search against a language model. */
export interface Beams<T> {
  /** Words as `Vocabulary.encode` gives them: int64 [units, beam, length + 1]. */
  readonly captions: T;
  /** log p(d | E), with the end: [units, beam]. Below −10²⁹ where there are fewer captions than the beam is wide. */
  readonly logp: T;
}

/** So unlikely that nothing with it is chosen while anything else is there, and still a number. */
const never = -1e30;

/** Numbers that no caption has before its end. */
const unsaid: ReadonlySet<number> = new Set([special.padding, special.start, special.unknown]);

/** The beginnings that a search keeps between two words. */
interface Standing<T> extends Beams<T> {
  /** What beginnings compete by: [units, beam]. */
  readonly score: T;
  /** Which beginnings have ended: bool [units, beam]. */
  readonly ended: T;
  /** Their last words: int64 [units · beam]. */
  readonly last: T;
  readonly state: LstmState<T>;
  /** Of the language model, none where nothing is searched against. */
  readonly model: readonly LstmState<T>[];
}

/** A search on its way. */
export interface Search<T> {
  readonly regions: Regions<T>;
  readonly standing: Standing<T>;
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

/** @throws CajalError `argument` */
function sizesOf({ beam = 50, length = 15 }: BeamOptions): { beam: number; length: number } {
  if (!(Number.isInteger(beam) && beam > 0 && Number.isInteger(length) && length > 0))
    throw new CajalError("argument", `beam search: a beam of ${beam} and ${length} words; both must be 1 or more`);
  return { beam, length };
}

/**
 * All words in one graph.
 * @param features of regions: [units, k, features]
 * @throws CajalError `argument` when beam or length is no number above 0
 */
export function beamSearch(p: Decoder<Value | Tensor>, features: Value, options: BeamOptions = {}): Beams<Value> {
  const search = beginSearch(p, features, options);
  const places = features.tracer.constant(range(sizesOf(options).length + 1), "int64");
  const { captions, logp } = continueSearch(p, search, places, options).standing;
  return { captions, logp };
}

/**
 * A search before its first word.
 * @param features of regions: [units, k, features]
 * @throws CajalError `argument` when beam or length is no number above 0
 */
export function beginSearch(p: Decoder<Value | Tensor>, features: Value, options: BeamOptions = {}): Search<Value> {
  const { beam, length } = sizesOf(options);
  const { tracer } = features;
  const units = features.shape[0];
  const regions = regionsOf(p, features);
  const start = firstState(p, regions);
  const wide = (x: Value) =>
    x
      .unsqueeze(1)
      .expand([units, beam, x.shape[1]])
      .reshape([units * beam, x.shape[1]]);
  const filled = (value: number, dtype: "int64" | "float32", shape: readonly number[]) =>
    tracer.constant([value], dtype).expand(shape);
  // At first there is one beginning, the empty one: its copies must not be chosen.
  const onlyFirst = range(beam).map((i) => (i === 0 ? 0 : never));
  const empty = tracer.constant(onlyFirst, "float32").reshape([1, beam]).expand([units, beam]);
  const { against } = options;
  const standing: Standing<Value> = {
    captions: filled(special.padding, "int64", [units, beam, length + 1]),
    score: empty,
    logp: empty,
    ended: filled(0, "float32", [units, beam]).greater(0),
    last: filled(special.start, "int64", [units * beam]),
    state: { hidden: wide(start.hidden), cell: wide(start.cell) },
    model: against === undefined ? [] : firstModelStates(against.languageModel, tracer, units * beam),
  };
  return { regions, standing };
}

/**
 * A search some words further. Places behind the last, `length`, change nothing.
 * @param places of the words that are looked for, ascending from 0 over all calls: int64 [words]
 */
export function continueSearch(
  p: Decoder<Value | Tensor>,
  { regions, standing }: Search<Value>,
  places: Value,
  options: BeamOptions = {},
): Search<Value> {
  const { beam, length } = sizesOf(options);
  const { against } = options;
  const { tracer } = places;
  const units = standing.score.shape[0];
  const vocabulary = p.output.weight.shape[1];
  const numbers = (values: readonly number[], shape: readonly number[]) =>
    tracer.constant(values, "int64").reshape(shape);
  const only = (isAllowed: (word: number) => boolean) =>
    tracer.constant(
      range(vocabulary).map((word) => (isAllowed(word) ? 0 : never)),
      "float32",
    );
  const choices = {
    open: only((word) => !unsaid.has(word)),
    // After the last word a caption ends, as those in training do.
    last: only((word) => word === special.end),
    ended: only((word) => word === special.padding).reshape([1, 1, vocabulary]),
  };
  const firstRow = numbers(
    range(units).map((unit) => unit * beam),
    [units, 1],
  );

  const step = (before: Standing<Value>, place: Value): { state: Standing<Value>; y: undefined } => {
    const { state } = decoderStep(p, regions, before.state, before.last);
    const words = nextWord(p, state.hidden).reshape([units, beam, vocabulary]);
    const common = against && captionModelStep(against.languageModel, before.model, before.last);
    const gains = common ? words.sub(common.logp.reshape(words.shape).mul(against.lambda)) : words;
    const isLast = place.equal(length);
    const allowed = gains.add(isLast.where(choices.last, choices.open));
    const ended = before.ended.unsqueeze(2);
    const next = ended.where(choices.ended.expand(allowed.shape), allowed);
    const flat = [units, beam * vocabulary];
    const best = topK(before.score.unsqueeze(2).add(next).reshape(flat), beam, { axis: 1 });
    const parent = best.indices.div(vocabulary);
    const word = best.indices.sub(parent.mul(vocabulary));
    const rows = parent.add(firstRow).reshape([units * beam]);
    const follow = (x: Value) => x.gather(rows);
    const likely = () => {
      const added = ended.where(choices.ended.expand(words.shape), words).add(before.logp.unsqueeze(2));
      const chosen = best.indices.add(firstRow.mul(vocabulary)).reshape([units * beam]);
      return added
        .reshape([units * beam * vocabulary])
        .gather(chosen)
        .reshape([units, beam]);
    };
    const here = numbers(range(length + 1), [1, 1, length + 1]).equal(place);
    const kept = follow(before.captions.reshape([units * beam, length + 1])).reshape([units, beam, length + 1]);
    const had = follow(before.ended.reshape([units * beam]).cast("int64")).reshape([units, beam]);
    const after: Standing<Value> = {
      captions: here.where(word.unsqueeze(2).expand(kept.shape), kept),
      score: best.values,
      logp: common ? likely() : best.values,
      ended: had.add(word.equal(special.end).cast("int64")).greater(0),
      last: word.reshape([units * beam]),
      state: { hidden: follow(state.hidden), cell: follow(state.cell) },
      model: (common?.states ?? []).map(({ hidden, cell }) => ({ hidden: follow(hidden), cell: follow(cell) })),
    };
    return { state: after, y: undefined };
  };
  return { regions, standing: scan(step, standing, places).state };
}
