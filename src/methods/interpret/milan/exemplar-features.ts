/** @file Whole exemplar sets as a region encoder sees them. */

import { type Picture, stretchPicture } from "../../../data/index.ts";
import { CajalError, Tensor } from "../../../graph/index.ts";
import type { CandidateOptions, ExemplarBatch, ExemplarSet } from "./captioner.ts";
import type { PictureRegions, RegionEncoder } from "./region-encoder.ts";
import { runsOf } from "./runs-of-pixels.ts";
import { maskStretcher } from "./stretch-mask.ts";

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
  const stretchers = new Map<string, ReturnType<typeof maskStretcher>>();
  const stretched = (mask: Uint8Array, { height, width }: Picture) => {
    if (height === size[0] && width === size[1]) return mask;
    const key = `${height} ${width}`;
    const stretch = stretchers.get(key) ?? maskStretcher([height, width], size);
    stretchers.set(key, stretch);
    return stretch(runsOf(mask));
  };
  const regions = new Map<unknown, PictureRegions & { readonly at: number[]; readonly masks: Uint8Array[] }>();
  for (const [set, { pictures, masks }] of sets.entries()) {
    checkSet(set, pictures, masks);
    for (let i = 0; i < k; i++) {
      const picture = pictures[i % pictures.length];
      const seen = regions.get(picture) ?? { picture: atSize(picture, size), masks: [], at: [] };
      seen.masks.push(stretched(masks[i % pictures.length], picture));
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

/** Pictures at the size at which they were wanted last: layers share them. */
const stretchedBefore = new WeakMap<Picture, Picture>();

function atSize(picture: Picture, [height, width]: readonly [number, number]): Picture {
  const known = stretchedBefore.get(picture);
  if (known?.height === height && known.width === width) return known;
  const stretched = stretchPicture(picture, height, width);
  if (stretched !== picture) stretchedBefore.set(picture, stretched);
  return stretched;
}

function checkSet(set: number, pictures: ExemplarSet["pictures"], masks: ExemplarSet["masks"]): void {
  if (pictures.length > 0 && pictures.length === masks.length) return;
  throw new CajalError("argument", `captioner: set ${set} has ${pictures.length} pictures and ${masks.length} masks`, {
    advice: "Each picture needs the mask that says where the unit is on.",
  });
}
