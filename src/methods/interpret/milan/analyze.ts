/** @file analyze: which descriptions belong to units that matter. Units are silenced in the order of a property of their descriptions. */

import type { Rng } from "../../../graph/index.ts";
import type { Model } from "../../../probe/index.ts";
import {
  AblatableModel,
  type AblatableOptions,
  accuracyWithout,
  type LabelledInputs,
  type UnitAddress,
} from "./ablation.ts";
import type { Description } from "./describe.ts";
import { wordsOf } from "./vocabulary.ts";
import { countKinds } from "./word-kinds.ts";
import { similarityTo, type WordVectors, widestDistance } from "./word-vectors.ts";

/** A number that a description gets; units with the largest go first. */
export interface Criterion {
  readonly name: string;
  score(description: Description): number;
}

/** Number of adjectives, nouns, verbs and adpositions, length; with vectors of words, their largest distance and likeness to query words. */
export function criteria(
  options: { readonly vectors?: WordVectors; readonly queries?: readonly string[] } = {},
): Criterion[] {
  const { vectors, queries = [] } = options;
  const counted = (["adjective", "noun", "verb", "adposition"] as const).map(
    (kind): Criterion => ({ name: `${kind}s`, score: ({ text }) => countKinds(text)[kind] }),
  );
  const length: Criterion = { name: "length", score: ({ text }) => wordsOf(text).length };
  if (vectors === undefined) return [...counted, length];
  const distance: Criterion = { name: "word distance", score: ({ text }) => widestDistance(text, vectors) };
  const likeness = queries.map(
    (query): Criterion => ({ name: `like "${query}"`, score: ({ text }) => similarityTo(query, text, vectors) }),
  );
  return [...counted, length, distance, ...likeness];
}

export interface AnalyzeOptions extends Omit<AblatableOptions, "layers"> {
  readonly criteria: readonly Criterion[];
  /** Shares of all described units, dead ones included. Default 0, 2 %, … 20 %. */
  readonly shares?: readonly number[];
  /** Orders by chance to compare with. Default 5. */
  readonly randomOrders?: number;
  /** Orders by chance, and among units that score alike. */
  readonly rng: Rng;
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
}

/** Accuracy as more and more units are silenced. */
export interface AblationCurve {
  readonly criterion: string;
  readonly points: readonly {
    readonly share: number;
    readonly units: number;
    readonly accuracy: number;
    readonly byClass: readonly number[];
  }[];
}

export interface AblationCurves {
  readonly curves: readonly AblationCurve[];
  readonly random: readonly AblationCurve[];
  /** Units of each layer, and how many of them are dead. */
  readonly layers: readonly { readonly layer: string; readonly units: number; readonly dead: number }[];
}

const usualShares = Array.from({ length: 11 }, (_, i) => i / 50);

/** Silences units in descending order of each criterion, and in random orders. @throws CajalError `unknown-layer` */
export async function analyze(
  model: Model,
  descriptions: readonly Description[],
  data: LabelledInputs,
  options: AnalyzeOptions,
): Promise<AblationCurves> {
  const { shares = usualShares, randomOrders = 5, rng, signal, onProgress } = options;
  const layers = [...new Set(descriptions.map(({ layer }) => layer))];
  const ablatable = new AblatableModel(model, { ...options, layers });
  const total = (options.criteria.length + randomOrders) * shares.length;
  let done = 0;
  const curve = async (criterion: string, order: readonly UnitAddress[]): Promise<AblationCurve> => {
    const points: AblationCurve["points"][number][] = [];
    for (const share of shares) {
      signal?.throwIfAborted();
      const units = Math.round(share * order.length);
      points.push({ share, units, ...(await accuracyWithout(ablatable, data, order.slice(0, units))) });
      onProgress?.(++done, total);
    }
    return { criterion, points };
  };
  try {
    const curves: AblationCurve[] = [];
    for (const criterion of options.criteria)
      curves.push(await curve(criterion.name, ordered(descriptions, criterion, rng.split(criterion.name))));
    const random: AblationCurve[] = [];
    for (let i = 0; i < randomOrders; i++)
      random.push(await curve(`random ${i + 1}`, shuffled(descriptions, rng.split("random").split(i))));
    return {
      curves,
      random,
      layers: layers.map((layer) => {
        const own = descriptions.filter((description) => description.layer === layer);
        return { layer, units: own.length, dead: own.filter(({ dead }) => dead).length };
      }),
    };
  } finally {
    await ablatable.release();
  }
}

function shuffled(descriptions: readonly Description[], rng: Rng): Description[] {
  return [...rng.permutation(descriptions.length)].map((i) => descriptions[i]);
}

/** The largest scores first, chance among equal ones; dead units, which change nothing, last. */
function ordered(descriptions: readonly Description[], { score }: Criterion, rng: Rng): Description[] {
  const scored = shuffled(descriptions, rng).map((description) => ({
    description,
    score: description.dead ? Number.NEGATIVE_INFINITY : score(description),
  }));
  return scored.sort((a, b) => (a.score === b.score ? 0 : b.score - a.score)).map(({ description }) => description);
}
