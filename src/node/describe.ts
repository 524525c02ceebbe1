/** @file The main job: what does each neuron of a network respond to? A report on pictures. */

import sharp from "sharp";
import { preprocessNamed } from "../data/index.ts";
import { Rng } from "../graph/index.ts";
import { computeExemplars, spoken } from "../methods/interpret/milan/index.ts";
import { type NeuronReport, neuronReportLayer, type ReportPicture, renderNeuronReport } from "../plot/index.ts";
import { type Activity, examine, type LayerFilter, type LayerFindings, record } from "../probe/index.ts";
import { writeWhole } from "./files.ts";
import { type Prepared, type PrepareOptions, prepare } from "./prepare.ts";
import { type ReportSummary, summarise } from "./summary.ts";
import { version } from "./version.ts";
import {
  type PutIntoWordsOptions,
  putIntoWords,
  type Speaker,
  speakerFor,
  type Words,
  type WordsOptions,
} from "./words.ts";

export interface DescribeOptions
  extends PrepareOptions,
    WordsOptions,
    Pick<PutIntoWordsOptions, "onEstimate" | "onTotals"> {
  /** Where the HTML report goes. */
  readonly output: string;
  readonly layers?: LayerFilter;
  /** Pictures shown of each neuron. Default 15. */
  readonly top?: number;
  /** Seeds the shuffled labellings. Default 1. */
  readonly seed?: number;
  /** The command as typed, for the report. */
  readonly command: string;
  readonly signal: AbortSignal;
}

const jpegQuality = 82;

/** Network dissection's level: the activation that 0.5 % of all positions exceed. */
const levelQuantile = 0.995;

/** With fewer pictures a captioner would see the same ones for every neuron. */
const fewestForWords = 15;

/** Runs the job and writes the report. @throws CajalError; the report is written whole or not at all */
export async function describe(options: DescribeOptions): Promise<{ report: NeuronReport; summary: ReportSummary }> {
  // What is wrong with the captioner is said before the work begins.
  const speaker = await speakerFor(options);
  try {
    return await describeBy(speaker, options);
  } finally {
    await speaker?.release();
  }
}

async function describeBy(speaker: Speaker | undefined, options: DescribeOptions) {
  const prepared = await prepare(options);
  const { model, samples } = prepared;
  const { progress, signal, top = 15, seed = 1 } = options;
  const activity = await record(model, samples, {
    ...(options.layers && { layers: options.layers }),
    // A captioner looks at as many as it needs, whatever is shown.
    top: speaker === undefined ? top : Math.max(top, speaker.captioner.exemplars),
    signal,
    onProgress: (done, total) => progress.update("looking at pictures", done, total, "pictures"),
  });
  const examined = await examine(model, samples, activity, {
    quantile: levelQuantile,
    rng: new Rng(seed),
    signal,
    onProgress: (done, total) => progress.update("finding regions", done, total, "pictures"),
  });
  const findings = examined.map(({ units }) => ({
    units: units.map((unit) => ({ ...unit, exemplars: unit.exemplars.slice(0, top) })),
  }));
  const words = await wordsFor(prepared, speaker, activity, options);
  const shown = [
    ...new Set(
      findings.flatMap(({ units }) => units.flatMap(({ exemplars }) => exemplars.map(({ sample }) => sample))),
    ),
  ].sort((a, b) => a - b);
  const pictures = await encodePictures(
    prepared,
    shown,
    (done) => progress.update("storing pictures", done, shown.length, "pictures"),
    signal,
  );
  const report = buildReport(
    prepared,
    options,
    activity,
    findings,
    pictures,
    new Map(shown.map((sample, i) => [sample, i])),
    words,
  );
  await writeWhole(options.output, renderNeuronReport(report));
  const planted = model.imported.metadata["cajal.planted"];
  return { report, summary: summarise(report, planted === undefined ? {} : JSON.parse(planted)) };
}

/** Words for all neurons, unless nobody is to say them or there are too few pictures. */
async function wordsFor(
  { model, pictures, preprocess }: Prepared,
  speaker: Speaker | undefined,
  activity: Activity,
  { progress, signal, onEstimate, onTotals }: DescribeOptions,
): Promise<Words | undefined> {
  if (speaker === undefined || activity.samples < fewestForWords) return undefined;
  const store = await computeExemplars(model, pictures, {
    preprocess: preprocessNamed(preprocess.name),
    activity,
    signal,
    onProgress: (stage, done, total) => progress.update(stage, done, total, "pictures"),
  });
  return putIntoWords(store, speaker, { progress, signal, onEstimate, onTotals });
}

/** The pictures as the network saw them: scaled and cropped. */
async function encodePictures(
  { pictures, model }: Prepared,
  shown: readonly number[],
  onProgress: (done: number) => void,
  signal: AbortSignal,
): Promise<ReportPicture[]> {
  const { height, width } = model.input;
  // Small pictures are few bytes anyway, and JPEG would blur just the pixels that matter.
  const lossless = height * width <= 96 * 96;
  const encoded: ReportPicture[] = [];
  for (const sample of shown) {
    signal.throwIfAborted();
    const { name, picture, label } = await pictures.get(sample, height, width);
    const image = sharp(picture.data, { raw: { width, height, channels: 3 } });
    const bytes = await (lossless
      ? image.png({ compressionLevel: 9 })
      : image.jpeg({ quality: jpegQuality })
    ).toBuffer();
    encoded.push({
      name,
      width,
      height,
      ...(label !== undefined && { label }),
      encoded: bytes,
      mime: lossless ? "image/png" : "image/jpeg",
    });
    onProgress(encoded.length);
  }
  return encoded;
}

function buildReport(
  prepared: Prepared,
  options: DescribeOptions,
  activity: Activity,
  findings: readonly LayerFindings[],
  pictures: readonly ReportPicture[],
  pictureOf: ReadonlyMap<number, number>,
  words: Words | undefined,
): NeuronReport {
  const { model, samples, preprocess } = prepared;
  const { port, channels, height, width } = model.input;
  const skipped = activity.skipped.map(({ name, reason }) => ({ file: name, reason }));
  const notes: string[] = [];
  if (skipped.length > 0)
    notes.push(`${skipped.length} of ${samples.length} pictures could not be read and were skipped.`);
  if (preprocess.guessed) {
    notes.push(
      `How this model wants its pictures is not known; "${preprocess.name}" was assumed. If its answers look wrong, say --preprocess.`,
    );
  }
  if (options.captioner !== "none" && activity.samples < fewestForWords)
    notes.push(`Fewer than ${fewestForWords} pictures: no neuron was put into words.`);
  if (activity.samples < 100)
    notes.push(`Only ${activity.samples} pictures: the strongest regions of many neurons will be the same ones.`);
  return {
    title: `The neurons of ${model.name}`,
    model: {
      name: model.name,
      parameters: model.parameters,
      input: `${port.name}: ${channels} × ${height} × ${width}, preprocessing "${preprocess.name}"`,
    },
    data: {
      name: prepared.pictures.name,
      pictures: activity.samples,
      concepts: samples.concepts.length || samples.labels.length,
      skipped,
    },
    notes,
    command: options.command,
    created: new Date().toISOString(),
    version,
    ...(words && { captioner: words.captioner }),
    pictures,
    layers: activity.layers.map((layer, i) =>
      neuronReportLayer(layer, findings[i], {
        pictureOf: (sample) => pictureOf.get(sample) ?? 0,
        descriptionOf: (unit) => {
          const description = words?.byAddress.get(`${layer.layer.name}:${unit}`);
          return description && spoken(description);
        },
      }),
    ),
  };
}
