/** @file Neurons that relations share, beside what chance would give. */

import { type Matrix, zeros } from "../matrix.ts";
import { neuronCount } from "./ffn.ts";
import { type Found, topNeurons } from "./rank.ts";

export interface Overlap {
  readonly k: number;
  /** [relations, relations]: neurons in the top k of both. */
  readonly shared: Matrix;
  /** k²/N: the mean of the hypergeometric distribution. */
  readonly expected: number;
  /** Its standard deviation. */
  readonly deviation: number;
}

export function overlaps(found: Found, k = found.k): Overlap {
  const count = found.relations.length;
  const sets = found.relations.map(
    (_, r) => new Set(topNeurons(found, r, { k }).map(({ tensor, unit }) => `${tensor}:${unit}`)),
  );
  const shared = zeros(count, count);
  for (let i = 0; i < count; i++)
    for (let j = 0; j < count; j++) shared.data[i * count + j] = [...sets[i]].filter((one) => sets[j].has(one)).length;
  const neurons = neuronCount(found.maps);
  const share = k / neurons;
  const variance = neurons > 1 ? (k * share * (1 - share) * (neurons - k)) / (neurons - 1) : 0;
  return { k, shared, expected: k * share, deviation: Math.sqrt(variance) };
}
