/** @file The hypergeometric distribution: how many of some marked things are among things drawn without replacement. As natural logarithms. */

import { logBinomial, logUnimodalSum } from "./binomial.ts";

/** Marked and drawn may change places: the distribution is the same. */
export interface Urn {
  /** Things in all. */
  readonly total: number;
  readonly marked: number;
  readonly drawn: number;
}

/** ln of the probability that just `hits` of the marked are drawn: C(marked, hits) · C(total − marked, drawn − hits) / C(total, drawn). */
export function logHypergeometric(hits: number, { total, marked, drawn }: Urn): number {
  if (hits < Math.max(0, marked + drawn - total) || hits > Math.min(marked, drawn)) return Number.NEGATIVE_INFINITY;
  // As binomials of one p, which cancels: with p = drawn/total each of the three is as small as the result, or near 1.
  const p = drawn / total;
  const q = (total - drawn) / total;
  return (
    logBinomial(hits, marked, p, q) + logBinomial(drawn - hits, total - marked, p, q) - logBinomial(drawn, total, p, q)
  );
}

/** ln of the probability that `threshold` or more of the marked are drawn; exact, with all digits however small it is. */
export function logHypergeometricTail(threshold: number, urn: Urn): number {
  const { total, marked, drawn } = urn;
  const least = Math.max(0, marked + drawn - total);
  const most = Math.min(marked, drawn);
  if (threshold <= least) return 0;
  if (threshold > most) return Number.NEGATIVE_INFINITY;
  const mode = Math.floor(((marked + 1) * (drawn + 1)) / (total + 2));
  return logUnimodalSum(
    Math.min(most, Math.max(threshold, mode)),
    { from: threshold, to: most },
    (hits) => logHypergeometric(hits, urn),
    (hits) => ((marked - hits) / (hits + 1)) * ((drawn - hits) / (total - marked - drawn + hits + 1)),
  );
}
