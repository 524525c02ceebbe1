/** @file Stage 1: which pairs of neurons change together, when, in which animals. */

import type { Recording } from "../../../data/index.ts";
import { CajalError, Tensor } from "../../../graph/index.ts";
import { type AlignedAnimal, type AlignOptions, alignRecordings } from "../aligned-recordings.ts";
import { saturatedSlope } from "./differential.ts";

export interface AffinityOptions extends AlignOptions {
  /** Deviation of the Gaussian that smooths the traces, in seconds. Default 1. */
  readonly sigmaSec?: number;
  /** Seconds that are averaged. Default 2; around events, one sample. */
  readonly binSec?: number;
  /** Affinity of neurons that change in opposite directions instead. Default false. */
  readonly anti?: boolean;
  /**
   * For behaviour that each animal shows at times of its own: the average around its events, from `before` seconds ahead of them to `after`
   * seconds past them. Default: the animals share the clock, as in experiments with timed stimuli.
   */
  readonly align?: {
    /** Seconds, by animal in the order of the recordings. */
    readonly events: readonly (readonly number[])[];
    readonly before: number;
    readonly after: number;
  };
  /** In how many animals a neuron and a pair must be seen to be kept. Default 1 and 1. */
  readonly seenIn?: { readonly neurons?: number; readonly pairs?: number };
}

export interface AffinityTensor {
  /** a_ij ≥ 0 by time, animal and pair of neurons; 0 where the mask is. [T', W, P] */
  readonly A: Tensor;
  /** Whether both neurons were seen. [T', W, P] of bool */
  readonly mask: Tensor;
  readonly names: readonly string[];
  readonly animals: readonly string[];
  /** The middle of each bin in seconds; around events, 0 is the event. [T'] */
  readonly times: Float64Array;
  /** Pair p is of the neurons `i[p]` < `j[p]`. [P] each */
  readonly pairs: { readonly i: Int32Array; readonly j: Int32Array };
}

/**
 * Differential affinity: a_ij(t) = √max(0, u_i(t)·u_j(t)), the geometric mean of the slopes of two traces while both rise or both fall, 0 when one
 * rises and the other falls. The slopes are in each neuron's own deviations, saturated by tanh. It is high when neurons change together now, not
 * when they are correlated over the recording.
 *
 * The paper's kernel is not public in all detail; this one is ours.
 * @throws CajalError `argument` as `alignRecordings`, or when no event or no pair is left
 */
export function affinityTensor(recordings: readonly Recording[], options: AffinityOptions = {}): AffinityTensor {
  const { sigmaSec = 1, align, anti = false, seenIn = {}, warn = console.warn } = options;
  const aligned = alignRecordings(recordings, { ...options, warn });
  const { fs } = aligned;
  const kept = aligned.names.flatMap((_, n) => {
    const seen = aligned.animals.filter(({ traces }) => traces[n] !== undefined).length;
    return seen >= (seenIn.neurons ?? 1) ? [n] : [];
  });
  const animals = aligned.animals.map((animal) => ({ ...animal, traces: kept.map((n) => animal.traces[n]) }));
  const pairs = pairsSeen(animals, kept.length, seenIn.pairs ?? 1);
  const clock = align === undefined ? sharedClock(animals, fs, options, warn) : eventClock(animals, fs, options);
  const [bins, width, count] = [clock.times.length, animals.length, pairs.i.length];
  const A = new Float32Array(bins * width * count);
  const mask = new Uint8Array(bins * width * count);
  for (const [w, animal] of animals.entries()) {
    const slopes = animal.traces.map((trace) => trace && rootsOf(saturatedSlope(trace, fs, sigmaSec * fs)));
    const samples = clock.samples[w];
    for (let p = 0; p < count; p++) {
      const [first, second] = [slopes[pairs.i[p]], slopes[pairs.j[p]]];
      if (first === undefined || second === undefined || samples.length === 0) continue;
      for (let bin = 0; bin < bins; bin++) {
        const place = (bin * width + w) * count + p;
        A[place] = meanAffinity(first, second, samples, bin * clock.stride, clock.stride, anti);
        mask[place] = 1;
      }
    }
  }
  const shape = [bins, width, count];
  return {
    A: new Tensor("float32", shape, A),
    mask: new Tensor("bool", shape, mask),
    names: kept.map((n) => aligned.names[n]),
    animals: animals.map(({ animal }) => animal),
    times: clock.times,
    pairs,
  };
}

/** √u while a trace rises and √−u while it falls: the affinity of a pair is a product of these. */
interface Roots {
  readonly rising: Float64Array;
  readonly falling: Float64Array;
}

function rootsOf(slope: Float64Array): Roots {
  return {
    rising: slope.map((u) => Math.sqrt(Math.max(0, u))),
    falling: slope.map((u) => Math.sqrt(Math.max(0, -u))),
  };
}

/** The mean over a bin of every stretch. @param starts the sample at which each stretch begins */
function meanAffinity(a: Roots, b: Roots, starts: Int32Array, offset: number, length: number, anti: boolean): number {
  const [up, down] = anti ? [b.falling, b.rising] : [b.rising, b.falling];
  let sum = 0;
  for (const start of starts)
    for (let t = start + offset; t < start + offset + length; t++) sum += a.rising[t] * up[t] + a.falling[t] * down[t];
  return sum / (starts.length * length);
}

function pairsSeen(animals: readonly AlignedAnimal[], n: number, least: number): { i: Int32Array; j: Int32Array } {
  const i: number[] = [];
  const j: number[] = [];
  for (let a = 0; a < n; a++) {
    for (let b = a + 1; b < n; b++) {
      const seen = animals.filter(({ traces }) => traces[a] !== undefined && traces[b] !== undefined).length;
      if (seen < least) continue;
      i.push(a);
      j.push(b);
    }
  }
  if (i.length === 0)
    throw new CajalError("argument", `no pair of neurons is seen in ${least} of ${animals.length} recordings`, {
      advice: "Lower seenIn.",
    });
  return { i: Int32Array.from(i), j: Int32Array.from(j) };
}

/** Which samples of each animal make up the bins: stretches of `times.length · stride` samples, averaged over. */
interface Clock {
  readonly times: Float64Array;
  readonly stride: number;
  /** The first sample of each stretch, by animal. */
  readonly samples: readonly Int32Array[];
}

function sharedClock(
  animals: readonly AlignedAnimal[],
  fs: number,
  { binSec = 2 }: AffinityOptions,
  warn: (message: string) => void,
): Clock {
  const shortest = Math.min(...animals.map(({ length }) => length));
  const longest = Math.max(...animals.map(({ length }) => length));
  if (longest > shortest)
    warn(
      `recordings last ${(shortest / fs).toFixed(1)} to ${(longest / fs).toFixed(1)} s; all are cropped to the shortest`,
    );
  const stride = Math.max(1, Math.round(binSec * fs));
  const bins = Math.floor(shortest / stride);
  if (bins === 0)
    throw new CajalError(
      "argument",
      `bins of ${binSec} s are longer than the recordings (${(shortest / fs).toFixed(1)} s)`,
    );
  return {
    times: Float64Array.from({ length: bins }, (_, bin) => ((bin + 0.5) * stride) / fs),
    stride,
    samples: animals.map(() => Int32Array.of(0)),
  };
}

function eventClock(animals: readonly AlignedAnimal[], fs: number, { binSec, align }: AffinityOptions): Clock {
  if (align === undefined || align.events.length !== animals.length)
    throw new CajalError(
      "argument",
      `align.events has ${align?.events.length} lists for ${animals.length} recordings`,
      {
        advice: "Give the times of events of each recording, in seconds; an empty list where there are none.",
      },
    );
  const stride = binSec === undefined ? 1 : Math.max(1, Math.round(binSec * fs));
  const [before, after] = [Math.floor(align.before * fs), Math.floor(align.after * fs)];
  const bins = Math.floor((before + after) / stride);
  const samples = animals.map(({ length }, w) =>
    Int32Array.from(align.events[w], (event) => Math.round(event * fs) - before).filter(
      (start) => start >= 0 && start + bins * stride <= length,
    ),
  );
  if (bins <= 0 || samples.every((starts) => starts.length === 0))
    throw new CajalError(
      "argument",
      `no event has ${align.before} s before and ${align.after} s after it in its recording`,
    );
  return {
    times: Float64Array.from({ length: bins }, (_, bin) => (bin * stride + (stride - 1) / 2 - before) / fs),
    stride,
    samples,
  };
}
