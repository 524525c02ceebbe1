/** @file How fast each trace changes, on a scale that is the same for all neurons. */

/** Gaussian smoothing; at the ends the kernel is cut off and weighs what is left. @param sigma in samples; 0 leaves the trace as it is */
export function gaussianSmooth(trace: Float64Array, sigma: number): Float64Array {
  if (sigma <= 0) return trace.slice();
  const reach = Math.ceil(4 * sigma);
  const kernel = Float64Array.from({ length: reach + 1 }, (_, d) => Math.exp((-d * d) / (2 * sigma * sigma)));
  return trace.map((_, t) => {
    let sum = 0;
    let weight = 0;
    for (let s = Math.max(0, t - reach); s <= Math.min(trace.length - 1, t + reach); s++) {
      sum += kernel[Math.abs(s - t)] * trace[s];
      weight += kernel[Math.abs(s - t)];
    }
    return sum / weight;
  });
}

/** Per second, by central differences; one-sided at the ends. */
export function derivative(trace: Float64Array, fs: number): Float64Array {
  const last = trace.length - 1;
  return trace.map((_, t) => {
    const [before, after] = [Math.max(0, t - 1), Math.min(last, t + 1)];
    return ((trace[after] - trace[before]) * fs) / (after - before);
  });
}

function median(values: Float64Array): number {
  const sorted = values.slice().sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The standard deviation that normal values of the same median absolute deviation have; the plain one when that is 0. */
export function robustScale(values: Float64Array): number {
  const centre = median(values);
  const deviation = median(values.map((value) => Math.abs(value - centre)));
  if (deviation > 0) return deviation / 0.6745;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/**
 * u(t) = tanh(ẋ / 2σ̂): the slope of the smoothed trace in its own robust deviations, saturated so that a large transient counts once.
 * @param sigma of the smoothing, in samples
 */
export function saturatedSlope(trace: Float64Array, fs: number, sigma: number): Float64Array {
  const slope = derivative(gaussianSmooth(trace, sigma), fs);
  const scale = robustScale(slope);
  return scale > 0 ? slope.map((value) => Math.tanh(value / (2 * scale))) : slope;
}
