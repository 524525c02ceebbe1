/** @file What features of the induction transformer tell: which token is induced, from where, and what they do to its logit. */

import { compile, concat, type Rng, Tensor, type Value } from "../../../../graph/index.ts";
import type { LanguageModel, Weights } from "../../../../probe/index.ts";
import { attentionParts, attribute } from "../attribution.ts";
import { type Feeds, logitsAmong, weightsOf } from "../model.ts";
import { encode, type Sae, type SaeWeights, sizesOf, weightsOfSae, withWeights } from "../sae.ts";
import type { AttentionSite } from "../site.ts";
import { editedAt } from "../splice.ts";
import type { BestUnit } from "./best-f1.ts";
import { length, type RepeatedText, vocabulary } from "./induction-model.ts";

/** Which token is induced at each step of texts, in the order of their vectors; −1: none. */
export function inducedTokens(texts: readonly RepeatedText[]): Int32Array {
  return Int32Array.from(texts.flatMap(({ tokens, source }) => source.map((s) => (s < 0 ? -1 : tokens[s]))));
}

/** Share of the induced tokens that the model predicts. */
export async function inductionAccuracy(model: LanguageModel, texts: readonly RepeatedText[]): Promise<number> {
  const run = compile((...feeds: Feeds) => {
    const [weights, tokens, present] = feeds;
    return logitsAmong(model.apply(tokens, present, weights), model.name).op("ArgMax", [], { axis: -1, keepdims: 0 });
  });
  let [right, all] = [0, 0];
  try {
    for (const part of pieces(texts)) {
      const said = (await run(weightsOf(model), ...feedsOf(part))).numbers();
      for (const [row, { tokens, source }] of part.entries())
        for (const [t, s] of source.entries()) {
          // At the first token of a copy one match may be chance; from the second on the text is a repetition.
          if (s < 0 || t === 0 || source[t - 1] < 0) continue;
          all++;
          if (said[row * length + t] === tokens[s]) right++;
        }
    }
  } finally {
    await run.release();
  }
  return right / all;
}

/** A step at which a token is induced and its own feature fires. */
export interface Firing {
  readonly text: number;
  readonly step: number;
  readonly token: number;
  readonly feature: number;
}

/** Where the best feature of the induced token fires. @param features [texts · length, m] */
export function trueFirings(texts: readonly RepeatedText[], features: Tensor, best: readonly BestUnit[]): Firing[] {
  const [, count] = features.shape;
  const values = features.data as Float32Array;
  return texts.flatMap(({ tokens, source }, text) =>
    source.flatMap((s, step) => {
      if (s < 0) return [];
      const { unit, threshold } = best[tokens[s]];
      const fires = values[(text * length + step) * count + unit] >= threshold;
      return fires ? [{ text, step, token: tokens[s], feature: unit }] : [];
    }),
  );
}

/** Share of firings whose largest source, over all heads, is the token that is induced. */
export async function sourceAccuracy(
  model: LanguageModel,
  site: AttentionSite,
  sae: Sae,
  texts: readonly RepeatedText[],
  firings: readonly Firing[],
): Promise<number> {
  const parts = await attentionParts(
    model,
    site,
    texts.map(({ tokens }) => tokens),
  );
  const right = firings.filter(({ text, step, feature }) => {
    const all = attribute(parts[text], sae, feature, step).bySource.numbers();
    const sources = Array.from({ length: step + 1 }, (_, s) => {
      let sum = 0;
      for (let k = 0; k < sae.heads; k++) sum += all[k * (step + 1) + s];
      return sum;
    });
    return sources.indexOf(Math.max(...sources)) === texts[text].source[step];
  });
  return right.length / firings.length;
}

/** Mean fall of the induced token's logit where its feature fires. */
export interface Ablations {
  /** With the feature off. */
  readonly own: number;
  /** With another feature off that fires at the same token, drawn at random. */
  readonly other: number;
  /** With any other live feature off, drawn at random: most do not fire there. */
  readonly live: number;
  /** With what the dictionary does not explain off. */
  readonly error: number;
}

/** The dictionary's site must be in the last layer: features off at one token then change nothing at others. */
export async function ablations(
  model: LanguageModel,
  site: AttentionSite,
  sae: Sae,
  texts: readonly RepeatedText[],
  features: Tensor,
  firings: readonly Firing[],
  rng: Rng,
): Promise<Ablations> {
  const { features: count } = sizesOf(sae);
  const values = features.data as Float32Array;
  const alive = aliveIn(values, count);
  const off = compile(
    (inputs: { weights: Weights<Value>; sae: SaeWeights<Value>; tokens: Value; present: Value; which: Value }) => {
      const { weights, tokens, present, which } = inputs;
      const own = withWeights(sae, inputs.sae);
      const run = (edit: (z: Value) => Value) =>
        logitsAmong(editedAt(model, site, edit)(tokens, present, weights), model.name);
      const without = (z: Value) => {
        const strength = encode(own, z).op("GatherElements", [which.unsqueeze(-1)], { axis: -1 });
        return z.sub(strength.mul(own.decoder.gather(which)));
      };
      const explained = (z: Value) => encode(own, z).matmul(own.decoder).add(own.decoderBias);
      return concat(
        [run((z) => z), run(without), run(explained)].map((logits) => logits.unsqueeze(0)),
        0,
      );
    },
  );
  const drops = { own: 0, other: 0, live: 0, error: 0 };
  try {
    for (const kind of ["own", "other", "live"] as const) {
      const draw = rng.split(kind);
      const chosen = new Map<string, number>();
      for (const firing of firings) {
        const row = (firing.text * length + firing.step) * count;
        const active = alive.filter((i) => i !== firing.feature && (kind === "live" || values[row + i] > 0));
        const feature = kind === "own" || active.length === 0 ? firing.feature : draw.pick(active);
        chosen.set(`${firing.text}:${firing.step}`, feature);
      }
      for (const [i, part] of pieces(texts).entries()) {
        const first = i * pieceSize;
        const which = Tensor.of(
          part.flatMap((_, row) => Array.from({ length }, (_step, t) => chosen.get(`${first + row}:${t}`) ?? 0)),
          [part.length, length],
          "int64",
        );
        const [tokens, present] = feedsOf(part);
        const logits = (await off({ weights: weightsOf(model), sae: weightsOfSae(sae), tokens, present, which }))
          .data as Float32Array;
        const whole = part.length * length * vocabulary;
        for (const { text, step, token } of firings) {
          if (text < first || text >= first + part.length) continue;
          const at = ((text - first) * length + step) * vocabulary + token;
          drops[kind] += (logits[at] - logits[whole + at]) / firings.length;
          if (kind === "own") drops.error += (logits[at] - logits[2 * whole + at]) / firings.length;
        }
      }
    }
  } finally {
    await off.release();
  }
  return drops;
}

function aliveIn(values: Float32Array, count: number): number[] {
  const fired = new Uint8Array(count);
  for (let k = 0; k < values.length; k++) if (values[k] > 0) fired[k % count] = 1;
  return Array.from(fired.keys()).filter((i) => fired[i] === 1);
}

const pieceSize = 50;

function pieces<T>(list: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(list.length / pieceSize) }, (_, i) =>
    list.slice(i * pieceSize, (i + 1) * pieceSize),
  );
}

function feedsOf(texts: readonly RepeatedText[]): [Tensor, Tensor] {
  const shape = [texts.length, length];
  return [
    Tensor.of(
      texts.flatMap(({ tokens }) => [...tokens]),
      shape,
      "int64",
    ),
    Tensor.full(shape, 1, "int64"),
  ];
}
