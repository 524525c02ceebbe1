/** @file describe: puts units into words, layer by layer, by what is most particular to them. */

import type { Candidate, CandidateOptions, Captioner, Ranked } from "./captioner.ts";
import { rankByInformation } from "./captioner.ts";
import type { ExemplarStore } from "./exemplar-store.ts";

export interface Description {
  readonly layer: string;
  readonly unit: number;
  /** What the unit looks for; "dead" for one that is never on. */
  readonly text: string;
  /** log p(d | E) − λ log p(d); 0 for dead ones, as is log p(d | E). */
  readonly pmi: number;
  readonly logp: number;
  /** The next best. */
  readonly runnersUp: readonly { readonly text: string; readonly pmi: number }[];
  readonly dead: boolean;
}

/** Keeps the descriptions of whole layers: a description that was cut off goes on with the next layer. */
export interface DescriptionStorage {
  read(layer: string): Promise<readonly Description[] | undefined>;
  write(layer: string, descriptions: readonly Description[]): Promise<void>;
}

export interface DescribeOptions {
  /** λ: how much it counts against a caption that it is said of anything. Default 0.2. */
  readonly lambda?: number;
  /** Candidates that are ranked. Default 50. */
  readonly beam?: number;
  /** Most words. Default 15. */
  readonly length?: number;
  readonly storage?: DescriptionStorage;
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
  /** How far the captioner is with the units that it looks at. */
  onStage?: CandidateOptions["onProgress"];
}

/** Units that a captioner is shown at once when it does not say: enough to share pictures, few enough to hold. */
const usualUnits = 64;
const runnersUpKept = 4;

/**
 * Descriptions of all units of the store, in its order, as they come.
 * @throws CajalError as the captioner; what was finished by then is kept in the storage
 */
export async function* describe(
  store: ExemplarStore,
  captioner: Captioner,
  options: DescribeOptions = {},
): AsyncGenerator<Description> {
  const { storage, signal, onProgress } = options;
  const total = store.layers.reduce((sum, { name }) => sum + store.units(name).length, 0);
  let done = 0;
  for (const { name } of store.layers) {
    const kept = await storage?.read(name);
    if (kept !== undefined) {
      yield* kept;
      done += kept.length;
      onProgress?.(done, total);
      continue;
    }
    const described: Description[] = [];
    const units = store.units(name);
    const atOnce = captioner.units ?? usualUnits;
    for (let from = 0; from < units.length; from += atOnce) {
      signal?.throwIfAborted();
      const part = await describeUnits(store, captioner, name, units.slice(from, from + atOnce), options);
      described.push(...part);
      yield* part;
      done += part.length;
      onProgress?.(done, total);
    }
    await storage?.write(name, described);
  }
}

async function describeUnits(
  store: ExemplarStore,
  captioner: Captioner,
  layer: string,
  units: readonly number[],
  { lambda = 0.2, beam = 50, length = 15, signal, onStage }: DescribeOptions,
): Promise<Description[]> {
  const live = units.filter((unit) => !store.isDead(layer, unit));
  let ranked: Ranked[][] = [];
  if (live.length > 0) {
    const sets = await store.sets(layer, live, captioner.size);
    const candidates = await captioner.candidates(sets, beam, {
      length,
      ...(signal && { signal }),
      ...(onStage && { onProgress: onStage }),
    });
    ranked = await rankByInformation(captioner, candidates.map(distinct), lambda);
  }
  const byUnit = new Map(live.map((unit, i) => [unit, ranked[i]]));
  return units.map((unit): Description => {
    const list = byUnit.get(unit);
    if (list === undefined || list.length === 0)
      return {
        layer,
        unit,
        text: list === undefined ? "dead" : "",
        pmi: 0,
        logp: 0,
        runnersUp: [],
        dead: list === undefined,
      };
    const [best, ...others] = list;
    return {
      layer,
      unit,
      text: best.text,
      pmi: best.pmi,
      logp: best.logp,
      runnersUp: others.slice(0, runnersUpKept).map(({ text, pmi }) => ({ text, pmi })),
      dead: false,
    };
  });
}

/** Each text once, with its best estimate; a caption of no words is none. */
function distinct(candidates: readonly Candidate[]): Candidate[] {
  const best = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const known = best.get(candidate.text);
    if (candidate.text !== "" && (known === undefined || candidate.logp > known.logp))
      best.set(candidate.text, candidate);
  }
  return [...best.values()];
}
