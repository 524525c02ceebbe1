/** @file Recordings as tables: one column per neuron, one row per sample. */

import { dsvFormat } from "d3-dsv";
import { CajalError } from "../../graph/index.ts";
import type { Recording } from "./recording.ts";

export interface CsvRecordingOptions {
  readonly animal: string;
  /** Samples per second. Default: from the column of times. */
  readonly fs?: number;
  /** The column of times in seconds. Default: the first that is named time, time_s, t or seconds, if there is one. */
  readonly time?: string;
  /** Columns that are no neurons. Default: none but the time. */
  readonly other?: readonly string[];
  /** Default ",". */
  readonly delimiter?: string;
}

export interface CsvRecording extends Recording {
  /** The columns that are no neurons, by name. */
  readonly other: Readonly<Record<string, Float64Array>>;
}

/**
 * Reads a CSV file whose first line names the columns. Empty fields and "NaN" are samples not seen.
 * @throws CajalError `bad-file` for a field that is no number or rows of different length, `argument` when there is no sampling rate
 */
export function recordingFromCsv(text: string, options: CsvRecordingOptions): CsvRecording {
  const { animal, other = [], delimiter = "," } = options;
  const [header = [], ...rows] = dsvFormat(delimiter)
    .parseRows(text)
    .filter((row) => row.length > 1 || row[0] !== "");
  const columns = header.map((name) => name.trim());
  const time = options.time ?? columns.find((name) => /^(time(_s)?|t|seconds)$/i.test(name));
  const apart = new Set(time === undefined ? other : [time, ...other]);
  for (const name of apart)
    if (!columns.includes(name))
      throw new CajalError("bad-file", `${animal} has no column "${name}"`, {
        advice: `It has: ${columns.slice(0, 12).join(", ")}.`,
      });
  const values = columns.map(() => new Float64Array(rows.length));
  for (const [line, row] of rows.entries()) {
    if (row.length !== columns.length)
      throw new CajalError("bad-file", `${animal}, line ${line + 2}: ${row.length} fields, not ${columns.length}`);
    for (const [c, field] of row.entries())
      values[c][line] = numberOf(field, `${animal}, line ${line + 2}, ${columns[c]}`);
  }
  const neurons = columns.flatMap((name, c) => (apart.has(name) ? [] : [c]));
  const traces = new Float32Array(neurons.length * rows.length);
  for (const [row, c] of neurons.entries()) traces.set(values[c], row * rows.length);
  return {
    traces,
    names: neurons.map((c) => columns[c]),
    fs: options.fs ?? samplingRate(time === undefined ? undefined : values[columns.indexOf(time)], animal),
    animal,
    other: Object.fromEntries([...apart].map((name) => [name, values[columns.indexOf(name)]])),
  };
}

function numberOf(field: string, where: string): number {
  const text = field.trim();
  if (text === "" || text.toLowerCase() === "nan") return Number.NaN;
  const value = Number(text);
  if (Number.isNaN(value)) throw new CajalError("bad-file", `${where}: "${text.slice(0, 40)}" is no number`);
  return value;
}

/** Samples per second, on average over a recording. @throws CajalError `argument` */
export function samplingRate(times: ArrayLike<number> | undefined, animal: string): number {
  const span = times === undefined || times.length < 2 ? 0 : times[times.length - 1] - times[0];
  if (times === undefined || !(span > 0))
    throw new CajalError("argument", `recording ${animal} has no sampling rate`, {
      advice: "Give fs, in samples per second, or a column of times.",
    });
  return (times.length - 1) / span;
}
