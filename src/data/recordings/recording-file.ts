/** @file Recordings from whatever file holds them: CSV, NPZ and NPY, MATLAB, NWB; traces, or times of spikes. */

import { gunzipSync } from "fflate";
import { CajalError, type Tensor } from "../../graph/index.ts";
import { decodeNpy } from "../formats/npy.ts";
import { decodeNpz } from "../formats/npz.ts";
import { recordingFromCsv } from "./csv.ts";
import { recordingsFromMat } from "./mat.ts";
import { recordingFromNwb } from "./nwb.ts";
import { lengthOf, type Recording, recordingOf } from "./recording.ts";
import { recordingOfSpikes } from "./spikes.ts";

export interface ReadRecording extends Recording {
  /** False: the file has no times, so that samples count as seconds. */
  readonly hasTime: boolean;
}

/** Names of columns and arrays that say when, and which neuron. */
const timeNames = /^(?:times?(?:_s)?|spike_?times?|t|seconds)$/i;
const unitNames = /^(?:units?|neurons?|cells?|clusters?|spike_?clusters?|ids?)$/i;

/**
 * The recordings of a file. Tables have one column per neuron, or two of times and units of spikes; arrays are neurons × samples, or `times` and
 * `units`; with .gz behind the name it is unzipped.
 * @param name with its ending, which says what it is
 * @throws CajalError `bad-file` when it is no recording, `too-large` for spikes that make too many bins
 */
export async function readRecordings(bytes: Uint8Array, name: string): Promise<ReadRecording[]> {
  const plain = name.replace(/\.gz$/i, "");
  const data = plain === name ? bytes : unzipped(bytes, name);
  const found = await readPlain(data, plain);
  if (found.length === 0 || found.every((one) => lengthOf(one) === 0))
    throw new CajalError("bad-file", `${name} holds no neurons with samples`);
  return found;
}

function unzipped(bytes: Uint8Array, name: string): Uint8Array {
  try {
    return gunzipSync(bytes);
  } catch (cause) {
    throw new CajalError("bad-file", `${name} is no gzip file, or a damaged one`, { cause });
  }
}

async function readPlain(bytes: Uint8Array, name: string): Promise<ReadRecording[]> {
  const timed = (list: readonly Recording[]) => list.map((one) => ({ ...one, hasTime: true }));
  if (/\.nwb$/i.test(name)) return timed([await recordingFromNwb(bytes, { animal: name })]);
  if (/\.mat$/i.test(name)) return timed(await recordingsFromMat(bytes, { name }));
  if (/\.np[yz]$/i.test(name))
    return [
      fromArrays(/\.npy$/i.test(name) ? { traces: decodeNpy(bytes, name) } : decodeNpz(bytes, { source: name }), name),
    ];
  if (/\.(?:csv|tsv|txt)$/i.test(name)) return [fromTable(new TextDecoder().decode(bytes), name)];
  throw new CajalError("bad-file", `${name} is of no kind that is read here`, {
    advice: "CSV or TSV (one column per neuron, or times and units of spikes), NPY, NPZ, MATLAB 7.3 and NWB are.",
  });
}

function fromTable(text: string, name: string): ReadRecording {
  const delimiter = text.slice(0, text.indexOf("\n")).includes("\t") ? "\t" : ",";
  const columns = text
    .slice(0, text.search(/\r?\n|$/))
    .split(delimiter)
    .map((one) => one.trim().replace(/^"|"$/g, ""));
  const time = columns.find((one) => timeNames.test(one));
  const unit = columns.find((one) => unitNames.test(one));
  if (columns.length === 2 && time !== undefined && unit !== undefined) {
    const { traces, names } = recordingFromCsv(text, { animal: name, fs: 1, time: columns[0], other: [], delimiter });
    const own = recordingFromCsv(text, { animal: name, fs: 1, time: columns[1], other: [], delimiter });
    const [times, units] = names[0] === unit ? [own.traces, traces] : [traces, own.traces];
    return { ...recordingOfSpikes(times, units, name), hasTime: true };
  }
  const options = { animal: name, delimiter, ...(time !== undefined && { time }) };
  return time === undefined
    ? { ...recordingFromCsv(text, { ...options, fs: 1 }), hasTime: false }
    : { ...recordingFromCsv(text, options), hasTime: true };
}

function fromArrays(arrays: Readonly<Record<string, Tensor>>, name: string): ReadRecording {
  const entries = Object.entries(arrays);
  const times = entries.find(([key, { shape }]) => timeNames.test(key) && shape.length === 1)?.[1];
  const units = entries.find(([key, { shape }]) => unitNames.test(key) && shape.length === 1)?.[1];
  const matrix = entries.find(([, { shape }]) => shape.length === 2)?.[1];
  if (times !== undefined && units !== undefined && times.size === units.size)
    return { ...recordingOfSpikes(times.numbers(), units.numbers(), name), hasTime: true };
  if (matrix === undefined)
    throw new CajalError("bad-file", `${name} has no matrix of neurons × samples`, {
      advice: "Or arrays `times` (seconds) and `units` of equal length, for spikes.",
    });
  const fs = entries.find(([key, { size }]) => /^(?:fs|fps|rate|sampling_?rate)$/i.test(key) && size === 1)?.[1];
  return { ...recordingOf(matrix, { fs: fs?.numbers()[0] ?? 1, animal: name }), hasTime: fs !== undefined };
}
