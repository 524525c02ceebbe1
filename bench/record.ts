/** @file Recording all activation layers of a network, beside the bare inference of its file on the same pictures. */

import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { prepare, silent } from "cajal/node";
import { record, type SampleSet } from "cajal/probe";
import * as ort from "onnxruntime-node";
import type { Bench } from "./main.ts";
import { inTurn } from "./timing.ts";

const pictures = 288;
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
  const inMemory: SampleSet = { ...samples, length: pictures, get: async (index) => ready[index] };
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
      recording: () => record(model, inMemory, { layers: names }),
    },
    rounds,
  );
  await session.release();
  const raw = Math.min(result.raw1.median, result.raw4.median, result.raw16.median);
  const perPicture = (ms: number) => Number((ms / pictures).toFixed(2));
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
    recordingMsPerPicture: perPicture(result.recording.median),
    rawOverRecording: Number((raw / result.recording.median).toFixed(3)),
  };
  say(
    `${figures.model}: ${figures.layers} ReLU layers, ${figures.units} units, ${pictures} pictures, ${threads} threads, medians of ${rounds}`,
  );
  say(
    `inference alone   ${Object.entries(figures.rawMsPerPicture)
      .map(([batch, ms]) => `${ms} ms (${batch})`)
      .join(", ")} per picture`,
  );
  say(`recording         ${figures.recordingMsPerPicture} ms per picture`);
  say(`inference ÷ recording  ${figures.rawOverRecording} (with the fastest batch size)`);
  return figures;
};
