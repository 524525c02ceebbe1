/** Looks at pictures through a model: what every unit of chosen layers responds to, kept so that a page can show it. */

import { type PictureSet, type Preprocess, samplesOf } from "../../../src/data/index.ts";
import { Rng } from "../../../src/graph/index.ts";
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
import { encodePicture } from "./dropped-pictures.ts";

export interface Look {
  /** What was looked at. */
  readonly data: string;
  readonly skipped: readonly string[];
  readonly catalogue: Catalogue;
  /** What is drawn, by the names of the report's blocks. */
  readonly blocks: Readonly<Record<string, Uint8Array>>;
  /** The most that units did on each of some pictures, by layer. */
  readonly profiles: Readonly<Record<string, Profile>>;
}

export interface Profile {
  readonly units: number;
  /** [pictures, units] */
  readonly maxima: Float32Array;
}

export type Tell = (stage: string, done: number, total: number) => void;

/** Pictures that count for likeness: enough to tell units apart, and flat in memory. */
const profilePictures = 256;
const top = 12;

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
  const report = await reportOf(model, pictures, activity, findings, { signal, tell });
  return {
    data: pictures.name,
    skipped: activity.skipped.map(({ name, reason }) => `${name}: ${reason}`),
    catalogue: catalogueOf(report),
    blocks: Object.fromEntries(blocksOf(report)),
    profiles: Object.fromEntries(
      [...profiles].map(([name, { units, maxima }]) => [name, { units, maxima: maxima.slice(0, profiled * units) }]),
    ),
  };
}

async function reportOf(
  model: Model,
  pictures: PictureSet,
  activity: Activity,
  findings: readonly LayerFindings[],
  { signal, tell }: { signal: AbortSignal; tell: Tell },
): Promise<NeuronReport> {
  const { channels, height, width } = model.input;
  const shown = [
    ...new Set(
      findings.flatMap(({ units }) => units.flatMap(({ exemplars }) => exemplars.map(({ sample }) => sample))),
    ),
  ];
  const stored: ReportPicture[] = [];
  for (const sample of shown) {
    signal.throwIfAborted();
    const { name, picture, label } = await pictures.get(sample, height, width);
    const { bytes, mime } = await encodePicture(picture);
    stored.push({ name, width: picture.width, height: picture.height, ...(label && { label }), encoded: bytes, mime });
    tell("storing pictures", stored.length, shown.length);
  }
  const pictureOf = new Map(shown.map((sample, i) => [sample, i]));
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
      neuronReportLayer(layer, findings[i], { pictureOf: (sample) => pictureOf.get(sample) ?? 0 }),
    ),
  };
}

function evenly(length: number, most: number): number[] {
  const count = Math.min(length, most);
  return Array.from({ length: count }, (_, i) => Math.floor((i * length) / count));
}
