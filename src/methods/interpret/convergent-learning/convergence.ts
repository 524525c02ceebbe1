/** @file Several nets: every pair of them, layer by layer, and which unit is found in how many nets. */

import { CajalError } from "../../../graph/index.ts";
import type { Model, SampleSet } from "../../../probe/index.ts";
import type { PassOptions } from "./activation-pass.ts";
import { type JointStats, pairStats, swapped } from "./joint-stats.ts";
import { distinctPartners, type Matching, matchUnits, meanScore } from "./match.ts";
import { sourceOf, type Tap } from "./tap.ts";

export interface ConvergenceOptions extends PassOptions {
  /** "same": layers of the same name; "all": every layer with every layer. Default: "same" where all nets name the same layers, else "all". */
  readonly layers?: "same" | "all";
  /** From this score on a unit counts as found. Default 0.5. */
  readonly found?: number;
}

/** One layer of one net against one of another. */
export interface LayerPair {
  readonly a: Tap;
  readonly b: Tap;
  readonly stats: JointStats;
  readonly semi: Matching;
  readonly matching: Matching;
  /** Means over the units that have partners. */
  readonly semiScore: number;
  readonly matchingScore: number;
  /** Under semi-matching: how many units of b are partners, over the units of a that have one. */
  readonly distinct: number;
}

/** How the units of a layer fare in all other nets. */
export interface LayerCommon {
  readonly tap: Tap;
  /** In how many other nets each unit is found, in the layer that matches best. */
  readonly foundIn: Int32Array;
  readonly otherNets: number;
  /** Units that no other net has. */
  readonly unique: readonly number[];
}

export interface ConvergenceReport {
  readonly pairs: readonly LayerPair[];
  readonly layers: readonly LayerCommon[];
  readonly warnings: readonly string[];
}

/**
 * Every pair of nets on the same inputs, in one pass.
 * @param models layers of nets: several taps may be of one net
 * @throws CajalError as `jointStats` and `matchUnits`; `argument` when all are of one net
 */
export async function convergence(
  models: readonly Tap[],
  data: SampleSet,
  options: ConvergenceOptions = {},
): Promise<ConvergenceReport> {
  const { found = 0.5 } = options;
  const layers = options.layers ?? (sameLayers(models) ? "same" : "all");
  const numbers: [number, number][] = [];
  for (let i = 0; i < models.length; i++)
    for (let j = i + 1; j < models.length; j++) {
      const wanted = layers === "all" || models[i].tensor === models[j].tensor;
      if (models[i].model !== models[j].model && wanted && canBeCompared(models[i], models[j], layers))
        numbers.push([i, j]);
    }
  if (numbers.length === 0)
    throw new CajalError("argument", "convergence: there are no two nets with layers to compare", {
      advice: "Give taps of two models at least, of the same kind of layer.",
    });
  const stats = await pairStats(models, numbers, data, options);
  const pairs = stats.map((one, p) => pairOf(models[numbers[p][0]], models[numbers[p][1]], one));
  return {
    pairs,
    layers: models.map((tap) => commonUnits(tap, pairs, found)),
    warnings: [...new Set(stats.flatMap(({ warnings }) => warnings))],
  };
}

export function pairOf(a: Tap, b: Tap, stats: JointStats): LayerPair {
  const [semi, matching] = [matchUnits(stats, { mode: "semi" }), matchUnits(stats)];
  const { distinct, matched } = distinctPartners(semi);
  return {
    a,
    b,
    stats,
    semi,
    matching,
    semiScore: meanScore(semi),
    matchingScore: meanScore(matching),
    distinct: distinct / Math.max(1, matched),
  };
}

/** @param found from this score on a unit counts as found */
export function commonUnits(tap: Tap, pairs: readonly LayerPair[], found = 0.5): LayerCommon {
  const units = sourceOf(tap).layer.units;
  const foundIn = new Int32Array(units);
  const nets = new Set(pairs.filter(({ a, b }) => a === tap || b === tap).flatMap(({ a, b }) => [a.model, b.model]));
  const others = [...nets].filter((net) => net !== tap.model);
  for (const net of others) {
    let best: { readonly mean: number; readonly score: Float64Array } | undefined;
    for (const pair of pairs) {
      const forward = pair.a === tap && pair.b.model === net;
      if (!forward && !(pair.b === tap && pair.a.model === net)) continue;
      if (best !== undefined && best.mean >= pair.matchingScore) continue;
      const { score } = forward ? pair.matching : matchUnits(swapped(pair.stats));
      best = { mean: pair.matchingScore, score };
    }
    for (let unit = 0; unit < units; unit++) if (best !== undefined && best.score[unit] >= found) foundIn[unit]++;
  }
  const unique = Array.from(foundIn, (_, unit) => unit).filter((unit) => foundIn[unit] === 0);
  return { tap, foundIn, otherNets: others.length, unique };
}

function sameLayers(taps: readonly Tap[]): boolean {
  const names = new Map<Model, string[]>();
  for (const { model, tensor } of taps) names.set(model, [...(names.get(model) ?? []), tensor]);
  return new Set([...names.values()].map((own) => [...own].sort().join("\n"))).size === 1;
}

/** Where all layers are compared with all, those of other kinds are passed over; where names say what belongs together, they are an error. */
function canBeCompared(a: Tap, b: Tap, layers: "same" | "all"): boolean {
  return layers === "same" || sourceOf(a).layer.shape.length === sourceOf(b).layer.shape.length;
}
