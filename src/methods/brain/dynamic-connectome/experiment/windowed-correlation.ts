/** @file The connectome in time as it is usually computed, for comparison: correlations in sliding windows. */

import { lengthOf, type Recording } from "../../../../data/index.ts";
import { Tensor } from "../../../../graph/index.ts";
import { standardised } from "../../standardised.ts";

/**
 * max(0, Pearson's r) of all pairs in consecutive windows, for recordings of the same neurons at the same rate.
 * @returns the tensor [windows, animals, pairs] and the middles of the windows in seconds
 */
export function windowedCorrelation(recordings: readonly Recording[], windowSec: number) {
  const [{ names, fs }] = recordings;
  const width = Math.round(windowSec * fs);
  const windows = Math.floor(Math.min(...recordings.map(lengthOf)) / width);
  const n = names.length;
  const pairs = (n * (n - 1)) / 2;
  const A = new Float32Array(windows * recordings.length * pairs);
  for (const [w, recording] of recordings.entries()) {
    const length = lengthOf(recording);
    for (let k = 0; k < windows; k++) {
      const pieces = names.map((_, i) =>
        standardised(recording.traces.subarray(i * length + k * width, i * length + (k + 1) * width)),
      );
      let place = (k * recordings.length + w) * pairs;
      for (let i = 0; i < n; i++)
        for (let j = i + 1; j < n; j++) {
          const r = pieces[i].reduce((sum, value, t) => sum + value * pieces[j][t], 0);
          // A constant has no correlation.
          A[place++] = Number.isNaN(r) ? 0 : Math.max(0, r);
        }
    }
  }
  return {
    A: new Tensor("float32", [windows, recordings.length, pairs], A),
    times: Float64Array.from({ length: windows }, (_, k) => ((k + 0.5) * width) / fs),
  };
}
