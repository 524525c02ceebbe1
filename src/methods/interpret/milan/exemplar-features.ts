/** @file Whole exemplar sets as a region encoder sees them. */

import { stretchPicture } from "../../../data/index.ts";
import { CajalError, Tensor } from "../../../graph/index.ts";
import type { CandidateOptions, ExemplarBatch, ExemplarSet } from "./captioner.ts";
import type { PictureRegions, RegionEncoder } from "./region-encoder.ts";
import { stretchMask } from "./stretch-mask.ts";

/**
 * The vectors of each set's first `k` exemplars, [sets, k, features]; sets that have fewer repeat theirs. A picture that several sets share
 * as one object is looked at once. Pictures and masks of another size than the encoder's are resized to it.
 * @throws CajalError `argument` when a set has no exemplars, or not one mask for each picture
 */
export async function exemplarFeatures(
  encoder: Pick<RegionEncoder, "features" | "height" | "width" | "encode">,
  sets: ExemplarBatch,
  k: number,
  { signal, onProgress }: Pick<CandidateOptions, "signal" | "onProgress"> = {},
): Promise<Tensor> {
  const { features } = encoder;
  const size = [encoder.height, encoder.width] as const;
  const regions = new Map<unknown, PictureRegions & { readonly at: number[]; readonly masks: Uint8Array[] }>();
  for (const [set, { pictures, masks }] of sets.entries()) {
    checkSet(set, pictures, masks);
    for (let i = 0; i < k; i++) {
      const picture = pictures[i % pictures.length];
      const seen = regions.get(picture) ?? { picture: stretchPicture(picture, ...size), masks: [], at: [] };
      seen.masks.push(stretchMask(masks[i % pictures.length], [picture.height, picture.width], size));
      seen.at.push(set * k + i);
      regions.set(picture, seen);
    }
  }
  const pieces = [...regions.values()];
  const vectors = await encoder.encode(pieces, {
    ...(signal && { signal }),
    ...(onProgress && { onProgress: (done, total) => onProgress("looking at regions", done, total) }),
  });
  const data = new Float32Array(sets.length * k * features);
  for (const [row, at] of pieces.flatMap((piece) => piece.at).entries())
    data.set(vectors.subarray(row * features, (row + 1) * features), at * features);
  return new Tensor("float32", [sets.length, k, features], data);
}

function checkSet(set: number, pictures: ExemplarSet["pictures"], masks: ExemplarSet["masks"]): void {
  if (pictures.length > 0 && pictures.length === masks.length) return;
  throw new CajalError("argument", `captioner: set ${set} has ${pictures.length} pictures and ${masks.length} masks`, {
    advice: "Each picture needs the mask that says where the unit is on.",
  });
}
