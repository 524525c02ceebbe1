/** @file What every layer of a language model holds at the last token of each text. */

import { isFloat } from "../../graph/dtype.ts";
import { CajalError, type CompileOptions, collect, compile, Tensor, type Value } from "../../graph/index.ts";
import { type LayerFilter, selectNamed } from "../layers.ts";
import type { LanguageModel, Weights } from "./language-model.ts";
import { perToken, type TextBatchOptions, textBatches } from "./text-batches.ts";

/** Default: 64 texts at once. */
export interface LastStatesOptions extends TextBatchOptions {
  /** Names, or a pattern; default: all layers. */
  readonly layers?: LayerFilter;
  readonly compile?: CompileOptions;
}

/**
 * The activations of each layer at the last token of each text: by layer, in the order of computing or of the names given, float32 [texts, units].
 *
 * Layers are what the model taps with a value for each text, [batch, units], or for each of its tokens, [batch, steps, units] or
 * [batch · steps, units]; of attention heads [batch, steps, heads, headWidth], whose elements come side by side. Texts of different lengths are
 * run apart, unless the model is causal: then they are filled up at the end. A model of a fixed number of steps gets filled texts in any case.
 * @param texts tokens of each, at least one
 * @throws CajalError `unknown-layer`, `not-finite` with the layer's name, `argument` for no or empty texts, or one longer than the model takes
 */
export async function lastStates(
  model: LanguageModel,
  texts: readonly (readonly number[])[],
  options: LastStatesOptions = {},
): Promise<Record<string, Tensor>> {
  if (texts.length === 0) throw new CajalError("argument", "lastStates: there are no texts");
  // Short of texts of a length, a batch is filled up.
  const fixed = { ...model.fixed, batch: model.fixed?.batch ?? Math.min(options.batch ?? 64, texts.length) };
  const limits = { name: model.name, causal: model.causal, context: model.context, fixed };
  const run = compile((weights: Weights<Value>, tokens: Value, present: Value, rows: Value) => {
    const given = Object.keys(weights).length === 0 ? undefined : weights;
    const { taps } = collect((t: Value, p: Value) => model.apply(t, p, given))(tokens, present);
    const layers = Object.entries(taps).flatMap(([name, value]) => {
      const view = isLayer(model, name, value) ? atLast(name, value, tokens, rows) : undefined;
      return view === undefined ? [] : [{ name, view }];
    });
    if (layers.length === 0)
      throw new CajalError("unknown-layer", `${model.name} taps nothing that belongs to a text or to its tokens`, {
        advice:
          "Look at its taps with collect: layers are [batch, units], [batch, steps, units] or [batch · steps, units].",
      });
    const chosen = options.layers === undefined ? layers : selectNamed(layers, options.layers);
    return Object.fromEntries(chosen.map(({ name, view }) => [name, view]));
  }, options.compile);

  const found = new Map<string, Float32Array>();
  let first = true;
  try {
    for (const { rows, tokens, present, last } of textBatches(limits, texts, options)) {
      keep(found, await run(model.weights ?? {}, tokens, present, last), rows, texts.length, first);
      first = false;
    }
  } finally {
    await run.release();
  }
  return Object.fromEntries(
    [...found].map(([name, data]) => [
      name,
      finite(name, new Tensor("float32", [texts.length, data.length / texts.length], data)),
    ]),
  );
}

function isLayer(model: LanguageModel, name: string, value: Value): boolean {
  return isFloat(value.dtype) && value.constant === undefined && (model.isLayer?.(name, value) ?? true);
}

/** The rows of the last tokens, [batch, units]; nothing when the value does not belong to texts or tokens. */
function atLast(name: string, value: Value, tokens: Value, rows: Value): Value | undefined {
  if (value.rank === 2 && value.shape[0] === tokens.shape[0]) return value.cast("float32");
  return perToken(value, name, tokens)?.gather(rows);
}

/** Writes the batch's rows to their places. A layer whose width depends on the length of the text is dropped. */
function keep(
  found: Map<string, Float32Array>,
  states: Readonly<Record<string, Tensor>>,
  rows: readonly number[],
  texts: number,
  first: boolean,
): void {
  if (first)
    for (const [name, { shape }] of Object.entries(states)) found.set(name, new Float32Array(texts * shape[1]));
  for (const [name, all] of found) {
    const state = states[name];
    const units = all.length / texts;
    if (state?.shape[1] !== units) {
      found.delete(name);
      continue;
    }
    const data = state.data as Float32Array;
    for (const [row, text] of rows.entries()) all.set(data.subarray(row * units, (row + 1) * units), text * units);
  }
}

function finite(layer: string, states: Tensor): Tensor {
  const data = states.data as Float32Array;
  const wrong = data.findIndex((v) => !Number.isFinite(v));
  if (wrong < 0) return states;
  const units = states.shape[1];
  throw new CajalError(
    "not-finite",
    `the layer "${layer}" holds ${data[wrong]} at the last token of text ${Math.floor(wrong / units)} (unit ${wrong % units})`,
    { advice: "The model diverged in training, or overflows in its precision: look at the layers before this one." },
  );
}
