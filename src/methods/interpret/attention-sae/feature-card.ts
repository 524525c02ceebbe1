/** @file What one feature is: where it fires, over its whole range; which heads and source tokens make it; which tokens it makes likelier. */

import { CajalError, Tensor } from "../../../graph/index.ts";
import { type LanguageModel, TextModel } from "../../../probe/index.ts";
import { linearly, logitEffects } from "../readable.ts";
import { attentionParts, attribute, headAttribution } from "./attribution.ts";
import type { Texts } from "./model.ts";
import { checkOrigin } from "./origin.ts";
import { featuresOf, type Sae, sizesOf } from "./sae.ts";
import { type AttentionSite, outputWeights } from "./site.ts";
import { type ReadOptions, siteVectors } from "./vectors.ts";

export interface CardOptions extends ReadOptions {
  /** Examples with the largest activation. Default 6. */
  readonly top?: number;
  /** Intervals of the range of activations, and examples from each. Default 5 and 2. */
  readonly intervals?: number;
  readonly perInterval?: number;
  /** Tokens that are promoted and suppressed most. Default 8. */
  readonly words?: number;
  /** What a vector of the residual stream does to the logits, [width, vocabulary], as `unembedding` gives it. Default: of a model that `open` loaded, its own. */
  readonly unembedding?: Tensor;
}

/** A place at which the feature fires. */
export interface FeatureExample {
  /** Which of the texts, and which step. */
  readonly text: number;
  readonly step: number;
  readonly activation: number;
}

export interface WordEffect {
  readonly token: number;
  /** Its text; undefined without a tokenizer. */
  readonly text: string | undefined;
  /** W_d·W_O·W_U: by how much one unit of the feature raises its logit, straight. */
  readonly effect: number;
}

export interface FeatureCard {
  readonly feature: number;
  /** Share of tokens at which it fires. */
  readonly rate: number;
  /** Share of each head in the decoder row: [heads]. */
  readonly byHead: readonly number[];
  readonly top: readonly FeatureExample[];
  /** Examples from each interval of activations, from the lowest on: what fires it weakly is often something else. */
  readonly intervals: readonly {
    readonly from: number;
    readonly to: number;
    readonly count: number;
    readonly examples: readonly FeatureExample[];
  }[];
  readonly promotes: readonly WordEffect[];
  readonly suppresses: readonly WordEffect[];
  /** Of the first example: where its pre-activation comes from, [heads][sources]. Empty where the graph has no pattern. */
  readonly sources: readonly (readonly number[])[];
}

/** Activations of all features at each token of texts: what several cards share. */
export interface FeatureActivity {
  /** [n, m] */
  readonly features: Tensor;
  readonly text: Int32Array;
  readonly step: Int32Array;
}

export async function featureActivity(
  model: LanguageModel,
  site: AttentionSite,
  sae: Sae,
  texts: Texts,
  options: ReadOptions = {},
): Promise<FeatureActivity> {
  await checkOrigin(model, site, sae);
  const { z, text, step } = await siteVectors(model, site, texts, options);
  return { features: await featuresOf(sae, z), text, step };
}

/** The card of a feature. @param activity of the same texts, where it is there already */
export async function featureCard(
  model: LanguageModel,
  site: AttentionSite,
  sae: Sae,
  feature: number,
  texts: Texts,
  options: CardOptions = {},
  activity?: FeatureActivity,
): Promise<FeatureCard> {
  const { features: count } = sizesOf(sae);
  if (!Number.isInteger(feature) || feature < 0 || feature >= count)
    throw new CajalError("unknown-unit", `the dictionary has no feature ${feature}; it has ${count}, from 0 on`);
  const { top = 6, intervals = 5, perInterval = 2, words = 8 } = options;
  const { features, text, step } = activity ?? (await featureActivity(model, site, sae, texts, options));
  const firing: FeatureExample[] = [];
  const data = features.data as Float32Array;
  for (let row = 0; row < text.length; row++) {
    const activation = data[row * count + feature];
    if (activation > 0) firing.push({ text: text[row], step: step[row], activation });
  }
  firing.sort((a, b) => b.activation - a.activation);
  const most = firing[0]?.activation ?? 0;
  const ranges = Array.from({ length: most > 0 ? intervals : 0 }, (_, i) => {
    const [from, to] = [(i * most) / intervals, ((i + 1) * most) / intervals];
    const inside = firing.filter(({ activation }) => activation > from && activation <= to);
    return { from, to, count: inside.length, examples: evenly(inside, perInterval) };
  });
  const shares = headAttribution(sae).numbers();
  const effects = await effectsOf(model, site, sae, feature, options.unembedding);
  const best = firing[0];
  return {
    feature,
    rate: text.length === 0 ? 0 : firing.length / text.length,
    byHead: Array.from(shares.subarray(feature * sae.heads, (feature + 1) * sae.heads)),
    top: firing.slice(0, top),
    intervals: ranges,
    ...wordsOf(model, effects, words),
    sources:
      best === undefined || site.opaque !== undefined ? [] : await sourcesOf(model, site, sae, feature, texts, best),
  };
}

function evenly<T>(list: readonly T[], count: number): T[] {
  if (list.length <= count) return [...list];
  return Array.from({ length: count }, (_, i) => list[Math.floor(((i + 0.5) * list.length) / count)]);
}

async function sourcesOf(
  model: LanguageModel,
  site: AttentionSite,
  sae: Sae,
  feature: number,
  texts: Texts,
  { text, step }: FeatureExample,
) {
  const [parts] = await attentionParts(model, site, [texts[text]]);
  const { bySource } = attribute(parts, sae, feature, step);
  const all = bySource.numbers();
  return Array.from({ length: sae.heads }, (_, k) => Array.from(all.subarray(k * (step + 1), (k + 1) * (step + 1))));
}

/** Effects on all logits, where the way to them is known. */
async function effectsOf(
  model: LanguageModel,
  site: AttentionSite,
  sae: Sae,
  feature: number,
  unembedding: Tensor | undefined,
): Promise<Float64Array> {
  const output = await outputWeights(model, site);
  if (output === undefined) return new Float64Array(0);
  const { width } = sizesOf(sae);
  const [row, weights] = [sae.decoder.numbers().subarray(feature * width, (feature + 1) * width), output.numbers()];
  const stream = output.shape[1];
  const written = new Float64Array(stream);
  for (let j = 0; j < width; j++) for (let s = 0; s < stream; s++) written[s] += row[j] * weights[j * stream + s];
  if (unembedding !== undefined) return timesMatrix(written, unembedding);
  if (!(model instanceof TextModel)) return new Float64Array(0);
  // Some architectures (Gemma 2) have a norm between attention and the stream; an ONNX graph does not tell which.
  const behind = model.network.decoder?.params.blocks[site.layer]?.attentionAfterNorm;
  const vector = Float32Array.from(written);
  if (behind !== undefined) linearly(vector, { scale: behind.scale, centred: "shift" in behind });
  try {
    return (await logitEffects(model, new Tensor("float32", [1, stream], vector))).numbers();
  } catch (error) {
    // An ONNX model whose head is not recognised: the card has no words then.
    if (error instanceof CajalError && error.code === "argument") return new Float64Array(0);
    throw error;
  }
}

function timesMatrix(row: Float64Array, { shape: [, columns], data }: Tensor): Float64Array {
  const result = new Float64Array(columns);
  for (const [i, x] of row.entries()) for (let c = 0; c < columns; c++) result[c] += x * Number(data[i * columns + c]);
  return result;
}

function wordsOf(
  model: LanguageModel,
  effects: Float64Array,
  count: number,
): Pick<FeatureCard, "promotes" | "suppresses"> {
  const order = Array.from(effects.keys()).sort((a, b) => effects[b] - effects[a]);
  const written = model instanceof TextModel && model.tokenizer !== undefined ? model : undefined;
  const word = (token: number): WordEffect => ({ token, text: written?.decode([token]), effect: effects[token] });
  return { promotes: order.slice(0, count).map(word), suppresses: order.slice(-count).reverse().map(word) };
}

/** The features of each head that lie in it most, by their share: what the head says, in the dictionary's words. */
export function topFeatures(
  sae: Sae,
  options: { readonly top?: number; readonly rates?: ArrayLike<number> } = {},
): { readonly feature: number; readonly share: number }[][] {
  const { top = 10, rates } = options;
  const shares = headAttribution(sae).numbers();
  const { features } = sizesOf(sae);
  const alive = Array.from({ length: features }, (_, i) => i).filter((i) => rates === undefined || rates[i] > 0);
  return Array.from({ length: sae.heads }, (_, k) =>
    alive
      .map((feature) => ({ feature, share: shares[feature * sae.heads + k] }))
      .sort((a, b) => b.share - a.share)
      .slice(0, top),
  );
}
