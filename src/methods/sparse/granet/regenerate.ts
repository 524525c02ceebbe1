/** @file Neuroregeneration of one layer: its smallest connections go, as many others grow where the loss asks for them most. */

import { Tensor } from "../../../graph/index.ts";
import { markLargest, never } from "../largest.ts";
import { bitsOf, connections, union } from "../masks.ts";

/** The mask without its `count` connections of smallest |W|. @param weights of the mask's shape */
export function removeSmallest(weights: Tensor, mask: Tensor, count: number): Tensor {
  const kept = markLargest(magnitudes(weights, mask, 1), connections(mask) - count);
  return new Tensor("bool", mask.shape, kept);
}

/** The mask with `count` more connections: those of largest |score| among entries that are none. @param score of the mask's shape */
export function growLargest(score: Tensor, mask: Tensor, count: number): Tensor {
  const grown = markLargest(magnitudes(score, mask, 0), count);
  return union(mask, new Tensor("bool", mask.shape, grown));
}

/** |x| where the mask has the given bit. */
function magnitudes(x: Tensor, mask: Tensor, bit: 0 | 1): Float64Array {
  const [scores, bits] = [x.numbers(), bitsOf(mask, x)];
  for (let i = 0; i < scores.length; i++) scores[i] = bits[i] === bit ? Math.abs(scores[i]) : never;
  return scores;
}

/** How many connections of a layer a share is: rounded up, no more than there are free entries, and one always stays. */
export function exchangeCount(mask: Tensor, fraction: number): number {
  const active = connections(mask);
  return Math.max(0, Math.min(Math.ceil(fraction * active), mask.size - active, active - 1));
}

/**
 * The mask after a fraction of the layer's connections was exchanged: those of smallest |W| are removed, and as many entries become
 * connections, those of largest |∂L/∂W| among all that are none, the removed ones included. Weights of grown connections begin at 0.
 * @param weights [any shape]
 * @param gradient dense, ∂L/∂W at the masked weights; any other score grows by that score
 * @param mask bool, of the same shape
 */
export function regenerate(weights: Tensor, gradient: Tensor, mask: Tensor, fraction: number): Tensor {
  const count = exchangeCount(mask, fraction);
  return growLargest(gradient, removeSmallest(weights, mask, count), count);
}
