/** Which neurons go together: correlations of their traces, communities of neurons, an order that puts them side by side. */

import { lengthOf, type Recording } from "../../../src/data/index.ts";
import { Rng } from "../../../src/graph/index.ts";
import { louvain } from "../../../src/methods/brain/louvain.ts";
import { standardised } from "../../../src/methods/brain/standardised.ts";

export interface Connectome {
  /** Pearson's r of each pair: [N, N]; NaN where one does the same all the time. */
  readonly correlations: Float32Array;
  /** Of each neuron. */
  readonly communities: Int32Array;
  /** Neurons, communities side by side. */
  readonly order: Int32Array;
  readonly count: number;
}

/** Longer recordings are averaged down to about so many samples. */
const mostSamples = 4000;
/** Edges of the graph that communities are found in: to each neuron's likest, if they are so alike. */
const neighbours = 12;
const leastAlike = 0.1;

export function connectomeOf(recording: Recording): Connectome {
  const n = recording.names.length;
  const rows = shortened(recording).map(standardised);
  const correlations = new Float32Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) {
      let r = 0;
      for (let t = 0; t < rows[i].length; t++) r += rows[i][t] * rows[j][t];
      correlations[i * n + j] = correlations[j * n + i] = r;
    }
  }
  const communities = communitiesOf(correlations, n);
  const sizes = new Map<number, number>();
  for (const label of communities) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  const strength = Float64Array.from({ length: n }, (_, i) =>
    correlations
      .subarray(i * n, (i + 1) * n)
      .reduce((sum, r, j) => sum + (communities[i] === communities[j] && !Number.isNaN(r) ? r : 0), 0),
  );
  const order = Int32Array.from({ length: n }, (_, i) => i).sort(
    (a, b) =>
      (sizes.get(communities[b]) ?? 0) - (sizes.get(communities[a]) ?? 0) ||
      communities[a] - communities[b] ||
      strength[b] - strength[a],
  );
  return { correlations, communities, order, count: sizes.size };
}

/** The traces, averaged down where they are long. */
function shortened(recording: Recording): Float32Array[] {
  const length = lengthOf(recording);
  const step = Math.max(1, Math.ceil(length / mostSamples));
  return recording.names.map((_, n) => {
    const trace = recording.traces.subarray(n * length, (n + 1) * length);
    return Float32Array.from({ length: Math.floor(length / step) }, (_, t) => {
      let [sum, seen] = [0, 0];
      for (let k = t * step; k < (t + 1) * step; k++)
        if (!Number.isNaN(trace[k])) {
          sum += trace[k];
          seen++;
        }
      return seen > 0 ? sum / seen : Number.NaN;
    });
  });
}

function communitiesOf(correlations: Float32Array, n: number): Int32Array {
  const edges = new Map<number, number>();
  for (let i = 0; i < n; i++) {
    const likest = Array.from({ length: n }, (_, j) => j)
      .filter((j) => j !== i && correlations[i * n + j] > leastAlike)
      .sort((a, b) => correlations[i * n + b] - correlations[i * n + a])
      .slice(0, neighbours);
    for (const j of likest) edges.set(Math.min(i, j) * n + Math.max(i, j), correlations[i * n + j]);
  }
  const keys = [...edges.keys()];
  return louvain(
    {
      n,
      i: Int32Array.from(keys, (key) => Math.floor(key / n)),
      j: Int32Array.from(keys, (key) => key % n),
      w: Float64Array.from(edges.values()),
    },
    new Rng(1),
  );
}
