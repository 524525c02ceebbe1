/** @file Recordings of several animals brought to one list of neurons and one clock. */

import { lengthOf, type Recording } from "../../data/index.ts";
import { CajalError } from "../../graph/index.ts";

export interface AlignOptions {
  /** Which neurons are the same: those of one name, or those at one place (recordings of equally many neurons only). Default "name". */
  readonly alignBy?: "name" | "index";
  /** Told what was left out. Default: console.warn. */
  readonly warn?: (message: string) => void;
}

/** One animal's neurons on the common clock. */
export interface AlignedAnimal {
  readonly animal: string;
  /** By the common list of names; undefined where the animal lacks the neuron. */
  readonly traces: readonly (Float64Array | undefined)[];
  /** Samples of each trace. */
  readonly length: number;
}

export interface AlignedRecordings {
  readonly names: readonly string[];
  readonly animals: readonly AlignedAnimal[];
  /** Samples per second: the lowest of the recordings. */
  readonly fs: number;
}

/**
 * Brings recordings to the union of their neurons and to the lowest of their sampling rates (linearly interpolated). Samples that are NaN are
 * interpolated from their neighbours; constant traces and such without any sample count as missing.
 * @throws CajalError `argument` when recordings have no sampling rate, share no neuron, name one twice, or are constant for the most part
 */
export function alignRecordings(recordings: readonly Recording[], options: AlignOptions = {}): AlignedRecordings {
  const { alignBy = "name", warn = console.warn } = options;
  if (recordings.length === 0) throw new CajalError("argument", "there are no recordings");
  for (const recording of recordings) check(recording);
  const names = alignBy === "index" ? namesByIndex(recordings) : namesByName(recordings);
  const fs = Math.min(...recordings.map((recording) => recording.fs));
  const animals = recordings.map((recording) => {
    const usable = usableTraces(recording, warn);
    const traces = names.map((name, n) => {
      const trace = usable[alignBy === "index" ? n : recording.names.indexOf(name)];
      return trace === undefined ? undefined : resampled(trace, recording.fs / fs);
    });
    return {
      animal: recording.animal,
      traces,
      length: Math.floor((lengthOf(recording) - 1) / (recording.fs / fs)) + 1,
    };
  });
  return { names, animals, fs };
}

function check(recording: Recording): void {
  const { animal, fs, names } = recording;
  if (!(fs > 0 && Number.isFinite(fs)))
    throw new CajalError("argument", `recording ${animal} has no sampling rate`, {
      advice: "Give fs, in samples per second.",
    });
  const length = lengthOf(recording);
  if (!Number.isInteger(length) || length < 3)
    throw new CajalError("shape", `recording ${animal}: ${names.length} names and ${recording.traces.length} samples`, {
      advice: "Traces are [neurons × samples], row by row, of at least three samples.",
    });
  const twice = names.find((name, n) => names.indexOf(name) !== n);
  if (twice !== undefined)
    throw new CajalError("argument", `recording ${animal} has two neurons named ${twice}`, {
      advice: "Leave out or rename those whose name is not sure.",
    });
}

function namesByIndex(recordings: readonly Recording[]): readonly string[] {
  const [{ animal, names }] = recordings;
  for (const other of recordings)
    if (other.names.length !== names.length)
      throw new CajalError(
        "argument",
        `alignBy "index" needs recordings of equally many neurons: ${animal} has ${names.length}, ${other.animal} ${other.names.length}`,
      );
  return names;
}

function namesByName(recordings: readonly Recording[]): string[] {
  const seen = new Map<string, number>();
  for (const name of recordings.flatMap(({ names }) => names)) seen.set(name, (seen.get(name) ?? 0) + 1);
  if (recordings.length > 1 && Math.max(0, ...seen.values()) < 2)
    throw new CajalError(
      "argument",
      "recordings share 0 neuron names; pass names or set alignBy:'index' (only for equal N)",
    );
  return [...seen.keys()];
}

/** Traces without gaps; undefined for those that never change. */
function usableTraces(recording: Recording, warn: (message: string) => void): (Float64Array | undefined)[] {
  const { traces, names, animal } = recording;
  const length = lengthOf(recording);
  const missing: string[] = [];
  const usable = names.map((name, n) => {
    const trace = filled(Float64Array.from(traces.subarray(n * length, (n + 1) * length)));
    if (trace?.some((value) => value !== trace[0])) return trace;
    missing.push(
      `neuron ${name} in ${animal} ${trace === undefined ? "has no samples" : "is constant"}; marked missing`,
    );
    return undefined;
  });
  if (missing.length > names.length / 2)
    throw new CajalError(
      "argument",
      `${missing.length} of ${names.length} neurons in ${animal} are constant or empty`,
      {
        advice: "Are the traces [neurons × samples], and not the other way round?",
      },
    );
  for (const message of missing) warn(message);
  return usable;
}

/** Gaps between samples as straight lines, at the ends as constants; undefined when there is no sample. */
function filled(trace: Float64Array): Float64Array | undefined {
  let before = -1;
  for (let t = 0; t < trace.length; t++) {
    if (!Number.isFinite(trace[t])) continue;
    for (let gap = before + 1; gap < t; gap++) {
      const share = (gap - before) / (t - before);
      trace[gap] = before < 0 ? trace[t] : (1 - share) * trace[before] + share * trace[t];
    }
    before = t;
  }
  if (before < 0) return undefined;
  return trace.fill(trace[before], before + 1);
}

/** @param step old samples per new one */
function resampled(trace: Float64Array, step: number): Float64Array {
  if (step === 1) return trace;
  return Float64Array.from({ length: Math.floor((trace.length - 1) / step) + 1 }, (_, t) => {
    const place = Math.min(t * step, trace.length - 1);
    const left = Math.floor(place);
    const right = Math.min(left + 1, trace.length - 1);
    return trace[left] + (place - left) * (trace[right] - trace[left]);
  });
}
