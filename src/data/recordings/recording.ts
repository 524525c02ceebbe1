/** @file Recordings: the activity of named neurons over time, from whatever source. */

import { CajalError, formatShape, type Tensor } from "../../graph/index.ts";

/** The activity of one animal, or of one run of a model. */
export interface Recording {
  /** Row by row: `traces[n · T + t]` is neuron n at sample t. NaN where nothing was seen. [N, T] */
  readonly traces: Float32Array;
  /** The neurons' names; they say which neurons of several recordings are the same. [N] */
  readonly names: readonly string[];
  /** Samples per second. */
  readonly fs: number;
  readonly animal: string;
}

/** Samples per neuron. */
export function lengthOf({ traces, names }: Recording): number {
  return names.length === 0 ? 0 : traces.length / names.length;
}

export interface RecordingDetails {
  /** Default: "0", "1", … */
  readonly names?: readonly string[];
  readonly fs: number;
  readonly animal: string;
}

/**
 * A recording from a tensor: neurons × samples, such as an array of a NPY file or activations [units, steps] tapped from a model. Data
 * of float32 is not copied.
 * @throws CajalError `shape` when the tensor is no matrix or the names are not as many as its rows
 */
export function recordingOf(traces: Tensor, { names, fs, animal }: RecordingDetails): Recording {
  if (traces.shape.length !== 2)
    throw new CajalError("shape", `a recording is a matrix of neurons × samples, not ${formatShape(traces.shape)}`);
  const [neurons] = traces.shape;
  if (names !== undefined && names.length !== neurons)
    throw new CajalError("shape", `${animal} has ${neurons} traces but ${names.length} names`, {
      advice: "If the matrix is samples × neurons, transpose it.",
    });
  return {
    traces: traces.data instanceof Float32Array ? traces.data : new Float32Array(traces.numbers()),
    names: names ?? Array.from({ length: neurons }, (_, n) => String(n)),
    fs,
    animal,
  };
}

/** The recording with some of its neurons only. */
export function selectNeurons<R extends Recording>(recording: R, keep: (name: string) => boolean): R {
  const { traces, names } = recording;
  const length = lengthOf(recording);
  const kept = names.flatMap((name, n) => (keep(name) ? [n] : []));
  const selected = new Float32Array(kept.length * length);
  for (const [row, n] of kept.entries()) selected.set(traces.subarray(n * length, (n + 1) * length), row * length);
  return { ...recording, traces: selected, names: kept.map((n) => names[n]) };
}
