/** @file What a dictionary is worth to the model: how much of what it predicts is left when ẑ stands in for z. */

import { CajalError, compile, Tensor, type Value } from "../../../graph/index.ts";
import { crossEntropies } from "../../../nn/index.ts";
import { type LanguageModel, textBatches, type Weights } from "../../../probe/index.ts";
import { logitsAmong, marksOf, type Texts, weightsOf } from "./model.ts";
import { checkOrigin } from "./origin.ts";
import { decode, encode, type Sae, type SaeWeights, sizesOf, weightsOfSae, withWeights } from "./sae.ts";
import { type AttentionSite, widthOf } from "./site.ts";
import { editedAt, type SiteEdit } from "./splice.ts";
import type { ReadOptions } from "./vectors.ts";

export interface SaeQuality {
  /** Active features per token. */
  readonly l0: number;
  /** Cross entropies of the next token in nats: as the model is; with ẑ for z at all tokens; with 0; with the mean of z. */
  readonly ceClean: number;
  readonly ceSae: number;
  readonly ceZero: number;
  readonly ceMean: number;
  /** (ceZero − ceSae)/(ceZero − ceClean). Taking z away altogether does much harm, so this flatters. */
  readonly recovered: number;
  /** The same with the mean in place of zero: the harsher one. */
  readonly recoveredMean: number;
  /** Share of features that never fired. */
  readonly dead: number;
  /** 1 − Σ‖z − ẑ‖²/Σ‖z − mean‖². */
  readonly explained: number;
  /** Of each feature, the share of tokens at which it fires: [m]. */
  readonly rates: Float64Array;
  /** Tokens that were looked at, marks left out. */
  readonly tokens: number;
}

/**
 * Reads texts four times: clean, with ẑ, with zeros, and with the mean of z, at every token; marks that begin texts are changed as well, and count in
 * nothing else.
 * @param mean of z [d]; default: that of these texts, read first
 * @throws CajalError `shape`, `argument` for a dictionary of another site, `no-data`
 */
export async function evaluateSae(
  model: LanguageModel,
  site: AttentionSite,
  sae: Sae,
  texts: Texts,
  options: ReadOptions = {},
): Promise<SaeQuality> {
  await checkOrigin(model, site, sae);
  if (texts.every((text) => text.length < 2)) throw new CajalError("no-data", "evaluateSae: no text has two tokens");
  const { features: count } = sizesOf(sae);
  const sums = await readThrough(model, site, sae, texts, options);
  const { tokens, predictions, squares, errors, rates, ce } = sums;
  const [ceClean, ceSae, ceZero, ceMean] = ce.map((sum) => sum / predictions);
  return {
    l0: rates.reduce((sum, n) => sum + n, 0) / tokens,
    ceClean,
    ceSae,
    ceZero,
    ceMean,
    recovered: (ceZero - ceSae) / (ceZero - ceClean),
    recoveredMean: (ceMean - ceSae) / (ceMean - ceClean),
    dead: rates.filter((n) => n === 0).length / count,
    explained: 1 - errors / squares,
    rates: rates.map((n) => n / tokens),
    tokens,
  };
}

interface Sums {
  tokens: number;
  predictions: number;
  /** Σ‖z − mean‖² and Σ‖z − ẑ‖². */
  squares: number;
  errors: number;
  /** Tokens at which each feature fires. */
  readonly rates: Float64Array;
  /** Σ cross entropy of the four runs. */
  readonly ce: Float64Array;
}

async function readThrough(
  model: LanguageModel,
  site: AttentionSite,
  sae: Sae,
  texts: Texts,
  options: ReadOptions,
): Promise<Sums> {
  const mean = await meanOf(model, site, texts, options);
  const run = compile((inputs: Inputs) => statistics(model, site, sae, inputs), options.compile);
  const sums: Sums = {
    tokens: 0,
    predictions: 0,
    squares: 0,
    errors: 0,
    rates: new Float64Array(sizesOf(sae).features),
    ce: new Float64Array(4),
  };
  try {
    for (const feeds of feedsOf(model, texts, options)) {
      const { fired, squares, errors, ce } = await run({
        weights: weightsOf(model),
        sae: weightsOfSae(sae),
        mean,
        ...feeds,
      });
      for (const [i, n] of fired.numbers().entries()) sums.rates[i] += n;
      for (const [i, sum] of ce.numbers().entries()) sums.ce[i] += sum;
      sums.squares += squares.item();
      sums.errors += errors.item();
      sums.tokens += feeds.counted.numbers().reduce((sum, x) => sum + x, 0);
      sums.predictions += feeds.predicted.numbers().reduce((sum, x) => sum + x, 0);
    }
  } finally {
    await run.release();
  }
  return sums;
}

interface Inputs {
  readonly weights: Weights<Value>;
  readonly sae: SaeWeights<Value>;
  readonly mean: Value;
  readonly tokens: Value;
  readonly present: Value;
  /** [batch, steps]: 1 at tokens of the texts that are no marks. */
  readonly counted: Value;
  /** [batch, steps]: 1 where the next token is one of the text. */
  readonly predicted: Value;
}

function statistics(model: LanguageModel, site: AttentionSite, given: Sae, inputs: Inputs) {
  const { weights, tokens, present, counted, predicted, mean } = inputs;
  const sae = withWeights(given, inputs.sae);
  const own = Object.keys(weights).length === 0 ? undefined : weights;
  const [batch, steps] = tokens.shape;
  const next = tokens.slice([1], [steps], [1]);
  const surprise = (edit: SiteEdit) => {
    const logits = logitsAmong(editedAt(model, site, edit)(tokens, present, own), model.name);
    const each = crossEntropies(logits.slice([0], [steps - 1], [1]), next);
    return each.mul(predicted.slice([0], [steps - 1], [1])).sum();
  };
  let seen: { z: Value; features: Value; hat: Value } | undefined;
  const clean = surprise((z) => {
    const features = encode(sae, z);
    seen = { z, features, hat: decode(sae, features) };
    return z;
  });
  if (seen === undefined) throw new CajalError("unknown-layer", `${model.name} does not reach "${site.z}"`);
  const { z, features, hat } = seen;
  const weigh = (each: Value) => each.mul(counted).sum();
  const all = [
    clean,
    surprise((x) => decode(sae, encode(sae, x))),
    surprise((x) => x.mul(0)),
    surprise((x) => mean.expand(x.shape)),
  ];
  return {
    fired: features
      .greater(0)
      .cast("float32")
      .mul(counted.unsqueeze(-1))
      .reshape([batch * steps, features.shape[2]])
      .sum(0),
    squares: weigh(z.sub(mean).square().sum(-1)),
    errors: weigh(z.sub(hat).square().sum(-1)),
    ce: all[0].tracer.emit(
      "Concat",
      all.map((sum) => sum.reshape([1])),
      { axis: 0 },
    ),
  };
}

/** The mean of z over the tokens of texts, marks left out: [d]. */
export async function meanOf(
  model: LanguageModel,
  site: AttentionSite,
  texts: Texts,
  options: ReadOptions = {},
): Promise<Tensor> {
  const run = compile((weights: Weights<Value>, tokens: Value, present: Value, counted: Value) => {
    let sum: Value | undefined;
    const edit = (z: Value) => {
      sum = z.mul(counted.unsqueeze(-1)).sum([0, 1]);
      return z;
    };
    const own = Object.keys(weights).length === 0 ? undefined : weights;
    editedAt(model, site, edit)(tokens, present, own);
    return sum === undefined ? [] : [sum];
  }, options.compile);
  const total = new Float64Array(widthOf(site));
  let count = 0;
  try {
    for (const { tokens, present, counted } of feedsOf(model, texts, { ...options, onProgress: undefined })) {
      const [sum] = await run(weightsOf(model), tokens, present, counted);
      for (const [j, value] of sum.numbers().entries()) total[j] += value;
      count += counted.numbers().reduce((n, x) => n + x, 0);
    }
  } finally {
    await run.release();
  }
  return Tensor.of(
    total.map((x) => x / count),
    [total.length],
  );
}

/** Batches of texts, with what counts in them. */
function* feedsOf(model: LanguageModel, texts: Texts, options: ReadOptions) {
  for (const { rows, size, steps, tokens, present } of textBatches(model, texts, options)) {
    const [counted, predicted] = [new Float32Array(size * steps), new Float32Array(size * steps)];
    for (const [row, i] of rows.entries())
      for (let t = marksOf(model, texts[i]); t < texts[i].length; t++) {
        counted[row * steps + t] = 1;
        if (t > 0) predicted[row * steps + t - 1] = 1;
      }
    const table = (data: Float32Array) => new Tensor("float32", [size, steps], data);
    yield { tokens, present, counted: table(counted), predicted: table(predicted) };
  }
}
