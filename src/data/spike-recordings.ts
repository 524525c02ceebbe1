/** @file Recordings of spikes with labels: the Spiking Heidelberg Digits (SHD) and Spiking Speech Commands (SSC), and files like them. */

import { CajalError, Tensor } from "../graph/index.ts";
import { type Hdf5Data, readHdf5 } from "./formats/hdf5.ts";

/** One recording: spike i is of line `units[i]` at `times[i]`. */
export interface SpikeRecording {
  /** Seconds. */
  readonly times: Float64Array;
  readonly units: Int32Array;
  readonly label: number;
}

/**
 * The recordings of an HDF5 file with `spikes/times`, `spikes/units` (rows of different lengths) and `labels`.
 * @throws CajalError `bad-file` when one is missing or they do not belong together
 */
export function decodeSpikeRecordings(bytes: Uint8Array, name = "the spike file"): Promise<SpikeRecording[]> {
  return readHdf5(
    bytes,
    (file) => {
      const fail = (what: string) =>
        new CajalError("bad-file", `${name}: ${what}`, {
          advice: "A file like those of SHD and SSC has spikes/times, spikes/units and labels.",
        });
      const need = <K extends Hdf5Data["kind"]>(path: string, kind: K): Extract<Hdf5Data, { kind: K }> => {
        const data = file.read(path);
        if (data === undefined) throw fail(`it has no ${path}`);
        if (data.kind !== kind) throw fail(`${path} are ${data.kind}, not ${kind}`);
        return data as Extract<Hdf5Data, { kind: K }>;
      };
      const { rows: times } = need("spikes/times", "rows");
      const { rows: units } = need("spikes/units", "rows");
      const labels = need("labels", "numbers").tensor.numbers();
      if (times.length !== units.length || times.length !== labels.length)
        throw fail(`${times.length} rows of times, ${units.length} of units and ${labels.length} labels`);
      return times.map((row, i) => {
        if (row.size !== units[i].size) throw fail(`recording ${i} has ${row.size} times and ${units[i].size} units`);
        return { times: row.numbers(), units: Int32Array.from(units[i].numbers()), label: labels[i] };
      });
    },
    name,
  );
}

export interface BinOptions {
  /** Lines of the recordings. SHD and SSC: 700. */
  readonly lines: number;
  /** Lines that are added up into one. Default 1; 5 in most work on SHD. */
  readonly group?: number;
  /** ms of a step. Default 10. */
  readonly dt?: number;
  /** Steps; later spikes are left out. */
  readonly steps: number;
}

/**
 * Numbers of spikes in steps of time: float32 [recordings, steps, lines / group].
 * @throws CajalError `argument` when a spike is of a line that there is none of
 */
export function binSpikes(
  recordings: readonly SpikeRecording[],
  { lines, group = 1, dt = 10, steps }: BinOptions,
): Tensor {
  const width = Math.ceil(lines / group);
  const counts = new Float32Array(recordings.length * steps * width);
  for (const [r, { times, units }] of recordings.entries())
    for (const [i, unit] of units.entries()) {
      if (unit < 0 || unit >= lines)
        throw new CajalError("argument", `binSpikes: recording ${r} has a spike of line ${unit}, of ${lines} lines`);
      const step = Math.floor((times[i] * 1000) / dt);
      if (step >= 0 && step < steps) counts[(r * steps + step) * width + Math.floor(unit / group)]++;
    }
  return new Tensor("float32", [recordings.length, steps, width], counts);
}
