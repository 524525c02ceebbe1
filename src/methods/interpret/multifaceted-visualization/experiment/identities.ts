/** @file What must hold whatever the data are: the solver of the denoising against another one, and gradients against differences. */

import { preprocessNamed } from "../../../../data/index.ts";
import type { Rng, Tensor } from "../../../../graph/index.ts";
import type { Model } from "../../../../probe/index.ts";
import { totalVariation, tvDenoise, tvObjective } from "../tv-denoise.ts";
import { findUnit } from "../unit.ts";
import { UnitGradient } from "../unit-gradient.ts";
import { dualAscent } from "./dual-ascent.ts";

export interface DenoisingProof {
  /** By how much its objective is above that of 2000 steps of projected dual ascent, at worst: %. */
  readonly above: number;
  /** Pairs of weights next to each other of which the smaller leaves no less variation. */
  readonly unordered: number;
}

/** On a noisy step from 60 to 180. */
export function proveDenoising(rng: Rng): DenoisingProof {
  const side = 24;
  const shape = [1, side, side];
  const image = Float32Array.from(
    { length: side * side },
    (_, i) => (i % side < side / 2 ? 60 : 180) + 20 * rng.gaussian(),
  );
  const weights = [0.02, 0.1, 0.4, 2];
  const results = weights.map((w) => tvDenoise(image, shape, w));
  const above = weights.map((w, i) => {
    const twin = tvObjective(dualAscent(image, shape, w, 2000), image, shape, w);
    return 100 * (tvObjective(results[i], image, shape, w) / twin - 1);
  });
  const left = results.map((v) => totalVariation(v, shape));
  return { above: Math.max(...above), unordered: left.filter((v, i) => i > 0 && v <= left[i - 1]).length };
}

/**
 * φ's gradient at random pixels of a noisy image, against central differences over half a grey level.
 * @param image [1, C, H, W]
 * @returns the largest difference over the largest derivative
 */
export async function gradientError(model: Model, channel: number, image: Tensor, rng: Rng): Promise<number> {
  const unit = findUnit(model, { tensor: "logits", channel });
  const places = [...rng.permutation(image.size).slice(0, 40)];
  const gradient = new UnitGradient(
    model,
    Array.from({ length: 2 * places.length }, () => unit),
    preprocessNamed(model.imported.metadata["cajal.preprocess"]),
  );
  // On noise, so that no unit is exactly where its rectifier bends, as all are on black ground whose bias is 0.
  const pixels = (image.data as Float32Array).map((pixel) => 0.5 * pixel + 127 * rng.random());
  const { gradients } = await gradient.at(pixels);
  const h = 0.25;
  const moved = new Float32Array(2 * places.length * pixels.length);
  for (const [n, place] of [...places, ...places].entries()) {
    moved.set(pixels, n * pixels.length);
    moved[n * pixels.length + place] += n < places.length ? h : -h;
  }
  const { activations } = await gradient.at(moved);
  await gradient.release();
  const difference = (p: number) => (activations[p] - activations[p + places.length]) / (2 * h);
  const largest = gradients.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  return Math.max(...places.map((place, p) => Math.abs(difference(p) - gradients[place]) / largest));
}
