/**
 * @file What a unit's output says by itself: the vector that it writes into the residual stream, read as the stream's end is read (nostalgebraist
 * 2020, "logit lens"; of neurons Geva et al. 2022, arXiv:2203.14680). Layers behind it may read the vector otherwise: this is what goes
 * straight to the logits.
 */

import { CajalError, compile, Tensor, topK, type Value } from "../../graph/index.ts";
import type { Gpt, Norm } from "../../nn/index.ts";
import type { Decoder } from "../architectures/decoder.ts";
import { checkUnits } from "../edit.ts";
import { findLayer } from "../layers.ts";
import type { TextLayer } from "./network.ts";
import type { TextModel } from "./text-model.ts";

/** A token and what a unit does to its logit. */
export interface TokenEffect {
  readonly token: number;
  /** Its text; undefined without a tokenizer. */
  readonly text: string | undefined;
  /** By how much one unit of activity raises the token's logit, where the stream's root mean square is 1. */
  readonly effect: number;
}

export interface DecodedUnit {
  readonly layer: string;
  readonly unit: number;
  /** The tokens whose logits it raises most. */
  readonly promotes: readonly TokenEffect[];
  /** And those that it lowers most. */
  readonly suppresses: readonly TokenEffect[];
}

export interface FoundUnit {
  readonly layer: string;
  readonly unit: number;
  /** Mean over the tokens looked for: by how many standard deviations of its effects on all tokens the unit raises each. */
  readonly score: number;
}

/** Effects are computed for so many numbers at once. */
const effectsAtOnce = 1 << 24;

/**
 * Which tokens units promote and suppress. The unit's vector is the row of the down projection (of an MLP's neuron) or the element itself (of a
 * stream); it is scaled by the weights of the norm before the head, and compared with every token's vector. Caps and biases are left out.
 * @param units default: all of the layer
 * @throws CajalError `unknown-layer`, `unknown-unit`; `argument` for heads, which write no single vector, and for ONNX models
 */
export async function decodeUnits(
  model: TextModel,
  layer: string,
  options: { readonly units?: readonly number[]; readonly top?: number; readonly signal?: AbortSignal } = {},
): Promise<DecodedUnit[]> {
  const { top = 10, signal } = options;
  const decoder = decoderOf(model);
  const found = findLayer(model.layers(), layer);
  const units = checkUnits(found, options.units);
  const count = Math.min(top, decoder.sizes.vocabulary);
  const run = compile((rows: Value) => {
    const effects = effectsOf(decoder, found, rows);
    return { most: topK(effects, count), least: topK(effects, count, { largest: false }) };
  });
  const word = (token: number) => (model.tokenizer === undefined ? undefined : model.decode([token]));
  const decoded: DecodedUnit[] = [];
  try {
    for (const part of chunks(units, decoder)) {
      signal?.throwIfAborted();
      const { most, least } = await run(rowsOf(decoder, found, part));
      const list = ({ values, indices }: { values: Tensor; indices: Tensor }, row: number): TokenEffect[] =>
        Array.from({ length: count }, (_, i) => {
          const token = Number(indices.data[row * count + i]);
          return { token, text: word(token), effect: Number(values.data[row * count + i]) };
        });
      for (const [row, unit] of part.entries())
        decoded.push({ layer, unit, promotes: list(most, row), suppresses: list(least, row) });
    }
  } finally {
    await run.release();
  }
  return decoded;
}

/**
 * The neurons that promote tokens most, compared with what they do to all others.
 * @param tokens those of a word, say
 * @throws CajalError `argument`, `unknown-layer` as `decodeUnits`
 */
export async function findUnits(
  model: TextModel,
  tokens: readonly number[],
  options: {
    /** Default: all of neurons. */
    readonly layers?: readonly string[];
    readonly top?: number;
    readonly signal?: AbortSignal;
    onProgress?(done: number, total: number): void;
  } = {},
): Promise<FoundUnit[]> {
  const { top = 10, signal, onProgress } = options;
  const decoder = decoderOf(model);
  const wanted = [...new Set(model.tokensOf(tokens))];
  const layers =
    options.layers === undefined
      ? model.layers().filter(({ kind }) => kind === "neurons")
      : options.layers.map((name) => findLayer(model.layers(), name));
  const total = layers.reduce((sum, { units }) => sum + units, 0);
  const found: FoundUnit[] = [];
  let done = 0;
  for (const layer of layers) {
    const run = compile((rows: Value, ids: Value) => {
      const effects = effectsOf(decoder, layer, rows);
      const centred = effects.sub(effects.mean(-1, true));
      const deviation = centred.square().mean(-1, true).sqrt();
      return centred.div(deviation.add(1e-12)).gather(ids, 1).mean(-1);
    });
    try {
      for (const part of chunks(checkUnits(layer, undefined), decoder)) {
        signal?.throwIfAborted();
        const scores = await run(rowsOf(decoder, layer, part), Tensor.of(wanted, [wanted.length], "int64"));
        for (const [i, unit] of part.entries()) found.push({ layer: layer.name, unit, score: Number(scores.data[i]) });
        done += part.length;
        onProgress?.(done, total);
      }
    } finally {
      await run.release();
    }
  }
  return found.sort((a, b) => b.score - a.score).slice(0, top);
}

/** The vectors that units write: [units, width], or the numbers of elements of the stream. */
function rowsOf({ params, sizes }: Decoder, layer: TextLayer, units: readonly number[]): Tensor {
  if (layer.kind === "heads")
    throw new CajalError("argument", `${layer.name}: a head writes no single vector`, {
      advice: "Decode neurons, as in block0/mlp:3, or elements of a stream.",
    });
  const { width } = sizes;
  const rows = new Float32Array(units.length * width);
  if (layer.kind === "stream") for (const [i, unit] of units.entries()) rows[i * width + unit] = 1;
  else {
    const down = downOf(params, layer).data as Float32Array;
    for (const [i, unit] of units.entries()) rows.set(down.subarray(unit * width, (unit + 1) * width), i * width);
  }
  return new Tensor("float32", [units.length, width], rows);
}

function blockOf(params: Gpt<Tensor>, layer: TextLayer) {
  return params.blocks[Number(/^block(\d+)\//.exec(layer.name)?.[1])];
}

/** [hidden, width] */
function downOf(params: Gpt<Tensor>, layer: TextLayer): Tensor {
  const { feedForward } = blockOf(params, layer);
  return ("gate" in feedForward ? feedForward.down : feedForward[feedForward.length - 1]).weight;
}

/** Effects on all logits: rows [n, width] → [n, vocabulary]. */
function effectsOf({ params }: Decoder, layer: TextLayer, rows: Value): Value {
  const after = layer.kind === "neurons" ? blockOf(params, layer).feedForwardAfterNorm : undefined;
  const written = after === undefined ? rows : weighed(after, rows);
  const read = weighed(params.norm, written);
  const head = params.head?.weight;
  return head === undefined
    ? read.matmul(rows.tracer.lift(params.tokens.weight, "float32").transpose())
    : read.matmul(head);
}

/** The norm without its division: what is left is linear. A layer norm takes the mean off, too. */
function weighed(norm: Norm<Tensor>, rows: Value): Value {
  const centred = "shift" in norm ? rows.sub(rows.mean(-1, true)) : rows;
  return centred.mul(norm.scale);
}

function* chunks(units: readonly number[], { sizes }: Decoder): Generator<readonly number[]> {
  const size = Math.max(1, Math.floor(effectsAtOnce / sizes.vocabulary));
  for (let at = 0; at < units.length; at += size) yield units.slice(at, at + size);
}

function decoderOf(model: TextModel): Decoder {
  const { decoder } = model.network;
  if (decoder === undefined)
    throw new CajalError(
      "argument",
      `${model.name}: which weights are a neuron's output is not known of an ONNX model`,
      {
        advice: "Open the model from its safetensors.",
      },
    );
  return decoder;
}
