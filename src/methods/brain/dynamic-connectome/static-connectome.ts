/** @file What a motif must be told apart from: the connectome without time, as it is usually computed. */

import type { Recording } from "../../../data/index.ts";
import type { Tensor } from "../../../graph/index.ts";
import { type AlignOptions, alignRecordings } from "../aligned-recordings.ts";
import { standardised } from "../standardised.ts";

/** The mean affinity of each pair over all times and animals in which it was seen. [P] */
export function meanAffinity(A: Tensor, mask: Tensor): Float64Array {
  const pairs = A.shape[2];
  const sums = new Float64Array(pairs);
  const counts = new Float64Array(pairs);
  for (let place = 0; place < A.size; place++) {
    if (Number(mask.data[place]) === 0) continue;
    sums[place % pairs] += Number(A.data[place]);
    counts[place % pairs]++;
  }
  return sums.map((sum, p) => (counts[p] > 0 ? sum / counts[p] : 0));
}

/** |Pearson's correlation| of the traces of each pair of neurons, averaged over the animals in which both were seen. [N × N], names as `alignRecordings` gives them */
export function meanAbsoluteCorrelation(recordings: readonly Recording[], options?: AlignOptions): Float64Array {
  const { names, animals } = alignRecordings(recordings, options);
  const n = names.length;
  const sums = new Float64Array(n * n);
  const counts = new Float64Array(n * n);
  for (const { traces } of animals) {
    const standard = traces.map((trace) => trace && standardised(trace));
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++) {
        const [a, b] = [standard[i], standard[j]];
        if (a === undefined || b === undefined) continue;
        const r = Math.abs(a.reduce((sum, value, t) => sum + value * b[t], 0));
        for (const place of [i * n + j, j * n + i]) {
          sums[place] += r;
          counts[place]++;
        }
      }
    }
  }
  return sums.map((sum, place) => (counts[place] > 0 ? sum / counts[place] : 0));
}
