/** @file What every unit of the chosen layers does on texts, token by token, in one pass and flat memory. */

import { CajalError, collect, compile, type Value } from "../../graph/index.ts";
import { digest } from "../digest.ts";
import { DigestKernel } from "../digest-kernel.ts";
import { activations, type LayerFilter } from "../layers.ts";
import type { Activity, RecordOptions } from "../record.ts";
import { Selectivity } from "../selectivity.ts";
import { ActivationSketch } from "../sketch.ts";
import { TopK } from "../top.ts";
import type { Weights } from "./language-model.ts";
import type { TextLayer } from "./network.ts";
import { perToken, textBatches } from "./text-batches.ts";
import type { TextInput, TextModel } from "./text-model.ts";

export type RecordTextsOptions = Omit<RecordOptions, "onBatch">;

/** Texts at once. */
const batch = 16;

/** Neurons, or in an ONNX model what comes out of activation functions; else all. */
function chosenLayers(model: TextModel, filter: LayerFilter): readonly TextLayer[] {
  if (filter !== undefined) return model.layers(filter);
  const neurons = model.layers().filter(({ kind }) => kind === "neurons" || activations.has(kind));
  return neurons.length > 0 ? neurons : model.layers();
}

/** See `record`. */
export async function recordTexts(
  model: TextModel,
  inputs: readonly TextInput[],
  { layers: filter, top = 15, signal, onProgress }: RecordTextsOptions,
): Promise<Activity<TextLayer>> {
  const texts = inputs.map((input) => ({
    tokens: model.tokensOf(input),
    // What begins every text says nothing of this one, and often excites neurons more than all else.
    marks: typeof input === "string" ? model.begin.length : 0,
  }));
  if (texts.every(({ tokens, marks }) => tokens.length <= marks))
    throw new CajalError("no-data", "record: there are no texts", { advice: "Give texts of a word at least." });
  const layers = chosenLayers(model, filter);
  const wanted = new Set(layers.map(({ name }) => name));
  const run = compile((weights: Weights<Value>, tokens: Value, present: Value) => {
    const apply = (t: Value, p: Value) => model.apply(t, p, weights);
    const { taps } = collect(apply, (name) => wanted.has(name))(tokens, present);
    return Object.fromEntries(layers.map(({ name, shape }) => [name, activity(taps[name], name, tokens, shape)]));
  });
  const kernel = new DigestKernel();
  const recorded = layers.map((layer) => ({
    layer,
    sketch: new ActivationSketch(layer.units, kernel),
    top: new TopK(layer.units, top),
    selectivity: new Selectivity(layer.units),
  }));
  const sequences = texts.map(({ tokens }) => tokens);
  try {
    for (const { rows, steps, tokens, present } of textBatches(model, sequences, { batch, signal, onProgress })) {
      const seen = await run(model.weights, tokens, present);
      for (const to of recorded) {
        const all = seen[to.layer.name].data as Float32Array;
        for (const [row, index] of rows.entries()) take(to, all, row * steps, texts[index], index);
      }
    }
  } finally {
    await run.release();
  }
  return { samples: texts.length, skipped: [], layers: recorded };
}

/** [batch · steps, units]: of a head how long its vector is. */
function activity(value: Value, name: string, tokens: Value, shape: TextLayer["shape"]): Value {
  const rows = perToken(value, name, tokens) as Value;
  if (shape.length === 1) return rows;
  return rows
    .reshape([rows.shape[0], ...shape])
    .square()
    .sum(-1)
    .sqrt();
}

/** One text's activations, from row `first` on. */
function take(
  { layer, sketch, top, selectivity }: Activity<TextLayer>["layers"][number],
  all: Float32Array,
  first: number,
  { tokens, marks }: { readonly tokens: readonly number[]; readonly marks: number },
  index: number,
): void {
  const { units, name } = layer;
  const count = tokens.length - marks;
  if (count <= 0) return;
  const values = all.subarray((first + marks) * units, (first + tokens.length) * units);
  digest(sketch, values, { order: "rows", samples: 1, cells: count });
  for (let unit = 0; unit < units; unit++) {
    let best = 0;
    for (let step = 0; step < count; step++) {
      const value = values[step * units + unit];
      if (!Number.isFinite(value))
        throw new CajalError("not-finite", `${name}:${unit} is ${value} at token ${marks + step} of text ${index}`, {
          advice: "The model overflows: look at the layers before this one.",
        });
      if (value > values[best * units + unit]) best = step;
    }
    const maximum = values[best * units + unit];
    top.offer(unit, maximum, index, marks + best);
    selectivity.add(unit, maximum);
  }
}
