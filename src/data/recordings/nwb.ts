/** @file Recordings in NWB files (Neurodata Without Borders): fluorescence of cells, with their names where they are identified. */

import { CajalError, type Tensor } from "../../graph/index.ts";
import { type Hdf5File, readHdf5 } from "../formats/hdf5.ts";
import { samplingRate } from "./csv.ts";
import type { Recording } from "./recording.ts";

export interface NwbOptions {
  readonly animal: string;
  /** The path of the series, when there are several. Default: the only one, or the one whose path speaks of ΔF/F. */
  readonly series?: string;
  /** The path of the cells' names. Default: a column of names that belongs to the series. */
  readonly names?: string;
  /** Samples per second. Default: as the file says. */
  readonly fs?: number;
}

/** Names of columns and datasets that hold names of cells, as files in the DANDI archive have them. */
const nameColumns = /(^|\/)(ID_?labels?|labels?|neuron_?names?|cell_?names?|neuron_?ids?|names?)$/i;

/**
 * Reads a `RoiResponseSeries`: fluorescence [samples, cells] with the cells' names (NeuroPAL). Cells without a name are "n001", ….
 * @throws CajalError `bad-file` when there is no such series, or several; `argument` when it has no sampling rate
 */
export function recordingFromNwb(bytes: Uint8Array, options: NwbOptions): Promise<Recording> {
  return readHdf5(bytes, (file) => read(file, options), options.animal);
}

function read(file: Hdf5File, options: NwbOptions): Recording {
  const { animal } = options;
  const paths = datasetsBelow(file, "");
  const series = options.series ?? onlySeries(paths, animal);
  const data = numbersAt(file, `${series}/data`, animal);
  const [samples, cells = 1] = data.shape;
  const rows = file.read(`${series}/rois`);
  const places =
    rows?.kind === "numbers" ? Array.from(rows.tensor.numbers()) : Array.from({ length: cells }, (_, n) => n);
  const names = cellNames(file, paths, series, options.names, places);
  const values = data.numbers();
  const traces = new Float32Array(values.length);
  for (let t = 0; t < samples; t++) for (let n = 0; n < cells; n++) traces[n * samples + t] = values[t * cells + n];
  return { traces, names, fs: options.fs ?? rateOf(file, series, animal), animal };
}

function onlySeries(paths: readonly string[], animal: string): string {
  const all = paths.filter((path) => path.endsWith("/rois")).map((path) => path.slice(0, -"/rois".length));
  const series = all.filter((path) => paths.includes(`${path}/data`));
  const relative = series.filter((path) => /df.?over.?f|dff/i.test(path));
  const found = series.length === 1 ? series : relative;
  if (found.length === 1) return found[0];
  throw new CajalError(
    "bad-file",
    `${animal} has ${series.length} series of fluorescence of cells, where one is needed`,
    {
      advice:
        series.length === 0 ? "A RoiResponseSeries has data and rois." : `Give series, one of: ${series.join(", ")}.`,
    },
  );
}

/** Names by cell; those that are empty, or not there, are numbers. */
function cellNames(
  file: Hdf5File,
  paths: readonly string[],
  series: string,
  given: string | undefined,
  places: readonly number[],
): string[] {
  const module = series.split("/").slice(0, 2).join("/");
  const candidates = given !== undefined ? [given] : paths.filter((path) => nameColumns.test(path));
  // Those of the series' own module first.
  candidates.sort((a, b) => Number(b.startsWith(module)) - Number(a.startsWith(module)));
  for (const path of candidates) {
    const column = file.read(path);
    if (column?.kind !== "words" || column.words.length <= Math.max(...places)) continue;
    return places.map((place, n) => column.words[place].trim() || numbered(n));
  }
  if (given !== undefined) throw new CajalError("bad-file", `there are no names of ${places.length} cells at ${given}`);
  return places.map((_, n) => numbered(n));
}

export const numbered = (n: number): string => `n${String(n + 1).padStart(3, "0")}`;

function rateOf(file: Hdf5File, series: string, animal: string): number {
  const rate = file.attribute(`${series}/starting_time`, "rate");
  if (typeof rate === "number" && rate > 0) return rate;
  const times = file.read(`${series}/timestamps`);
  return samplingRate(times?.kind === "numbers" ? times.tensor.numbers() : undefined, animal);
}

/** Links can make groups endless: what is deep or comes late is left out. */
function datasetsBelow(file: Hdf5File, root: string): string[] {
  const datasets: string[] = [];
  const open = [root];
  for (let seen = 0; open.length > 0 && seen < 20_000; seen++) {
    const path = open.shift() ?? "";
    const keys = file.keys(path);
    if (keys === undefined) datasets.push(path);
    else if (path.split("/").length < 10) open.push(...keys.map((key) => (path === "" ? key : `${path}/${key}`)));
  }
  return datasets;
}

function numbersAt(file: Hdf5File, path: string, animal: string): Tensor {
  const data = file.read(path);
  if (data?.kind !== "numbers") throw new CajalError("bad-file", `${animal} has no numbers at ${path}`);
  return data.tensor;
}
