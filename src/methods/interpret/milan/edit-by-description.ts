/**
 * @file editByDescription: takes out of a model the units that a word describes, as far as it does good.
 *
 * Some of the units that look at text, say, are also needed to see. So each candidate is silenced alone first, and candidates are ranked by how
 * well the model still does on validation data; then they are silenced one after the other in that order.
 */

import { CajalError, type Rng } from "../../../graph/index.ts";
import type { Edits, Model } from "../../../probe/index.ts";
import {
  AblatableModel,
  type AblatableOptions,
  accuracyWithout,
  type LabelledInputs,
  type UnitAddress,
} from "./ablation.ts";
import { mentions } from "./audit.ts";
import type { Description } from "./describe.ts";
import { retrainHead } from "./retrain-head.ts";

export interface EditOptions extends Omit<AblatableOptions, "layers"> {
  /** Most units that are taken out. Default 50. */
  readonly max?: number;
  /** Accuracy on validation data may fall by this much, 0–1. Default 0.1. */
  readonly tolerance?: number;
  /** Trains the last dense layer anew on the validation data, with the units gone. Default false. */
  readonly retrainHead?: boolean;
  /** Also the two controls: all units ranked the same way, and candidates' number of units by chance. Default true. */
  readonly controls?: boolean;
  readonly rng: Rng;
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
}

export interface EditPoint {
  readonly units: number;
  readonly validation: number;
  readonly test: number;
}

export interface EditCurve {
  readonly order: readonly UnitAddress[];
  /** From no unit on. */
  readonly points: readonly EditPoint[];
}

export interface EditResult {
  /** Units that the words describe, ranked. */
  readonly curve: EditCurve;
  /** The same ranking over all units, and units by chance. */
  readonly rankedAll?: EditCurve;
  readonly random?: EditCurve;
  /** The best point on test data among those whose validation accuracy is within the tolerance. */
  readonly chosen: EditPoint;
  /** The model without the chosen units. */
  readonly edited: Model;
}

/**
 * @param words any of which a candidate's description has
 * @param validation what single units are judged by
 * @param test what the model should do better on, such as pictures with misleading text
 * @throws CajalError `argument` when no description has any of the words
 */
export async function editByDescription(
  model: Model,
  descriptions: readonly Description[],
  words: readonly string[],
  validation: LabelledInputs,
  test: LabelledInputs,
  options: EditOptions,
): Promise<EditResult> {
  const { max = 50, tolerance = 0.1, controls = true, rng, signal, onProgress } = options;
  const live = descriptions.filter(({ dead }) => !dead);
  const candidates = live.filter(({ text }) => mentions(text, words));
  if (candidates.length === 0)
    throw new CajalError("argument", `no unit's description has any of: ${words.join(", ")}`, {
      advice: "Look at the descriptions, and choose words that occur in them.",
    });
  const layers = [...new Set(descriptions.map(({ layer }) => layer))];
  const ablatable = new AblatableModel(model, { ...options, layers });
  const ranked = controls ? live : candidates;
  const total = ranked.length + (controls ? 3 : 1) * Math.min(max, candidates.length);
  let done = 0;
  const tick = () => {
    signal?.throwIfAborted();
    onProgress?.(++done, total);
  };
  try {
    const alone = new Map<Description, number>();
    for (const unit of ranked) {
      alone.set(unit, (await accuracyWithout(ablatable, validation, [unit])).accuracy);
      tick();
    }
    const harmlessFirst = (units: readonly Description[]) =>
      [...units].sort((a, b) => (alone.get(b) ?? 0) - (alone.get(a) ?? 0)).slice(0, Math.min(max, candidates.length));
    const follow = async (order: readonly Description[]): Promise<EditCurve> => {
      const points: EditPoint[] = [];
      for (let units = 0; units <= order.length; units++) {
        const silenced = order.slice(0, units);
        const [kept, gained] = [
          await accuracyWithout(ablatable, validation, silenced),
          await accuracyWithout(ablatable, test, silenced),
        ];
        points.push({ units, validation: kept.accuracy, test: gained.accuracy });
        if (units > 0) tick();
      }
      return { order: order.map(({ layer, unit }) => ({ layer, unit })), points };
    };
    const curve = await follow(harmlessFirst(candidates));
    const chosen = bestOf(curve.points, tolerance);
    const silenced = curve.order.slice(0, chosen.units);
    const without = silenced.length > 0 ? model.edit(editsOf(silenced)) : model;
    const edited = options.retrainHead ? await retrainHead(without, validation, rng.split("head"), signal) : without;
    if (!controls) return { curve, chosen, edited };
    const rankedAll = await follow(harmlessFirst(live));
    const chance = [...rng.split("random").permutation(live.length)].map((i) => live[i]);
    return { curve, rankedAll, random: await follow(chance.slice(0, curve.order.length)), chosen, edited };
  } finally {
    await ablatable.release();
  }
}

/** The fewest units among the points that do best on test data and lose no more than the tolerance on validation data. */
function bestOf(points: readonly EditPoint[], tolerance: number): EditPoint {
  const [whole] = points;
  return points
    .filter(({ validation }) => validation >= whole.validation - tolerance)
    .reduce((best, point) => (point.test > best.test ? point : best), whole);
}

/** Units of each layer, set to zero. */
export function editsOf(units: readonly UnitAddress[]): Edits {
  const byLayer = new Map<string, number[]>();
  for (const { layer, unit } of units) byLayer.set(layer, [...(byLayer.get(layer) ?? []), unit]);
  return Object.fromEntries([...byLayer].map(([layer, list]) => [layer, { units: list, set: 0 }]));
}
