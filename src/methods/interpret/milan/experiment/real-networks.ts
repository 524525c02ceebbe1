/** @file E7: networks that others trained, every unit of some of their layers in words. */

import { cifar10Pictures, type PictureSet, preprocessNamed, resizeSticker, unpacked } from "../../../../data/index.ts";
import { Model } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import { annotatedScene } from "../annotated/annotated-scene.ts";
import { describe } from "../describe.ts";
import { computeExemplars } from "../exemplars.ts";
import type { Speech } from "./captioner.ts";
import { generatedPictures } from "./generated-pictures.ts";

export interface RealOptions {
  readonly realPictures: number;
  /** Of each layer, at most. */
  readonly realUnits: number;
  readonly beam: number;
}

const networks = [
  { set: "squeezenet1.1", file: "squeezenet1.1.onnx", preprocess: "caffe", layers: ["fire5/concat", "fire9/concat"] },
  { set: "resnet-cifar10", file: "resnet20.onnx", preprocess: "imagenet", layers: /layer3.*relu/ },
] as const;

export async function studyReal(run: Run, speech: Speech, options: RealOptions): Promise<void> {
  const pictures = await probePictures(run, speech, options.realPictures);
  let [units, told, seconds] = [0, 0, 0];
  const rows: (string | number)[][] = [];
  for (const { set, file, preprocess, layers } of networks) {
    const model = Model.open(await run.data.file(set, file), { name: file });
    const found = await run.part(`real: ${file}`, async () => {
      const store = await computeExemplars(model, pictures, {
        preprocess: preprocessNamed(preprocess),
        layers,
        units: (_, unit) => unit < options.realUnits,
        signal: run.signal,
        onProgress: (stage, done, total) => run.progress(`${file}: ${stage}`, done, total, "pictures"),
      });
      const begin = performance.now();
      const list: { layer: string; unit: number; text: string; dead: boolean; pmi: number }[] = [];
      const described = describe(store, speech.captioner, {
        beam: options.beam,
        signal: run.signal,
        onProgress: (done, total) => run.progress(`${file}: words`, done, total, "units"),
      });
      for await (const { layer, unit, text, dead, pmi } of described) list.push({ layer, unit, text, dead, pmi });
      return { list, seconds: (performance.now() - begin) / 1000 };
    });
    const { list: descriptions } = found;
    seconds += found.seconds;
    units += descriptions.length;
    told += descriptions.filter(({ text, dead }) => dead || text !== "").length;
    const surest = descriptions.filter(({ dead }) => !dead).sort((a, b) => b.pmi - a.pmi);
    for (const { layer, unit, text, pmi } of surest.slice(0, 15))
      rows.push([file, `${layer}:${unit}`, text, Number(pmi.toFixed(2))]);
  }
  run.metric("E7: units described or dead", told / units);
  run.metric("E7: time of a layer of 512 units", (seconds / units) * 512, { unit: "seconds" });
  run.table("E7: surest descriptions", {
    columns: ["network", "unit", "description", "information"],
    rows: rows as (string | number | null)[][],
    caption:
      "On CIFAR-10, emoji and rendered scenes. The words are those of rendered scenes: a dog's fur can only be called what was in them.",
  });
}

/** A third each of CIFAR-10, emoji on white ground, and rendered scenes. */
async function probePictures(run: Run, { emoji }: Speech, count: number): Promise<PictureSet> {
  const archive = "data_batch_1.first4000.bin.gz";
  const photographs = cifar10Pictures("cifar10", await unpacked(run.data, "cifar10", archive));
  const rng = run.rng.split("real networks");
  const drawn = generatedPictures("drawn", count, (i) => {
    if (i % 3 === 1) return { picture: onWhite(emoji[i % emoji.length].emoji.picture) };
    return { picture: annotatedScene(rng.split(i), { size: 128, emoji }).picture };
  });
  return {
    ...drawn,
    name: "CIFAR-10, emoji and scenes",
    get: async (index, height, width) =>
      index % 3 === 0 ? photographs.get(index % photographs.length, height, width) : drawn.get(index, height, width),
  };
}

function onWhite(sticker: Parameters<typeof resizeSticker>[0]) {
  const { width, height, data } = resizeSticker(sticker, 128, 128);
  const rgb = Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const at = 4 * Math.floor(i / 3);
    return Math.round(255 + (data[at + 3] / 255) * (data[at + (i % 3)] - 255));
  });
  return { width, height, data: rgb };
}
