/** @file Pruning by magnitude: the connections with the largest weights stay, by one threshold for all layers or layer by layer. */

import { CajalError, Tensor } from "../../graph/index.ts";
import { markLargest, never } from "./largest.ts";
import { bitsOf, connections, entriesAt } from "./masks.ts";

/** Scores of all layers in one row, and back to a mask for each. */
interface Row {
  readonly scores: Float64Array;
  split(bits: Uint8Array): Tensor[];
}

function rowOf(scores: readonly Tensor[], masks: readonly Tensor[]): Row {
  const row = new Float64Array(masks.reduce((sum, { size }) => sum + size, 0));
  let start = 0;
  for (const [l, tensor] of scores.entries()) {
    const [values, bits] = [tensor.numbers(), bitsOf(masks[l], tensor)];
    for (let i = 0; i < bits.length; i++) row[start + i] = bits[i] === 0 ? never : Math.abs(values[i]);
    start += bits.length;
  }
  return {
    scores: row,
    split: (bits) => {
      let from = 0;
      return masks.map(({ shape, size }) => {
        from += size;
        return new Tensor("bool", shape, bits.slice(from - size, from));
      });
    },
  };
}

/**
 * Masks with the connections of largest |score|, ⌊density · entries⌋ of them over all layers together: one threshold for all. What is no
 * connection before is none after; of equal scores the first stays; each layer keeps at least one.
 * @param scores weights, or anything else of their shapes
 * @param masks which entries are connections now
 * @param names of the layers, for messages
 * @throws CajalError `argument` when that is less than one connection for each layer
 */
export function pruneGlobal(
  scores: readonly Tensor[],
  masks: readonly Tensor[],
  density: number,
  names: readonly string[] = masks.map((_, l) => `layer ${l}`),
): Tensor[] {
  const row = rowOf(scores, masks);
  const count = entriesAt(checked(density), row.scores.length);
  const largest = largestOfEach(row.scores, masks);
  if (count < masks.length) {
    const poorest = largest.reduce((least, at, l) => (row.scores[at] < row.scores[largest[least]] ? l : least), 0);
    throw new CajalError(
      "argument",
      `a density of ${density} keeps ${count} of ${row.scores.length} weights for ${masks.length} layers: none would be left to "${names[poorest]}", which has ${masks[poorest].size}`,
      { advice: `The smallest density that works here is ${atThreeDigits(masks.length / row.scores.length)}.` },
    );
  }
  // So that each layer keeps one, its largest is beyond competition.
  for (const at of largest) if (row.scores[at] > never) row.scores[at] = Number.POSITIVE_INFINITY;
  return row.split(markLargest(row.scores, count));
}

/** Where in the row the largest score of each layer stands. */
function largestOfEach(scores: Float64Array, masks: readonly Tensor[]): number[] {
  let start = 0;
  return masks.map(({ size }) => {
    let best = start;
    for (let i = start; i < start + size; i++) if (scores[i] > scores[best]) best = i;
    start += size;
    return best;
  });
}

/** The classifier's least density, once the network's is no more than that (Zhu & Gupta 2017; Gale et al. 2019). */
const classifierDensity = 0.2;

/**
 * As `pruneGlobal`, with a threshold for each layer: all layers have the same density, but the last, the classifier, keeps a fifth once the
 * others have less, and the others make up for it.
 * @throws CajalError `argument` when a layer would get no connection
 */
export function pruneUniform(
  scores: readonly Tensor[],
  masks: readonly Tensor[],
  density: number,
  names: readonly string[] = masks.map((_, l) => `layer ${l}`),
): Tensor[] {
  checked(density);
  const sizes = masks.map(({ size }) => size);
  const last = masks.length - 1;
  const spared = masks.length > 1 && density <= classifierDensity;
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const others = spared ? (density * total - classifierDensity * sizes[last]) / (total - sizes[last]) : density;
  return masks.map((mask, l) => {
    const share = spared && l === last ? classifierDensity : others;
    const count = entriesAt(share, mask.size);
    if (count < 1) {
      const smallest = Math.min(...(spared ? sizes.slice(0, last) : sizes));
      const least = spared
        ? (classifierDensity * sizes[last] + (total - sizes[last]) / smallest) / total
        : 1 / smallest;
      throw new CajalError(
        "argument",
        `a density of ${density} in each layer leaves no weight to "${names[l]}", which has ${mask.size}`,
        { advice: `The smallest density that works here is ${atThreeDigits(least)}.` },
      );
    }
    return pruneGlobal([scores[l]], [mask], Math.min(count, connections(mask)) / mask.size)[0];
  });
}

/** Rounded up, so that what is written works. */
function atThreeDigits(density: number): string {
  return (density * 1.01).toPrecision(3);
}

function checked(density: number): number {
  if (!(density > 0 && density <= 1)) throw new CajalError("argument", `a density of ${density} is not within (0, 1]`);
  return density;
}
