/** @file A model whose attention layer is seen through a dictionary: reconstructed, with features off, or with what is unexplained off. */

import { CajalError, intervene, Tensor, type Value } from "../../../graph/index.ts";
import type { LanguageModel } from "../../../probe/index.ts";
import { decode, encode, type Sae, sizesOf } from "./sae.ts";
import { type AttentionSite, checkWidth, widthOf } from "./site.ts";

/** What becomes of z, [batch, steps, d]. */
export type SiteEdit = (z: Value) => Value;

/** The model with z changed at the site; everything behind it follows. */
export function spliced(model: LanguageModel, site: AttentionSite, edit: SiteEdit): LanguageModel {
  return {
    name: model.name,
    tokenize: (words) => model.tokenize(words),
    ...(model.begin && { begin: model.begin }),
    ...(model.causal !== undefined && { causal: model.causal }),
    ...(model.fixed && { fixed: model.fixed }),
    ...(model.context !== undefined && { context: model.context }),
    ...(model.weights && { weights: model.weights }),
    ...(model.isLayer && { isLayer: (name, value) => model.isLayer?.(name, value) ?? true }),
    apply: (tokens, present, weights) => editedAt(model, site, edit)(tokens, present, weights),
  };
}

/** The model's `apply` with z changed, within a traced function. */
export function editedAt(model: LanguageModel, site: AttentionSite, edit: SiteEdit): LanguageModel["apply"] {
  return (tokens, present, weights) => {
    const [batch, steps] = tokens.shape;
    const apply = () => model.apply(tokens, present, weights);
    const whole = (z: Value) =>
      edit(z.cast("float32").reshape([batch, steps, widthOf(site)]))
        .reshape(z.shape)
        .cast(z.dtype);
    return intervene(apply, { [site.z]: whole })();
  };
}

/** ẑ in place of z. */
export function reconstruction(sae: Sae<Value | Tensor>): SiteEdit {
  return (z) => decode(sae, encode(sae, z));
}

/**
 * The model with features off: z − Σ f_i·W_d[i], so that what the dictionary does not explain stays as it is. "error": that part off instead, which
 * leaves ẑ.
 * @param positions steps at which they are off. Default: all
 * @throws CajalError `unknown-unit`, `shape`
 */
export function ablateFeatures(
  model: LanguageModel,
  site: AttentionSite,
  sae: Sae,
  features: readonly number[] | "error",
  positions?: readonly number[],
): LanguageModel {
  checkWidth(site, sizesOf(sae).width, "the dictionary");
  const taken = features === "error" ? unexplained(sae) : explainedBy(sae, features);
  return spliced(model, site, (z) => {
    if (positions === undefined) return z.sub(taken(z));
    const steps = z.shape[1];
    const at = Tensor.of(
      Array.from({ length: steps }, (_, t) => Number(positions.includes(t))),
      [1, steps, 1],
    );
    return z.sub(taken(z).mul(at));
  });
}

/** What the dictionary does not explain. */
function unexplained(sae: Sae): SiteEdit {
  return (z) => z.sub(reconstruction(sae)(z));
}

/** What some features add to ẑ. */
function explainedBy(sae: Sae, features: readonly number[]): SiteEdit {
  const count = sizesOf(sae).features;
  const wrong = features.find((i) => !Number.isInteger(i) || i < 0 || i >= count);
  if (wrong !== undefined)
    throw new CajalError("unknown-unit", `the dictionary has no feature ${wrong}; it has ${count}, from 0 on`);
  const mask = new Float32Array(count);
  for (const i of features) mask[i] = 1;
  return (z) =>
    encode(sae, z)
      .mul(z.tracer.lift(new Tensor("float32", [count], mask), "float32"))
      .matmul(sae.decoder);
}
