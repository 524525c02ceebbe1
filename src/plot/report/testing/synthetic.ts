/** @file A made-up report of any size, with every case that a real one may hold. For tests. */

import { Rng } from "../../../graph/rng.ts";
import type { Explanation } from "../../../probe/index.ts";
import type { NeuronReport, ReportExemplar, ReportLayer, ReportNeuron, ReportPicture } from "../../neuron-report.ts";

/** A grey PNG of 1 × 1 pixel. */
const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAACklEQVQI12NoAAAAggCB3UNq9AAAAABJRU5ErkJggg==";

const WORDS = ["dog", "cat", "sky", "red", "striped", "wheel", "grass", "text", "face", "round"];

export interface SyntheticOptions {
  readonly seed?: number;
  readonly layers?: number;
  readonly unitsPerLayer?: number;
  readonly exemplars?: number;
  /** 0: no labels came with the data. */
  readonly concepts?: number;
  readonly pictures?: readonly ReportPicture[];
  readonly layerName?: (index: number) => string;
  /** Whether neurons are described in words. Default false. */
  readonly described?: boolean;
}

export function tinyPictures(count: number): ReportPicture[] {
  const encoded = Uint8Array.from(atob(PIXEL), (char) => char.charCodeAt(0));
  return Array.from({ length: count }, (_, i) => ({
    name: `picture-${i}.png`,
    width: 1,
    height: 1,
    label: WORDS[i % WORDS.length] ?? "",
    encoded,
    mime: "image/png",
  }));
}

function bump(rng: Rng, picture: ReportPicture, index: number, value: number): ReportExemplar {
  const [width, height] = [picture.width, picture.height].map((size) => Math.min(size, 48 + rng.int(0, size)));
  const crop = {
    x: rng.int(0, picture.width - (width ?? 0) + 1),
    y: rng.int(0, picture.height - (height ?? 0) + 1),
    width: width ?? 0,
    height: height ?? 0,
  };
  const [rows, columns] = [9, 9];
  const [peakRow, peakColumn, wide] = [2 + 4 * rng.random(), 2 + 4 * rng.random(), 1 + rng.random()];
  const values = Uint8Array.from({ length: rows * columns }, (_, i) => {
    const distance = Math.hypot(Math.floor(i / columns) - peakRow, (i % columns) - peakColumn);
    return 255 * Math.exp(-((distance / (2 * wide)) ** 2)) * (0.9 + 0.1 * rng.random());
  });
  const [stepX, stepY] = [crop.width / columns, crop.height / rows];
  const map = { rows, columns, x: crop.x + stepX / 2, y: crop.y + stepY / 2, stepX, stepY, values, level: 110 };
  return { picture: index, value, crop, map };
}

function explain(rng: Rng): Explanation {
  const [first = 0, ...others] = [...rng.permutation(WORDS.length)].slice(0, 5);
  const iou = 0.02 + 0.4 * rng.random() ** 2;
  return {
    concept: WORDS[first] ?? "",
    iou,
    p: iou > 0.08 ? 0.001 * rng.random() : rng.random(),
    significant: iou > 0.08,
    runnersUp: others.map((word, i) => ({ concept: WORDS[word] ?? "", iou: iou * (0.8 - 0.15 * i) })),
  };
}

function neuron(rng: Rng, unit: number, options: Required<SyntheticOptions>, located: boolean): ReportNeuron {
  const dead = rng.random() < 0.05;
  const maximum = dead ? 0 : 2 + 20 * rng.random();
  const exemplars = Array.from({ length: dead ? 0 : options.exemplars }, (_, rank): ReportExemplar => {
    const index = rng.int(0, options.pictures.length);
    const picture = options.pictures[index];
    const value = maximum * (1 - rank / 30);
    if (picture && located) return bump(rng, picture, index, value);
    return { picture: index, value, crop: { x: 0, y: 0, width: picture?.width ?? 1, height: picture?.height ?? 1 } };
  });
  const counts = Array.from({ length: 40 }, (_, bin) => Math.floor(2e5 * Math.exp(-bin / 4) * rng.random()));
  return {
    unit,
    dead,
    maximum,
    mean: maximum / 12,
    level: maximum * 0.4,
    active: dead ? 0 : rng.random() ** 2,
    sparseness: rng.random(),
    ...(options.concepts > 0 && !dead
      ? { selectivity: { label: rng.pick(WORDS), index: rng.random() }, explanation: explain(rng) }
      : {}),
    ...(options.described && !dead
      ? {
          description: {
            text: `${rng.pick(WORDS)} things`,
            pmi: -rng.random(),
            runnersUp: [{ text: "objects", pmi: -2 }],
          },
        }
      : {}),
    histogram: { from: 0, to: maximum, counts: dead ? [] : counts },
    exemplars,
  };
}

export function syntheticReport(given: SyntheticOptions = {}): NeuronReport {
  const options: Required<SyntheticOptions> = {
    seed: 1,
    layers: 3,
    unitsPerLayer: 40,
    exemplars: 15,
    concepts: 10,
    described: false,
    pictures: given.pictures ?? tinyPictures(20),
    layerName: (index) => `features/fire${index + 2}/concat`,
    ...given,
  };
  const rng = new Rng(options.seed);
  const layers = Array.from({ length: options.layers }, (_, index): ReportLayer => {
    const dense = index === options.layers - 1;
    const side = 56 >> Math.min(index, 3);
    return {
      name: options.layerName(index),
      kind: dense ? "Gemm" : "Relu",
      shape: dense ? [options.unitsPerLayer] : [options.unitsPerLayer, side, side],
      ...(dense ? {} : { receptiveField: { width: 31 + 16 * index, height: 31 + 16 * index, strideX: 4, strideY: 4 } }),
      neurons: Array.from({ length: options.unitsPerLayer }, (_, unit) => neuron(rng, unit, options, !dense)),
    };
  });
  return {
    title: "What the neurons of SqueezeNet 1.1 look for",
    model: { name: "squeezenet1.1.onnx", parameters: 1235496, input: "3 × 224 × 224" },
    data: {
      name: "photos-caltech101",
      pictures: options.pictures.length,
      concepts: options.concepts,
      skipped: [{ file: "broken.jpg", reason: "not a picture that can be read" }],
    },
    notes: ["1 of 21 pictures could not be read and was left out."],
    command: "cajal describe squeezenet1.1.onnx --data photos/",
    created: "2025-01-31T12:00:00Z",
    version: "0.1.0",
    ...(options.described && { captioner: "built-in" }),
    pictures: options.pictures,
    layers,
  };
}
