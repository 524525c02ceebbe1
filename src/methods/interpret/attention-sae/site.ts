/** @file Where a dictionary is learned: what the heads of one attention layer say, side by side, before the output projection. */

import { CajalError, compile, formatShape, Tensor, trace, type Value } from "../../../graph/index.ts";
import type { LanguageModel, Weights } from "../../../probe/index.ts";
import { type TracedAttention, traceAttention } from "./attention-graph.ts";
import { weightsOf } from "./model.ts";

/** One attention layer of a model. */
export interface AttentionSite {
  /** Its number among the model's attention layers, from 0 on. */
  readonly layer: number;
  /** The tap of z: for each token the attention-weighted values of all heads, side by side. */
  readonly z: string;
  readonly heads: number;
  readonly headWidth: number;
  /** Why the attention pattern cannot be had: z can be explained, but not by source position. */
  readonly opaque?: string;
}

/** Texts and steps by which layers are found; no axis of a model is likely to have their sizes. */
const probed = { batch: 2, steps: 11 } as const;

/**
 * The attention layers of a model: of any that `open` loads, of an ONNX export (products, softmax and products, or a fused kernel), of a
 * `LanguageModel` of your own.
 * @throws CajalError `unknown-layer` when it has none
 */
export function findAttention(model: LanguageModel): AttentionSite[] {
  const { batch = probed.batch, steps = Math.min(probed.steps, model.context ?? probed.steps) } = model.fixed ?? {};
  const row = Tensor.zeros([batch, steps], "int64");
  let layers: readonly TracedAttention[] = [];
  trace(
    (weights: Weights<Value>, tokens: Value, present: Value) => {
      layers = traceAttention(model, [weights, tokens, present]).layers;
      return [];
    },
    [weightsOf(model), row, row],
  );
  if (layers.length === 0)
    throw new CajalError(
      "unknown-layer",
      `${model.name} has no attention: no softmax of a product that is multiplied with values`,
      {
        advice: "A kernel of its own hides it. Export the model with attention as plain MatMul and Softmax nodes.",
      },
    );
  return layers.map(({ name, heads, headWidth, opaque }, layer) => ({
    layer,
    z: name,
    heads,
    headWidth,
    ...(opaque !== undefined && { opaque }),
  }));
}

/** z's width: heads · headWidth. */
export function widthOf({ heads, headWidth }: AttentionSite): number {
  return heads * headWidth;
}

/** The attention layer of a site, in the graph that is being traced. @throws CajalError `unknown-layer` when it is of another model */
export function siteAmong(layers: readonly TracedAttention[], site: AttentionSite, name: string): TracedAttention {
  const found = layers.find((layer) => layer.name === site.z);
  if (found === undefined || found.heads !== site.heads || found.headWidth !== site.headWidth)
    throw new CajalError(
      "unknown-layer",
      `${name} has no attention "${site.z}" of ${site.heads} heads of ${site.headWidth}`,
      {
        advice: `It has: ${layers.map((layer) => layer.name).join(", ")}. Take the site from findAttention of the same model.`,
      },
    );
  return found;
}

/** W_O: what each element of z writes into the residual stream, [heads · headWidth, width]; undefined when the graph does not tell, or z is edited in it. */
export async function outputWeights(model: LanguageModel, site: AttentionSite): Promise<Tensor | undefined> {
  const { batch = probed.batch, steps = Math.min(probed.steps, model.context ?? probed.steps) } = model.fixed ?? {};
  const row = Tensor.zeros([batch, steps], "int64");
  const run = compile((weights: Weights<Value>, tokens: Value, present: Value) => {
    const { layers } = traceAttention(model, [weights, tokens, present]);
    const output = layers.find(({ name }) => name === site.z)?.output;
    return output === undefined ? [] : [output.cast("float32")];
  });
  try {
    const [weights] = await run(weightsOf(model), row, row);
    return weights;
  } finally {
    await run.release();
  }
}

/** @throws CajalError `argument` where a site has no pattern */
export function checkPattern({ z, opaque }: AttentionSite): void {
  if (opaque === undefined) return;
  throw new CajalError("argument", `"${z}": no attention pattern in the graph: ${opaque}`, {
    advice:
      'Export the model with attention as plain nodes (attn_implementation="eager"); dictionaries and attribution by head need z alone and work as it is.',
  });
}

/** @throws CajalError `shape` unless z rows are as wide as the site says */
export function checkWidth(site: AttentionSite, width: number, what: string): void {
  if (width !== widthOf(site))
    throw new CajalError(
      "shape",
      `${what} is for vectors of ${width}; "${site.z}" has ${formatShape([site.heads, site.headWidth])} = ${widthOf(site)}`,
      {
        advice: "It was trained on another site, or on another model.",
      },
    );
}
