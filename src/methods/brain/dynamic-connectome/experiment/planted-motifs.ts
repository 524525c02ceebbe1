/** @file Recordings in which it is known who acts with whom, when, in which animals. */

import type { Recording } from "../../../../data/index.ts";
import type { Rng } from "../../../../graph/index.ts";
import { gaussianSmooth } from "../differential.ts";

export interface PlantedOptions {
  /** Default 40. */
  readonly neurons?: number;
  /** Default 10. */
  readonly animals?: number;
  /** Seconds; default 240. */
  readonly duration?: number;
  /** Samples per second; default 4. */
  readonly fs?: number;
  /** When each motif is active, from and to, in seconds. Default (0, 60), (50, 120), (110, 180), (170, 240). */
  readonly windows?: readonly (readonly [from: number, to: number])[];
  /** In how many animals each is. Default 7 of 10 animals. */
  readonly animalsPerMotif?: number;
  /** Groups of a motif, and neurons of each. Default 3 of 9 of 40 neurons. */
  readonly groups?: number;
  readonly groupSize?: number;
}

export interface PlantedMotif {
  readonly window: readonly [from: number, to: number];
  /** 1 for the animals that have it. [W] */
  readonly animals: Uint8Array;
  /** The group of each neuron, 1 … G; 0 for those that are not in it. [N] */
  readonly groups: Int32Array;
}

/**
 * Every neuron has slow private noise (a Gaussian process, σ = 2.5 s, of deviation 0.6) and white noise (0.15). While a motif is active in an animal, the
 * neurons of a group follow a slow waveform that they share, with gains of 0.7 to 1.3, and their private noise is a quarter of what it was.
 */
export function plantedMotifs(
  rng: Rng,
  options: PlantedOptions = {},
): { readonly recordings: Recording[]; readonly motifs: PlantedMotif[] } {
  const { neurons = 40, animals = 10, duration = 240, fs = 4, groups = 3 } = options;
  const {
    windows = [
      [0, 60],
      [50, 120],
      [110, 180],
      [170, 240],
    ],
  } = options;
  const { animalsPerMotif = Math.round(0.7 * animals), groupSize = Math.floor((0.7 * neurons) / groups) } = options;
  const length = Math.round(duration * fs);
  const motifs = windows.map((window): PlantedMotif => {
    const inAnimals = new Uint8Array(animals);
    for (const w of rng.permutation(animals).subarray(0, animalsPerMotif)) inAnimals[w] = 1;
    const ofNeuron = new Int32Array(neurons);
    for (const [place, n] of rng
      .permutation(neurons)
      .subarray(0, groups * groupSize)
      .entries())
      ofNeuron[n] = 1 + Math.floor(place / groupSize);
    return { window, animals: inAnimals, groups: ofNeuron };
  });
  const recordings = Array.from({ length: animals }, (_, w): Recording => {
    const own = Array.from({ length: neurons }, () => slowProcess(rng, length, 2.5 * fs, 0.6));
    const shared = Array.from({ length: neurons }, () => new Float64Array(length));
    const gain = Array.from({ length: neurons }, () => new Float64Array(length).fill(1));
    for (const motif of motifs) if (motif.animals[w] === 1) plant(rng, motif, gain, shared, fs);
    const traces = new Float32Array(neurons * length);
    for (let n = 0; n < neurons; n++)
      for (let t = 0; t < length; t++)
        traces[n * length + t] = gain[n][t] * own[n][t] + shared[n][t] + 0.15 * rng.gaussian();
    return { traces, names: Array.from({ length: neurons }, (_, n) => `n${n + 1}`), fs, animal: `animal ${w + 1}` };
  });
  return { recordings, motifs };
}

function plant(rng: Rng, motif: PlantedMotif, ownGain: Float64Array[], shared: Float64Array[], fs: number): void {
  const [from, to] = motif.window.map((seconds) => Math.round(seconds * fs));
  const waveforms = Array.from({ length: Math.max(...motif.groups) }, () => slowProcess(rng, to - from, 2.5 * fs, 1));
  for (const [n, group] of motif.groups.entries()) {
    if (group === 0) continue;
    const gain = 0.7 + 0.6 * rng.random();
    for (let t = from; t < to; t++) {
      shared[n][t] += gain * waveforms[group - 1][t - from];
      ownGain[n][t] = 0.25;
    }
  }
}

/** White noise, smoothed: a Gaussian process with a Gaussian kernel. @param sigma in samples */
function slowProcess(rng: Rng, length: number, sigma: number, deviation: number): Float64Array {
  const smooth = gaussianSmooth(
    Float64Array.from({ length }, () => rng.gaussian()),
    sigma,
  );
  // Σ k² of a Gaussian kernel of sum 1.
  const scale = deviation * Math.sqrt(2 * sigma * Math.sqrt(Math.PI));
  return smooth.map((value) => scale * value);
}
