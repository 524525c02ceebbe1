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
  /** The strongest pairs i < j, about three for each neuron, as i · N + j. */
  readonly strongest: Int32Array;
}

/** Longer recordings are averaged down to about so many samples. */
const mostSamples = 4000;
/** Edges of the graph that communities are found in: to each neuron's likest, if they are so alike. */
const neighbours = 12;
const leastAlike = 0.1;
/** Pairs that are shown. */
const leastShown = 0.2;
const mostShown = 900;

/** @param rest is awaited now and then, so that other work gets its turn */
export async function connectomeOf(recording: Recording, rest: () => Promise<void>): Promise<Connectome> {
  const n = recording.names.length;
  const correlations = await correlationsOf(await standardisedRows(recording, rest), rest);
  const communities = communitiesOf(correlations, n);
  await rest();
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
  return { correlations, communities, order, count: sizes.size, strongest: strongestOf(correlations, n) };
}

/** Standardised traces, averaged down where they are long. */
async function standardisedRows(recording: Recording, rest: () => Promise<void>): Promise<Float64Array[]> {
  const length = lengthOf(recording);
  const step = Math.max(1, Math.ceil(length / mostSamples));
  const rows: Float64Array[] = [];
  for (let n = 0; n < recording.names.length; n++) {
    const means = new Float32Array(Math.floor(length / step));
    for (let t = 0, at = n * length; t < means.length; t++) {
      let [sum, seen] = [0, 0];
      for (const end = at + step; at < end; at++) {
        const value = recording.traces[at];
        if (Number.isNaN(value)) continue;
        sum += value;
        seen++;
      }
      means[t] = seen > 0 ? sum / seen : Number.NaN;
    }
    rows.push(standardised(means));
    await rest();
  }
  return rows;
}

/** All products of two rows: four rows at a time, which read the others once for all of them. */
async function correlationsOf(rows: readonly Float64Array[], rest: () => Promise<void>): Promise<Float32Array> {
  const n = rows.length;
  const length = n > 0 ? rows[0].length : 0;
  const correlations = new Float32Array(n * n);
  for (let i = 0; i < n; i += 4) {
    const [a, b, c, d] = [0, 1, 2, 3].map((k) => rows[Math.min(i + k, n - 1)]);
    for (let j = i; j < n; j++) {
      const row = rows[j];
      let [ra, rb, rc, rd] = [0, 0, 0, 0];
      for (let t = 0; t < length; t++) {
        const value = row[t];
        ra += a[t] * value;
        rb += b[t] * value;
        rc += c[t] * value;
        rd += d[t] * value;
      }
      for (const [k, r] of [ra, rb, rc, rd].entries())
        if (i + k < n) correlations[(i + k) * n + j] = correlations[j * n + i + k] = r;
    }
    await rest();
  }
  return correlations;
}

function communitiesOf(correlations: Float32Array, n: number): Int32Array {
  const edges = new Map<number, number>();
  for (let i = 0; i < n; i++) {
    const own = correlations.subarray(i * n, (i + 1) * n);
    const alike: number[] = [];
    for (let j = 0; j < n; j++) if (j !== i && own[j] > leastAlike) alike.push(j);
    for (const j of alike.sort((a, b) => own[b] - own[a]).slice(0, neighbours))
      edges.set(Math.min(i, j) * n + Math.max(i, j), own[j]);
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

function strongestOf(correlations: Float32Array, n: number): Int32Array {
  const pairs: number[] = [];
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) if (correlations[i * n + j] > leastShown) pairs.push(i * n + j);
  const most = Math.min(3 * n, mostShown);
  // Typed arrays are sorted far faster than by a function of ours.
  const values = Float32Array.from(pairs, (pair) => correlations[pair]).sort();
  const least = values[Math.max(0, values.length - most)];
  return Int32Array.from(
    pairs
      .filter((pair) => correlations[pair] >= least)
      .sort((a, b) => correlations[b] - correlations[a])
      .slice(0, most),
  );
}
