/** @file Layer by layer: how far classes of the next word are apart, with all that this is to be held against. */

import { CajalError, Rng, type Tensor } from "../../../graph/index.ts";
import { takeRows } from "../../../nn/index.ts";
import { conditionalGdv, frequent, type NullBand, permutedLabels } from "../discrimination-controls.ts";
import { distances } from "../distances.ts";
import { checkClasses, classesOf, discriminate, gdv } from "../generalized-discrimination.ts";
import { type ProbeOptions, probe } from "../linear-probe.ts";
import { standardised } from "../standardise.ts";
import type { ContextStates } from "./context-states.ts";

export interface ReadLayersOptions {
  /** Random orders of the labels, for the band in which the value lies when they mean nothing. Default 0: no band. */
  readonly permutations?: number;
  /** Classes of the last word with fewer contexts than twice this, and of the next word within one of them with fewer than this, are left out. Default 10. */
  readonly fewest?: number;
  readonly probe?: ProbeOptions;
  /** Of permutations and folds. Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onLayer?: (done: number, total: number) => void;
}

export interface LayerReading {
  readonly layer: string;
  readonly units: number;
  /** Generalized discrimination value by the class of the next word. */
  readonly next: number;
  /** By the class of the last word that was read. */
  readonly last: number;
  /** By the class of the next word, among contexts whose last words are of one class. */
  readonly conditional: number;
  /** Cross-validated accuracy of a linear read-out of the next word's class. */
  readonly accuracy: number;
  /** Only with `permutations`. */
  readonly band?: NullBand;
}

/** @throws CajalError as `gdv` does, with the layer's name */
export async function readLayers(
  { layers, next, last }: Pick<ContextStates, "layers" | "next" | "last">,
  { permutations = 0, fewest = 10, seed = 0, signal, onLayer, ...options }: ReadLayersOptions = {},
): Promise<LayerReading[]> {
  const classes = classesOf(next);
  checkClasses(classes);
  const known = frequent(last, Array.from(next.keys()), Math.max(2, 2 * fewest));
  const lastOfKnown = known.map((i) => last[i]);
  const rng = new Rng(seed);
  const read = async (layer: string, x: Tensor): Promise<LayerReading> => {
    const { scaled, dimensions } = standardised(x);
    const all = await distances(scaled);
    return {
      layer,
      units: x.shape[1],
      next: discriminate(all, dimensions, classes).gdv,
      last: (await gdv(takeRows(x, known), lastOfKnown, { subsample: known.length })).gdv,
      conditional: (await conditionalGdv(x, next, last, { fewest })).gdv,
      accuracy: (await probe(x, next, { seed, ...options.probe, ...(signal && { signal }) })).accuracy,
      ...(permutations > 0 && {
        band: permutedLabels(all, dimensions, classes, permutations, rng.split(layer)),
      }),
    };
  };
  const readings: LayerReading[] = [];
  for (const [layer, x] of Object.entries(layers)) {
    signal?.throwIfAborted();
    readings.push(await read(layer, x).catch((error) => Promise.reject(named(error, layer))));
    onLayer?.(readings.length, Object.keys(layers).length);
  }
  return readings;
}

function named(error: unknown, layer: string): unknown {
  if (!(error instanceof CajalError)) return error;
  const { code, message, advice } = error;
  return new CajalError(code, `layer "${layer}": ${message}`, { cause: error, ...(advice && { advice }) });
}
