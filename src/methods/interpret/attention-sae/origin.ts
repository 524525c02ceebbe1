/** @file Which site of which model a dictionary belongs to. */

import { CajalError, type Tensor } from "../../../graph/index.ts";
import type { LanguageModel } from "../../../probe/index.ts";
import { type Origin, type Sae, sizesOf } from "./sae.ts";
import { type AttentionSite, checkWidth, outputWeights } from "./site.ts";

export async function originOf(model: LanguageModel, site: AttentionSite): Promise<Origin> {
  const weights = await outputWeights(model, site);
  return {
    model: model.name,
    z: site.z,
    layer: site.layer,
    begins: (model.begin ?? []).length > 0,
    ...(weights !== undefined && { fingerprint: fingerprint(weights) }),
    ...(model.context !== undefined && { context: model.context }),
  };
}

/** A short name of an array's bytes (FNV-1a, 32 bits): it tells models apart, and guards against nothing else. */
export function fingerprint({ data, shape }: Tensor): string {
  let hash = 0x811c9dc5;
  const take = (byte: number) => {
    hash = Math.imul(hash ^ byte, 0x01000193);
  };
  for (const byte of new TextEncoder().encode(shape.join("x"))) take(byte);
  for (const byte of new Uint8Array(data.buffer, data.byteOffset, data.byteLength)) take(byte);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

/**
 * Whether a dictionary is of this site of this model. Dictionaries from elsewhere, without a fingerprint, are held against the width alone.
 * @throws CajalError `shape` for another width, `argument` for another site or model
 */
export async function checkOrigin(model: LanguageModel, site: AttentionSite, sae: Sae): Promise<void> {
  checkWidth(site, sizesOf(sae).width, "the dictionary");
  const { origin } = sae;
  if (origin?.fingerprint === undefined) return;
  const weights = await outputWeights(model, site);
  if (weights === undefined || fingerprint(weights) === origin.fingerprint) return;
  throw new CajalError(
    "argument",
    `the dictionary was trained on "${origin.z}" of ${origin.model}, not on "${site.z}" of ${model.name}`,
    {
      advice: "Open that model, or train a dictionary for this one.",
    },
  );
}
