/** Looks at pictures through a model: what every unit of chosen layers responds to, kept so that a page can show it. */

import { type PictureSet, type Preprocess, samplesOf } from "../../../src/data/index.ts";
import { Rng } from "../../../src/graph/index.ts";
import { type Ranking, rankSamples } from "../../../src/methods/interpret/milan/find-exemplars.ts";
import { type NeuronReport, neuronReportLayer, type ReportPicture } from "../../../src/plot/index.ts";
import { type Catalogue, catalogueOf } from "../../../src/plot/report/catalogue.ts";
import { blocksOf } from "../../../src/plot/report/data-blocks.ts";
import {
  type Activity,
  examine,
  type LayerFilter,
  type LayerFindings,
  type Model,
  record,
} from "../../../src/probe/index.ts";
import { encodePicture, pictureType } from "./dropped-pictures.ts";

export interface Look {
  /** What was looked at. */
  readonly data: string;
  readonly skipped: readonly string[];
  readonly catalogue: Catalogue;
  /** What is drawn, by the names of the report's blocks: as files, which are read when they are looked at. */
  readonly blocks: Readonly<Record<string, Blob>>;
  /** The most that units did on each of some pictures, by layer. */
  readonly profiles: Readonly<Record<string, Profile>>;
  /** What a captioner is shown of each unit: pictures by their number in the catalogue. */
  readonly ranking: Ranking;
  /** ISO 8601. */
  readonly made: string;
}

export interface Profile {
  readonly units: number;
  /** [pictures, units] */
  readonly maxima: Float32Array;
}

export type Tell = (stage: string, done: number, total: number) => void;

/** Pictures that count for likeness: enough to tell units apart, and flat in memory. */
const profilePictures = 256;
const top = 15;

/** @throws CajalError as `record` and `examine` do */
export async function look(
  model: Model,
  pictures: PictureSet,
  preprocess: Preprocess,
  { layers, signal, tell }: { layers: LayerFilter; signal: AbortSignal; tell: Tell },
): Promise<Look> {
  const samples = samplesOf(pictures, model, preprocess);
  const kept = new Set(evenly(samples.length, profilePictures));
  const profiles = new Map<string, Profile>();
  let profiled = 0;
  const activity = await record(model, samples, {
    ...(layers && { layers }),
    top,
    signal,
    onProgress: (done, total) => tell("looking at pictures", done, total),
    onBatch: (indices, batches) => {
      const rows = [...indices.entries()].filter(([, index]) => kept.has(index)).map(([row]) => row);
      for (const { layer, maxima } of batches) {
        const { name, units } = layer;
        const profile = profiles.get(name) ?? { units, maxima: new Float32Array(units * kept.size) };
        profiles.set(name, profile);
        for (const [i, row] of rows.entries())
          profile.maxima.set(maxima.subarray(row * units, (row + 1) * units), (profiled + i) * units);
      }
      profiled += rows.length;
    },
  });
  const findings = await examine(model, samples, activity, {
    rng: new Rng(1),
    signal,
    onProgress: (done, total) => tell("finding regions", done, total),
  });
  const ranking = rankSamples(activity);
  const shown = shownOf(ranking, findings);
  const numbers = new Map(shown.map((sample, i) => [sample, i]));
  const report = await reportOf(model, pictures, activity, findings, { shown, numbers, signal, tell });
  return {
    data: pictures.name,
    skipped: activity.skipped.map(({ name, reason }) => `${name}: ${reason}`),
    catalogue: catalogueOf(report),
    blocks: Object.fromEntries(
      [...blocksOf(report)].map(([id, bytes]) => [
        id,
        new Blob([bytes as Uint8Array<ArrayBuffer>], { type: id.startsWith("p") ? pictureType : "" }),
      ]),
    ),
    ranking: renumbered(ranking, numbers),
    made: report.created,
    profiles: Object.fromEntries(
      [...profiles].map(([name, { units, maxima }]) => [name, { units, maxima: maxima.slice(0, profiled * units) }]),
    ),
  };
}

/** Samples that are drawn, or would be shown to a captioner. */
function shownOf({ layers }: Ranking, findings: readonly LayerFindings[]): number[] {
  const drawn = findings.flatMap(({ units }) =>
    units.flatMap(({ exemplars }) => exemplars.map(({ sample }) => sample)),
  );
  const ranked = [...layers.values()].flatMap((units) => [...units.values()].flatMap(({ images }) => [...images]));
  return [...new Set([...drawn, ...ranked])].sort((a, b) => a - b);
}

function renumbered({ samples, layers }: Ranking, numbers: ReadonlyMap<number, number>): Ranking {
  const numberOf = (sample: number) => numbers.get(sample) ?? 0;
  return {
    samples,
    layers: new Map(
      [...layers].map(([name, units]) => [
        name,
        new Map([...units].map(([unit, ranked]) => [unit, { ...ranked, images: ranked.images.map(numberOf) }])),
      ]),
    ),
  };
}

async function reportOf(
  model: Model,
  pictures: PictureSet,
  activity: Activity,
  findings: readonly LayerFindings[],
  {
    shown,
    numbers,
    signal,
    tell,
  }: { shown: readonly number[]; numbers: ReadonlyMap<number, number>; signal: AbortSignal; tell: Tell },
): Promise<NeuronReport> {
  const { channels, height, width } = model.input;
  const stored: ReportPicture[] = [];
  for (const sample of shown) {
    signal.throwIfAborted();
    const { name, picture, label } = await pictures.get(sample, height, width);
    const { width: across, height: down } = picture;
    const encoded = await encodePicture(picture);
    stored.push({ name, width: across, height: down, ...(label && { label }), encoded, mime: pictureType });
    tell("storing pictures", stored.length, shown.length);
  }
  return {
    title: model.name,
    model: { name: model.name, parameters: model.parameters, input: `${channels} × ${height} × ${width}` },
    data: {
      name: pictures.name,
      pictures: activity.samples,
      concepts: pictures.concepts.length || pictures.labels.length,
      skipped: [],
    },
    notes: [],
    command: "",
    created: new Date().toISOString(),
    version: "",
    pictures: stored,
    layers: activity.layers.map((layer, i) =>
      neuronReportLayer(layer, findings[i], { pictureOf: (sample) => numbers.get(sample) ?? 0 }),
    ),
  };
}

function evenly(length: number, most: number): number[] {
  const count = Math.min(length, most);
  return Array.from({ length: count }, (_, i) => Math.floor((i * length) / count));
}
