/**
 * @file Which head, and which source token, makes a feature fire. The pre-activation is linear in z, and z is a sum over source tokens of values times
 * attention, so both splits are exact. Attention patterns are taken as given: why a head looks where it looks is not explained.
 */

import { CajalError, type CompileOptions, compile, Tensor, type Value } from "../../../graph/index.ts";
import { type LanguageModel, textBatches, type Weights } from "../../../probe/index.ts";
import { traceAttention } from "./attention-graph.ts";
import { weightsOf } from "./model.ts";
import { checkOrigin } from "./origin.ts";
import { type Sae, sizesOf } from "./sae.ts";
import { type AttentionSite, checkPattern, siteAmong, widthOf } from "./site.ts";

/** h [m, heads]: of each feature's decoder row, the share of its length that lies in each head; rows sum to 1. */
export function headAttribution(sae: Sae): Tensor {
  const { features, width } = sizesOf(sae);
  const { heads } = sae;
  const per = width / heads;
  const decoder = sae.decoder.data;
  const shares = new Float32Array(features * heads);
  for (let i = 0; i < features; i++) {
    let total = 0;
    const lengths = Array.from({ length: heads }, (_, k) => {
      let square = 0;
      for (let j = 0; j < per; j++) square += Number(decoder[i * width + k * per + j]) ** 2;
      total += Math.sqrt(square);
      return Math.sqrt(square);
    });
    for (const [k, length] of lengths.entries()) shares[i * heads + k] = total === 0 ? 1 / heads : length / total;
  }
  return new Tensor("float32", [features, heads], shares);
}

/** What attention did on texts: of each text its part without what filled the row. */
export interface AttentionParts {
  /** [steps, heads · headWidth] */
  readonly z: Tensor;
  /** [heads, steps, steps] */
  readonly pattern: Tensor;
  /** [keyValueHeads, steps, headWidth] */
  readonly values: Tensor;
}

/** z, patterns and values of texts of one length. @throws CajalError `argument` where the graph has no pattern */
export async function attentionParts(
  model: LanguageModel,
  site: AttentionSite,
  texts: readonly (readonly number[])[],
  options: CompileOptions = {},
): Promise<AttentionParts[]> {
  checkPattern(site);
  const steps = model.fixed?.steps ?? texts[0]?.length ?? 0;
  if (texts.some(({ length }) => length !== texts[0].length) || steps === 0)
    throw new CajalError("argument", "attentionParts: texts must have tokens, all of them as many");
  const run = compile((weights: Weights<Value>, tokens: Value, present: Value) => {
    const { z, pattern, values } = siteAmong(
      traceAttention(model, [weights, tokens, present]).layers,
      site,
      model.name,
    );
    if (pattern === undefined || values === undefined)
      throw new CajalError("argument", `"${site.z}" has no attention pattern`);
    const [batch] = tokens.shape;
    return {
      z: z.cast("float32").reshape([batch, steps, widthOf(site)]),
      pattern: pattern.cast("float32"),
      values: values.cast("float32"),
    };
  }, options);
  const found: AttentionParts[] = [];
  try {
    for (const { rows, tokens, present } of textBatches(model, texts, { batch: 16 })) {
      const batch = await run(weightsOf(model), tokens, present);
      for (const row of rows.keys())
        found.push({ z: entry(batch.z, row), pattern: entry(batch.pattern, row), values: entry(batch.values, row) });
    }
  } finally {
    await run.release();
  }
  return found;
}

function entry({ shape: [count, ...rest], data, size }: Tensor, row: number): Tensor {
  const length = size / count;
  return new Tensor("float32", rest, (data as Float32Array).slice(row * length, (row + 1) * length));
}

/** Where a pre-activation comes from: its sum is the pre-activation without `bias`. */
export interface DirectAttribution {
  /** [heads] */
  readonly byHead: Float32Array;
  /** [heads, t + 1]: of each source token, through each head. */
  readonly bySource: Tensor;
  /** b_e − b_d·w: what is there whatever the text. */
  readonly bias: number;
  readonly preActivation: number;
}

/** Direct feature attribution at step t of a text whose parts are known. */
export function attribute(parts: AttentionParts, sae: Sae, feature: number, t: number): DirectAttribution {
  const { features, width } = sizesOf(sae);
  const steps = parts.z.shape[0];
  if (!(feature >= 0 && feature < features))
    throw new CajalError("unknown-unit", `the dictionary has no feature ${feature}; it has ${features}`);
  if (!(t >= 0 && t < steps)) throw new CajalError("argument", `the text has no step ${t}; it has ${steps}`);
  const { heads } = sae;
  const per = width / heads;
  const shared = heads / parts.values.shape[0];
  const [encoder, bias, centre] = [sae.encoder.data, sae.encoderBias.data, sae.decoderBias.data];
  const w = Float64Array.from({ length: width }, (_, j) => Number(encoder[j * features + feature]));
  const [z, pattern, values] = [parts.z.data, parts.pattern.data, parts.values.data];
  const byHead = new Float32Array(heads);
  const bySource = new Float32Array(heads * (t + 1));
  let constant = Number(bias[feature]);
  for (let j = 0; j < width; j++) constant -= w[j] * Number(centre[j]);
  let total = constant;
  for (let k = 0; k < heads; k++) {
    let sum = 0;
    for (let j = k * per; j < (k + 1) * per; j++) sum += w[j] * Number(z[t * width + j]);
    byHead[k] = sum;
    total += sum;
    const kept = Math.floor(k / shared);
    for (let s = 0; s <= t; s++) {
      let said = 0;
      for (let j = 0; j < per; j++) said += w[k * per + j] * Number(values[(kept * steps + s) * per + j]);
      bySource[k * (t + 1) + s] = Number(pattern[(k * steps + t) * steps + s]) * said;
    }
  }
  return { byHead, bySource: new Tensor("float32", [heads, t + 1], bySource), bias: constant, preActivation: total };
}

/**
 * Direct feature attribution: by how much each head, and through it each source token, raises the feature's pre-activation at step t. Only what
 * heads say is split; where they look is taken as given. In a model that reads both ways, sources behind t are left out.
 * @throws CajalError `argument` where the graph has no pattern, `unknown-unit`, `shape` for a dictionary of another width
 */
export async function dfa(
  model: LanguageModel,
  site: AttentionSite,
  sae: Sae,
  tokens: readonly number[],
  feature: number,
  t: number,
): Promise<DirectAttribution> {
  await checkOrigin(model, site, sae);
  const [parts] = await attentionParts(model, site, [tokens]);
  return attribute(parts, sae, feature, t);
}
