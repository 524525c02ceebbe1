/** @file What the heads of a site say at each token of texts: the vectors that dictionaries are learned from. */

import {
  CajalError,
  type CompileOptions,
  collect,
  compile,
  type Rng,
  Tensor,
  type Value,
} from "../../../graph/index.ts";
import { type Batches, takeRows } from "../../../nn/index.ts";
import { type LanguageModel, type TextBatchOptions, textBatches, type Weights } from "../../../probe/index.ts";
import { traceAttention } from "./attention-graph.ts";
import { applied, marksOf, type Texts, weightsOf } from "./model.ts";
import { type AttentionSite, siteAmong, widthOf } from "./site.ts";

export interface ReadOptions extends TextBatchOptions {
  readonly compile?: CompileOptions;
}

/** Vectors and where they come from. */
export interface SiteVectors {
  /** [n, heads · headWidth] */
  readonly z: Tensor;
  /** Of each vector its text and its step. */
  readonly text: Int32Array;
  readonly step: Int32Array;
}

/** What reads z of batches of texts: `read(texts)`; it keeps its graphs until `release`. */
export class SiteReader {
  private readonly model: LanguageModel;
  private readonly site: AttentionSite;
  private readonly options: ReadOptions;
  private readonly run: (weights: Weights<Tensor>, tokens: Tensor, present: Tensor) => Promise<Tensor>;
  readonly release: () => Promise<void>;

  constructor(model: LanguageModel, site: AttentionSite, options: ReadOptions = {}) {
    this.model = model;
    this.site = site;
    this.options = options;
    const run = compile((weights: Weights<Value>, tokens: Value, present: Value) => {
      const { taps } = collect(
        () => applied(model, [weights, tokens, present]),
        (name) => name === site.z,
      )();
      const z = taps[site.z];
      if (z === undefined)
        return siteAmong(traceAttention(model, [weights, tokens, present]).layers, site, model.name).z;
      return z.cast("float32").reshape([tokens.shape[0] * tokens.shape[1], widthOf(site)]);
    }, options.compile);
    this.run = run;
    this.release = () => run.release();
  }

  /** Marks that begin texts, such as <s>, are left out. @throws CajalError `argument`, `unknown-layer`, `not-finite` */
  async read(texts: Texts): Promise<SiteVectors> {
    const { model, site, options } = this;
    const width = widthOf(site);
    const marks = texts.map((text) => marksOf(model, text));
    const count = texts.reduce((sum, { length }, i) => sum + length - marks[i], 0);
    const z = new Float32Array(count * width);
    const [text, step] = [new Int32Array(count), new Int32Array(count)];
    const starts: number[] = [];
    let total = 0;
    for (const [i, { length }] of texts.entries()) {
      starts.push(total);
      for (let at = marks[i]; at < length; at++) [text[total], step[total++]] = [i, at];
    }
    for (const { rows, steps, tokens, present } of textBatches(model, texts, options)) {
      const said = (await this.run(weightsOf(model), tokens, present)).data as Float32Array;
      for (const [row, i] of rows.entries()) {
        const from = (row * steps + marks[i]) * width;
        z.set(said.subarray(from, (row * steps + texts[i].length) * width), starts[i] * width);
      }
    }
    const wrong = z.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0)
      throw new CajalError("not-finite", `${site.z} is ${z[wrong]} in text ${text[Math.floor(wrong / width)]}`, {
        advice: "The model overflows: look at the layers before this one.",
      });
    return { z: new Tensor("float32", [count, width], z), text, step };
  }
}

/** z at each token of texts, marks left out. For more than fits into memory: `vectorBatches`. */
export async function siteVectors(
  model: LanguageModel,
  site: AttentionSite,
  texts: Texts,
  options: ReadOptions = {},
): Promise<SiteVectors> {
  const reader = new SiteReader(model, site, options);
  try {
    return await reader.read(texts);
  } finally {
    await reader.release();
  }
}

/** Batches of vectors, which a batch's number alone decides on. */
export interface VectorBatches extends Batches<Tensor> {
  readonly size: number;
  readonly width: number;
  /** Vectors that there are. */
  readonly count: number;
  release(): Promise<void>;
}

/** Shuffled batches of vectors that are there. */
export function batchesOf(z: Tensor, size: number, rng: Rng): VectorBatches {
  const [count, width] = z.shape;
  const perEpoch = Math.floor(count / size);
  if (perEpoch < 1)
    throw new CajalError("argument", `${count} vectors make no batch of ${size}`, {
      advice: "Give more text, or a smaller batch.",
    });
  let shuffled: { readonly epoch: number; readonly order: Int32Array } = { epoch: -1, order: new Int32Array(0) };
  return {
    size,
    width,
    count,
    batch(step) {
      const epoch = Math.floor(step / perEpoch);
      if (shuffled.epoch !== epoch) shuffled = { epoch, order: rng.split(epoch).permutation(count) };
      const start = (step % perEpoch) * size;
      return takeRows(z, shuffled.order.subarray(start, start + size));
    },
    release: async () => undefined,
  };
}

export interface VectorBatchesOptions extends ReadOptions {
  /** Vectors in a batch of training. */
  readonly size: number;
  readonly rng: Rng;
  /** Bytes of vectors that are held. Default 512 MiB. */
  readonly memory?: number;
}

/**
 * Batches of a site's vectors, mixed over texts. Where all vectors fit into memory, they are read once. Else texts are read piece by piece, in random
 * order, into a buffer of which one half is refilled when the other is used up: a vector of piece p comes up with those of p − 1 or of p + 1.
 */
export async function vectorBatches(
  model: LanguageModel,
  site: AttentionSite,
  texts: Texts,
  { size, rng, memory = 2 ** 29, ...options }: VectorBatchesOptions,
): Promise<VectorBatches> {
  const width = widthOf(site);
  const count = texts.reduce((sum, text) => sum + text.length - marksOf(model, text), 0);
  if (count * width * 4 <= memory) return batchesOf((await siteVectors(model, site, texts, options)).z, size, rng);
  return bufferedBatches(model, site, texts, { size, rng, memory, ...options });
}

/** As `vectorBatches`, never holding more than the buffer. */
export function bufferedBatches(
  model: LanguageModel,
  site: AttentionSite,
  texts: Texts,
  { size, rng, memory = 2 ** 29, ...options }: VectorBatchesOptions,
): VectorBatches {
  const width = widthOf(site);
  const lengths = texts.map((text) => text.length - marksOf(model, text));
  const count = lengths.reduce((sum, length) => sum + length, 0);
  // Two pieces are held, and the mixture of their halves.
  const pieceSize = Math.max(2 * size, Math.floor(memory / (12 * width)));
  const pieces: number[][] = [[]];
  let filled = 0;
  for (const i of rng.split("texts").permutation(texts.length)) {
    if (filled >= pieceSize) [filled] = [0, pieces.push([])];
    pieces[pieces.length - 1].push(i);
    filled += lengths[i];
  }
  const reader = new SiteReader(model, site, options);
  const held = new Map<number, Promise<Tensor>>();
  const pieceAt = (number: number) => {
    const known = held.get(number);
    if (known !== undefined) return known;
    const read = reader.read(pieces[number % pieces.length].map((i) => texts[i])).then(({ z }) => z);
    held.set(number, read);
    return read;
  };
  /** Half of a piece, the first or the second in an order of the piece's own. */
  const half = async (number: number, which: 0 | 1) => {
    const z = await pieceAt(number);
    const order = rng.split("piece").split(number).permutation(z.shape[0]);
    const middle = Math.floor(order.length / 2);
    return takeRows(z, which === 0 ? order.subarray(0, middle) : order.subarray(middle));
  };
  const rowsIn = pieces.map((members) => members.reduce((sum, i) => sum + lengths[i], 0));
  const batchesIn = (number: number) => {
    const [here, next] = [rowsIn[number % pieces.length], rowsIn[(number + 1) % pieces.length]];
    return Math.max(1, Math.floor((here - Math.floor(here / 2) + Math.floor(next / 2)) / size));
  };
  let mixed: { readonly number: number; readonly z: Tensor } | undefined;
  return {
    size,
    width,
    count,
    async batch(step) {
      let number = 0;
      let at = step;
      for (; at >= batchesIn(number); number++) at -= batchesIn(number);
      let buffer = mixed;
      if (buffer?.number !== number) {
        const [one, other] = [await half(number, 1), await half(number + 1, 0)];
        const both = new Float32Array(one.size + other.size);
        both.set(one.data as Float32Array);
        both.set(other.data as Float32Array, one.size);
        const all = new Tensor("float32", [both.length / width, width], both);
        buffer = { number, z: takeRows(all, rng.split("mixed").split(number).permutation(all.shape[0])) };
        mixed = buffer;
        for (const old of held.keys()) if (old <= number) held.delete(old);
      }
      const { z } = buffer;
      return takeRows(
        z,
        Array.from({ length: size }, (_, i) => (at * size + i) % z.shape[0]),
      );
    },
    release: () => reader.release(),
  };
}
