/**
 * @file One step further back: what heads read at a source token is a sum of what earlier layers wrote into the residual stream, so a feature's
 * attribution to a source splits into theirs. The division of the norm before the layer is taken as given.
 */

import { CajalError, type Tensor } from "../../../graph/index.ts";
import type { TextModel } from "../../../probe/index.ts";
import { attentionParts } from "./attribution.ts";
import { checkOrigin } from "./origin.ts";
import { type Sae, sizesOf } from "./sae.ts";
import type { AttentionSite } from "./site.ts";

export interface StreamAttribution {
  /** What wrote: "embedding", "block0/attention", "block0/mlp", …; of blocks whose parts are parallel "block0". */
  readonly parts: readonly string[];
  /** [parts][sources 0 … t]: through all heads together. */
  readonly bySource: readonly Float64Array[];
  /** What shifts of the norm and biases of values add at each source: with it the parts sum to the attribution by source. */
  readonly constant: Float64Array;
}

/**
 * By how much each earlier part, at each source token, raises a feature's pre-activation at step t.
 * @throws CajalError `argument` for models other than decoders of safetensors or llama2.c, `unknown-unit`, `shape`
 */
export async function streamAttribution(
  model: TextModel,
  site: AttentionSite,
  sae: Sae,
  tokens: readonly number[],
  feature: number,
  t: number,
): Promise<StreamAttribution> {
  await checkOrigin(model, site, sae);
  const { decoder } = model.network;
  if (decoder === undefined)
    throw new CajalError("argument", `${model.name}: what wrote into the stream is not known of an ONNX model`, {
      advice: "Open the model from its safetensors.",
    });
  const { features } = sizesOf(sae);
  if (!(feature >= 0 && feature < features))
    throw new CajalError("unknown-unit", `the dictionary has no feature ${feature}; it has ${features}`);
  if (!(t >= 0 && t < tokens.length))
    throw new CajalError("argument", `the text has no step ${t}; it has ${tokens.length}`);
  const stream = await streamBefore(model, site.layer, tokens.slice(0, t + 1));
  const [{ pattern }] = await attentionParts(model, site, [tokens.slice(0, t + 1)]);
  const { attention, attentionNorm } = decoder.params.blocks[site.layer];
  const { keyValueHeads, width } = decoder.sizes;
  const { heads, headWidth } = site;
  const reading = readingOf(attentionNorm, stream.whole, decoder.options, width);
  const encoder = sae.encoder.data;
  const result = stream.parts.map(() => new Float64Array(t + 1));
  const constant = new Float64Array(t + 1);
  for (let k = 0; k < heads; k++) {
    const kept = Math.floor((k * keyValueHeads) / heads);
    const { weight, bias } = attention.value;
    // The feature's direction as the stream sees it, through this head.
    const seen = new Float64Array(width);
    let shift = 0;
    for (let j = 0; j < headWidth; j++) {
      const w = Number(encoder[(k * headWidth + j) * features + feature]);
      const column = kept * headWidth + j;
      for (let i = 0; i < width; i++) seen[i] += w * Number(weight.data[i * weight.shape[1] + column]);
      shift += w * Number(bias?.data[column] ?? 0);
    }
    for (let i = 0; i < width; i++) shift += seen[i] * reading.shift[i];
    for (let s = 0; s <= t; s++) {
      const looks = Number(pattern.data[(k * (t + 1) + t) * (t + 1) + s]);
      constant[s] += looks * shift;
      for (const [part, written] of stream.parts.entries())
        result[part][s] += looks * reading.read(written.values, s, seen);
    }
  }
  return { parts: stream.parts.map(({ name }) => name), bySource: result, constant };
}

interface Written {
  readonly name: string;
  /** [steps, width] */
  readonly values: Float64Array;
}

/** What was written into the stream before a layer, part by part, and their sum. */
async function streamBefore(
  model: TextModel,
  layer: number,
  tokens: readonly number[],
): Promise<{ readonly parts: readonly Written[]; readonly whole: Float64Array }> {
  const wanted = model
    .layers()
    .map(({ name }) => name)
    .filter((name) => name === "embedding" || (/\/(middle|residual)$/.test(name) && Number(/\d+/.exec(name)) < layer));
  const states = await model.activations(tokens, wanted);
  let before: Float64Array = new Float64Array(states.embedding.size);
  const parts = wanted.map((name): Written => {
    const now = states[name].numbers();
    const values = now.map((x, i) => x - before[i]);
    before = now;
    return { name: partName(name, wanted), values };
  });
  return { parts, whole: before };
}

function partName(name: string, wanted: readonly string[]): string {
  const [block, place] = name.split("/");
  if (place === undefined) return name;
  if (!wanted.includes(`${block}/middle`)) return block;
  return `${block}/${place === "middle" ? "attention" : "mlp"}`;
}

type Norm = { readonly scale: Tensor; readonly shift?: Tensor };

/** How the layer reads the stream, linear once its norm's division is known: Σ_i seen_i · g_i · (x_i − mean)/σ_s, and a shift. */
function readingOf(
  norm: Norm,
  whole: Float64Array,
  { placement = "pre", epsilon = 1e-5 }: { readonly placement?: string; readonly epsilon?: number },
  width: number,
) {
  const plain = placement === "post";
  const centred = !plain && norm.shift !== undefined;
  const meanOf = (x: Float64Array, s: number) =>
    centred ? x.subarray(s * width, (s + 1) * width).reduce((sum, v) => sum + v, 0) / width : 0;
  const deviations = Float64Array.from({ length: whole.length / width }, (_, s) => {
    if (plain) return 1;
    const mean = meanOf(whole, s);
    const square = whole.subarray(s * width, (s + 1) * width).reduce((sum, v) => sum + (v - mean) ** 2, 0) / width;
    return Math.sqrt(square + epsilon);
  });
  const scale = (i: number) => (plain ? 1 : Number(norm.scale.data[i]));
  return {
    shift: Float64Array.from({ length: width }, (_, i) => (plain ? 0 : Number(norm.shift?.data[i] ?? 0))),
    read: (x: Float64Array, s: number, seen: Float64Array) => {
      const mean = meanOf(x, s);
      let sum = 0;
      for (let i = 0; i < width; i++) sum += seen[i] * scale(i) * (x[s * width + i] - mean);
      return sum / deviations[s];
    },
  };
}
