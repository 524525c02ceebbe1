/** @file Traces whose products are correlations. */

/**
 * A trace brought to mean 0 and norm 1: the product of two is Pearson's r. Samples not seen (NaN) count as the mean; a trace that is the same all
 * the time becomes NaN.
 */
export function standardised(trace: Float32Array | Float64Array): Float64Array {
  let [sum, seen] = [0, 0];
  for (const value of trace)
    if (!Number.isNaN(value)) {
      sum += value;
      seen++;
    }
  const mean = sum / Math.max(1, seen);
  const centred = Float64Array.from(trace, (value) => (Number.isNaN(value) ? 0 : value - mean));
  const norm = Math.sqrt(centred.reduce((total, value) => total + value * value, 0));
  return centred.map((value) => value / norm);
}
