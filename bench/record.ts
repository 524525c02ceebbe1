/** @file Recording all activation layers of a network, beside the bare inference of its file on the same pictures. */

import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { prepare, silent } from "cajal/node";
import { record, type SampleSet } from "cajal/probe";
import * as ort from "onnxruntime-node";
import type { Bench } from "./main.ts";
import { inTurn } from "./timing.ts";

const pictures = 288;
/** As many again: of a larger set fewer positions of each picture are needed. */
const many = 1152;
const rounds = 5;

export const recordBench: Bench = async (say) => {
  const modelName = process.env.CAJAL_MIRROR ? "squeezenet1.1" : undefined;
  const { model, samples, modelPath } = await prepare({
    model: modelName,
    data: modelName && "photos-caltech101",
    limit: pictures,
    progress: silent,
  });
  const own = await Promise.all(Array.from({ length: Math.min(samples.length, pictures) }, (_, i) => samples.get(i)));
  const ready = Array.from({ length: pictures }, (_, i) => own[i % own.length]);
  const inMemory = (length: number): SampleSet => ({
    ...samples,
    length,
    get: async (index) => own[index % own.length],
  });
  const { port, channels, height, width } = model.input;

  // The file as it is, in the runtime's own API, at the batch size that is best for it.
  const bytes = await readFile(modelPath);
  const threads = availableParallelism();
  const session = await ort.InferenceSession.create(bytes, {
    intraOpNumThreads: threads,
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
  });
  const size = channels * height * width;
  const rawInference = (batch: number) => async () => {
    for (let from = 0; from < ready.length; from += batch) {
      const data = new Float32Array(batch * size);
      for (let i = 0; i < batch; i++) data.set(ready[from + i].input.data as Float32Array, i * size);
      await session.run({ [port.name]: new ort.Tensor("float32", data, [batch, channels, height, width]) });
    }
  };
  const layers = model.layers().filter(({ kind }) => kind === "Relu");
  const names = layers.map(({ name }) => name);
  const result = await inTurn(
    {
      raw1: rawInference(1),
      raw4: rawInference(4),
      raw16: rawInference(16),
      recording: () => record(model, inMemory(pictures), { layers: names }),
      recordingMany: () => record(model, inMemory(many), { layers: names }),
    },
    rounds,
  );
  await session.release();
  const raw = Math.min(result.raw1.median, result.raw4.median, result.raw16.median);
  const perPicture = (ms: number, count = pictures) => Number((ms / count).toFixed(2));
  const ratio = (ms: number, count: number) => Number((raw / pictures / (ms / count)).toFixed(3));
  const figures = {
    model: model.name,
    pictures,
    threads,
    layers: layers.length,
    units: layers.reduce((sum, { units }) => sum + units, 0),
    rawMsPerPicture: {
      batch1: perPicture(result.raw1.median),
      batch4: perPicture(result.raw4.median),
      batch16: perPicture(result.raw16.median),
    },
    recording: {
      [pictures]: perPicture(result.recording.median),
      [many]: perPicture(result.recordingMany.median, many),
    },
    rawOverRecording: {
      [pictures]: ratio(result.recording.median, pictures),
      [many]: ratio(result.recordingMany.median, many),
    },
  };
  say(
    `${figures.model}: ${figures.layers} ReLU layers, ${figures.units} units, ${threads} threads, medians of ${rounds}`,
  );
  say(
    `inference alone   ${Object.entries(figures.rawMsPerPicture)
      .map(([batch, ms]) => `${ms} ms (${batch})`)
      .join(", ")} per picture`,
  );
  for (const count of [pictures, many] as const) {
    const [ms, share] = [figures.recording[count], figures.rawOverRecording[count]];
    say(
      `recording ${count} pictures   ${ms} ms per picture; inference with the fastest batch size ÷ recording ${share}`,
    );
  }
  return figures;
};
