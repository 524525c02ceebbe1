/** Recordings from files that a person dropped: CSV, NPZ and NPY, MATLAB, NWB; traces, or times of spikes. */

import { gunzipSync } from "fflate";
import {
  decodeNpy,
  decodeNpz,
  lengthOf,
  type Recording,
  recordingFromCsv,
  recordingFromNwb,
  recordingOf,
  recordingsFromMat,
} from "../../../src/data/index.ts";
import { CajalError, type Tensor } from "../../../src/graph/index.ts";

export interface ReadRecording extends Recording {
  /** False: the file has no times, so that samples count as seconds. */
  readonly hasTime: boolean;
}

/** Names of columns and arrays that say when, and which neuron. */
const timeNames = /^(?:times?(?:_s)?|spike_?times?|t|seconds)$/i;
const unitNames = /^(?:units?|neurons?|cells?|clusters?|spike_?clusters?|ids?)$/i;

/** @throws CajalError `bad-file` when it is no recording */
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
    return ofSpikes(times, units, name);
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
    return ofSpikes(times.numbers(), units.numbers(), name);
  if (matrix === undefined)
    throw new CajalError("bad-file", `${name} has no matrix of neurons × samples`, {
      advice: "Or arrays `times` (seconds) and `units` of equal length, for spikes.",
    });
  const fs = entries.find(([key, { size }]) => /^(?:fs|fps|rate|sampling_?rate)$/i.test(key) && size === 1)?.[1];
  return { ...recordingOf(matrix, { fs: fs?.numbers()[0] ?? 1, animal: name }), hasTime: fs !== undefined };
}

/** A bin is a millisecond, or longer where that would be more bins than a screen can tell apart by zooming, or more than memory holds. */
const mostBins = 400_000;
const mostCounts = 2 ** 27;

/** Spikes as counts. */
function ofSpikes(times: ArrayLike<number>, units: ArrayLike<number>, name: string): ReadRecording {
  const known = new Set<number>();
  let last = 0;
  for (let i = 0; i < times.length; i++) {
    known.add(units[i]);
    last = Math.max(last, times[i]);
  }
  const ids = [...known].sort((a, b) => a - b);
  const bin = Math.max(1e-3, last / mostBins, (last * ids.length) / mostCounts);
  const length = Math.floor(last / bin) + 1;
  if (!Number.isFinite(last) || ids.length * length > 2 * mostCounts)
    throw new CajalError("too-large", `${name}: spikes of ${ids.length} units until ${last} s are too many to show`, {
      advice: "Times are in seconds.",
    });
  const row = new Map(ids.map((id, n) => [id, n]));
  const traces = new Float32Array(ids.length * length);
  for (let i = 0; i < times.length; i++)
    if (times[i] >= 0) traces[(row.get(units[i]) ?? 0) * length + Math.floor(times[i] / bin)]++;
  return { traces, names: ids.map(String), fs: 1 / bin, animal: name, hasTime: true };
}
