/** @file The distribution of one unit's activations as ascending buckets: quantiles and histograms. */

/** Buckets that are not empty, in ascending order. Bucket i holds `counts[i]` values from `lower[i]` to `upper[i]`. */
export interface Distribution {
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  readonly counts: readonly number[];
}

/** Counts of values in equally wide bins between `from` and `to`. */
export interface Histogram {
  readonly from: number;
  readonly to: number;
  readonly counts: Float64Array;
}

/**
 * The value below which a share `q` of all values lies, 0 ≤ q ≤ 1: NaN without values.
 *
 * Taken from the bucket of the order statistic ⌊q·(n − 1)⌋, with the values of a bucket spread evenly over it: the
 * result differs from that order statistic by the bucket's width at most, and does not fall as q rises.
 */
export function quantileOf(distribution: Distribution, q: number): number {
  const { lower, upper, counts } = distribution;
  const total = counts.reduce((sum, count) => sum + count, 0);
  let rank = q * (total - 1);
  for (let i = 0; i < counts.length; i++) {
    if (rank < counts[i]) return lower[i] + (upper[i] - lower[i]) * Math.min(1, (rank + 0.5) / counts[i]);
    rank -= counts[i];
  }
  return Number.NaN;
}

/** Equally wide bins from the smallest to the largest value; a bucket's values are shared out by overlap. */
export function histogramOf(distribution: Distribution, bins: number): Histogram {
  const { lower, upper, counts } = distribution;
  const shares = new Float64Array(bins);
  if (counts.length === 0) return { from: 0, to: 0, counts: shares };
  const from = lower[0];
  const to = upper[upper.length - 1];
  const width = (to - from) / bins;
  const binOf = (value: number) => (width > 0 ? Math.min(bins - 1, Math.floor((value - from) / width)) : 0);
  for (let i = 0; i < counts.length; i++) {
    const [first, last] = [binOf(lower[i]), binOf(upper[i])];
    const span = upper[i] - lower[i];
    let left = counts[i];
    for (let bin = first; bin < last; bin++) {
      const overlap = from + (bin + 1) * width - Math.max(lower[i], from + bin * width);
      const share = Math.min(left, (counts[i] * Math.max(0, overlap)) / span);
      shares[bin] += share;
      left -= share;
    }
    shares[last] += left;
  }
  return { from, to, counts: shares };
}
