/** @file Recordings in MATLAB files of version 7.3, which are HDF5: structures of traces and names, such as those of Kato et al. 2015. */

import { CajalError, type Tensor } from "../../graph/index.ts";
import { type Hdf5File, readHdf5 } from "../formats/hdf5.ts";
import { samplingRate } from "./csv.ts";
import { numbered } from "./nwb.ts";
import type { Recording } from "./recording.ts";

/** The names of a structure's fields. */
export interface MatFields {
  /** [samples × neurons]. Default: the first there is of deltaFOverF_bc, deltaFOverF, traces, dFF, F. */
  readonly traces?: string;
  /** A cell array of names, or of cell arrays of candidate names, of which the first counts. Default: NeuronNames, IDs, names. */
  readonly names?: string;
  /** Samples per second. Default: fps, fs; else from the times. */
  readonly fs?: string;
  /** Seconds. Default: tv, timeVectorSeconds, time. */
  readonly time?: string;
  /** Which animal it is. Default: dataset, trialname, animal. */
  readonly animal?: string;
}

export interface MatOptions {
  /** What messages call the file, and animals that have no name of their own. */
  readonly name: string;
  readonly fields?: MatFields;
  /** Samples per second, when the file does not say. */
  readonly fs?: number;
}

const defaults: Readonly<Record<keyof MatFields, readonly string[]>> = {
  traces: ["deltaFOverF_bc", "deltaFOverF", "traces", "dFF", "F"],
  names: ["NeuronNames", "IDs", "names"],
  fs: ["fps", "fs"],
  time: ["tv", "timeVectorSeconds", "time"],
  animal: ["dataset", "trialname", "animal"],
};

/**
 * Reads every structure of a file that has traces, and every element of an array of such structures. Neurons without a name are "n001", ….
 * @throws CajalError `bad-file` when there is none, or the file is of an older version; `argument` when there is no sampling rate
 */
export function recordingsFromMat(bytes: Uint8Array, options: MatOptions): Promise<Recording[]> {
  if (new TextDecoder("latin1").decode(bytes.subarray(0, 19)) === "MATLAB 5.0 MAT-file")
    throw new CajalError("bad-file", `${options.name} is a MATLAB file of a version before 7.3`, {
      advice: "Save it with save(file, variables, '-v7.3').",
    });
  return readHdf5(bytes, (file) => read(file, options), options.name);
}

function read(file: Hdf5File, options: MatOptions): Recording[] {
  // What cell arrays refer to is in a group of its own.
  const places = ["", ...(file.keys("") ?? []).filter((key) => !key.startsWith("#"))];
  const recordings = places.flatMap((place) => {
    const traces = fieldOf(file, place, "traces", options);
    if (traces === undefined) return [];
    const data = file.read(traces);
    const elements = data?.kind === "references" ? data.targets.map((_, k) => k) : [undefined];
    return elements.map((element, k) =>
      readStructure(file, place, element, elements.length > 1 ? k : undefined, options),
    );
  });
  if (recordings.length === 0)
    throw new CajalError("bad-file", `${options.name} has no structure with traces`, {
      advice: `Give fields.traces; without it one of ${defaults.traces.join(", ")} is looked for.`,
    });
  return recordings;
}

/** The path of a field, if the structure has it. */
function fieldOf(
  file: Hdf5File,
  place: string,
  field: keyof MatFields,
  { fields = {} }: MatOptions,
): string | undefined {
  const known = file.keys(place) ?? [];
  const given = fields[field];
  const name = (given === undefined ? defaults[field] : [given]).find((candidate) => known.includes(candidate));
  return name === undefined ? undefined : place === "" ? name : `${place}/${name}`;
}

/** @param element which element of an array of structures; undefined for a single structure */
function readStructure(
  file: Hdf5File,
  place: string,
  element: number | undefined,
  number: number | undefined,
  options: MatOptions,
): Recording {
  const at = (field: keyof MatFields): string | undefined => {
    const path = fieldOf(file, place, field, options);
    const data = path === undefined || element === undefined ? undefined : file.read(path);
    return data?.kind === "references" ? data.targets[element ?? 0] : path;
  };
  const animal = textAt(file, at("animal")) || [options.name, number === undefined ? "" : number + 1].join(" ").trim();
  // MATLAB writes columns first: [samples × neurons] comes as [neurons, samples].
  const traces = numbersAt(file, at("traces"));
  if (traces === undefined || traces.shape.length !== 2)
    throw new CajalError("bad-file", `${animal}: traces are no matrix of samples × neurons`);
  const names = namesAt(file, at("names"));
  const rate = options.fs ?? numbersAt(file, at("fs"))?.numbers()[0];
  return {
    traces: Float32Array.from(traces.numbers()),
    names: Array.from({ length: traces.shape[0] }, (_, n) => names[n] || numbered(n)),
    fs: rate ?? samplingRate(numbersAt(file, at("time"))?.numbers(), animal),
    animal,
  };
}

function numbersAt(file: Hdf5File, path: string | undefined): Tensor | undefined {
  const data = path === undefined ? undefined : file.read(path);
  return data?.kind === "numbers" ? data.tensor : undefined;
}

/** MATLAB's text is numbers of characters, marked as such; what is empty is two zeros, marked too. */
function textAt(file: Hdf5File, path: string | undefined): string {
  if (path === undefined || file.attribute(path, "MATLAB_class") !== "char") return "";
  if (file.attribute(path, "MATLAB_empty") === 1) return "";
  return Array.from(numbersAt(file, path)?.numbers() ?? [], (code) => String.fromCharCode(code))
    .join("")
    .trim();
}

/** Of a cell array of names, or of cell arrays of them; "" where there is none. @param depth how deep cells may lie in cells */
function namesAt(file: Hdf5File, path: string | undefined, depth = 2): string[] {
  const cells = path === undefined || depth === 0 ? undefined : file.read(path);
  if (cells?.kind !== "references") return [];
  return cells.targets.map((target) => {
    const candidates = [textAt(file, target), ...namesAt(file, target, depth - 1)];
    return candidates.find((name) => name !== "") ?? "";
  });
}
