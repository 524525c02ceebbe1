/**
 * @file Beam search for the likeliest captions under p(d | E): all words and all units of a batch in one graph.
 *
 * Every unit keeps its `beam` best beginnings. At each step each beginning goes on with every word, and the best of all of these stay; one
 * that has ended only goes on with padding, at no cost, and competes on with the log-probability that it has.
 */

import { CajalError, scan, type Tensor, topK, type Value } from "../../../graph/index.ts";
import type { LstmState } from "../../../nn/index.ts";
import { type Decoder, decoderStep, firstState, nextWord, regionsOf } from "./decoder.ts";
import { special } from "./vocabulary.ts";

export interface BeamOptions {
  /** Beginnings kept per unit. Default 50. */
  readonly beam?: number;
  /** Most words of a caption. Default 15. */
  readonly length?: number;
}

/** Captions of each unit, the likeliest first. */
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

interface Standing {
  readonly captions: Value;
  readonly logp: Value;
  /** Which beginnings have ended: bool [units, beam]. */
  readonly ended: Value;
  readonly last: Value;
  readonly state: LstmState<Value>;
}

/**
 * @param features of regions: [units, k, features]
 * @throws CajalError `argument` when beam or length is no number above 0
 */
export function beamSearch(
  p: Decoder<Value | Tensor>,
  features: Value,
  { beam = 50, length = 15 }: BeamOptions = {},
): Beams<Value> {
  if (!(Number.isInteger(beam) && beam > 0 && Number.isInteger(length) && length > 0))
    throw new CajalError("argument", `beam search: a beam of ${beam} and ${length} words; both must be 1 or more`);
  const { tracer } = features;
  const units = features.shape[0];
  const vocabulary = p.output.weight.shape[1];
  const regions = regionsOf(p, features);
  const wide = (x: Value) =>
    x
      .unsqueeze(1)
      .expand([units, beam, x.shape[1]])
      .reshape([units * beam, x.shape[1]]);
  const start = firstState(p, regions);
  const numbers = (values: readonly number[], shape: readonly number[]) =>
    tracer.constant(values, "int64").reshape(shape);
  const filled = (value: number, dtype: "int64" | "float32", shape: readonly number[]) =>
    tracer.constant([value], dtype).expand(shape);

  // At first there is one beginning, the empty one: its copies must not be chosen.
  const onlyFirst = Array.from({ length: beam }, (_, i) => (i === 0 ? 0 : never));
  const begin: Standing = {
    captions: filled(special.padding, "int64", [units, beam, length + 1]),
    logp: tracer.constant(onlyFirst, "float32").reshape([1, beam]).expand([units, beam]),
    ended: filled(0, "float32", [units, beam]).greater(0),
    last: filled(special.start, "int64", [units * beam]),
    state: { hidden: wide(start.hidden), cell: wide(start.cell) },
  };
  const range = (n: number) => Array.from({ length: n }, (_, i) => i);
  const banned = range(vocabulary).map((word) => (unsaid.has(word) ? never : 0));
  const onlyPadding = range(vocabulary).map((word) => (word === special.padding ? 0 : never));
  const onlyEnd = range(vocabulary).map((word) => (word === special.end ? 0 : never));
  const choices = {
    open: tracer.constant(banned, "float32"),
    // After the last word a caption ends, as those in training do.
    last: tracer.constant(onlyEnd, "float32"),
    ended: tracer.constant(onlyPadding, "float32").reshape([1, 1, vocabulary]),
  };
  const firstRow = numbers(
    range(units).map((unit) => unit * beam),
    [units, 1],
  );

  const step = (before: Standing, place: Value): { state: Standing; y: undefined } => {
    const { state } = decoderStep(p, regions, before.state, before.last);
    const words = nextWord(p, state.hidden).reshape([units, beam, vocabulary]);
    const isLast = place.equal(length);
    const allowed = words.add(isLast.where(choices.last, choices.open));
    const next = before.ended.unsqueeze(2).where(choices.ended.expand(allowed.shape), allowed);
    const totals = before.logp
      .unsqueeze(2)
      .add(next)
      .reshape([units, beam * vocabulary]);
    const best = topK(totals, beam, { axis: 1 });
    const parent = best.indices.div(vocabulary);
    const word = best.indices.sub(parent.mul(vocabulary));
    const rows = parent.add(firstRow).reshape([units * beam]);
    const follow = (x: Value) => x.gather(rows);
    const here = numbers(range(length + 1), [1, 1, length + 1]).equal(place);
    const kept = follow(before.captions.reshape([units * beam, length + 1])).reshape([units, beam, length + 1]);
    const ended = follow(before.ended.reshape([units * beam]).cast("int64")).reshape([units, beam]);
    const after: Standing = {
      captions: here.where(word.unsqueeze(2).expand(kept.shape), kept),
      logp: best.values,
      ended: ended.add(word.equal(special.end).cast("int64")).greater(0),
      last: word.reshape([units * beam]),
      state: { hidden: follow(state.hidden), cell: follow(state.cell) },
    };
    return { state: after, y: undefined };
  };
  const { state } = scan(step, begin, numbers(range(length + 1), [length + 1]));
  return { captions: state.captions, logp: state.logp };
}
