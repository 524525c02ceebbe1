/** @file What a classifier sees under a mask: its last maps, pooled there instead of over the whole picture. */

import { type Picture, type Preprocess, toTensor } from "../../../../data/index.ts";
import { type Compiled, collect, compile, Tensor, type Value } from "../../../../graph/index.ts";
import type { Model } from "../../../../probe/index.ts";
import type { EncodeOptions, PictureRegions } from "../region-encoder.ts";
import { runsOf } from "../runs-of-pixels.ts";
import { shareStretcher } from "../stretch-mask.ts";

export interface ClassEncoderOptions {
  /** The last maps, before they are pooled: [classes, h, w]. */
  readonly maps: string;
  readonly preprocess: Preprocess;
  /** Bytes of maps that are kept for pictures that come again as the same objects. Default 192 MB: some 700 pictures. */
  readonly keep?: number;
}

/** Pictures per run of the network. */
const batch = 8;

/** A picture's maps, cell by cell, as multiples of `step`. */
interface KeptMaps {
  readonly cells: Int16Array;
  readonly step: number;
}

/**
 * As a RegionEncoder of one depth, but a picture's maps are computed once: units of all layers share pictures, and pooling under a small region is a few sums.
 * Maps are kept in 16 bits (largest error: 1/65,534 of the picture's largest element).
 */
export class ClassEncoder {
  /** Number of classes. */
  readonly features: number;
  /** Pictures must be of this size. */
  readonly height: number;
  readonly width: number;
  private readonly preprocess: Preprocess;
  private readonly see: Compiled<[Value], Value>;
  private readonly kept = new WeakMap<Picture, KeptMaps>();
  private room: number;
  private readonly forgotten = new FinalizationRegistry((bytes: number) => {
    this.room += bytes;
  });
  private grid: readonly [rows: number, columns: number] = [0, 0];

  /** @throws CajalError `unknown-layer` */
  constructor(model: Model, { maps, preprocess, keep = 192 << 20 }: ClassEncoderOptions) {
    const { imported } = model;
    const { port, height, width } = model.input;
    this.features = model.layers([maps])[0].units;
    this.height = height;
    this.width = width;
    this.preprocess = preprocess;
    this.room = keep;
    const forward = collect(
      (x: Value) => imported.apply(imported.params, { [port.name]: x }),
      (name) => name === maps,
    );
    this.see = compile((x: Value) => forward(x).taps[maps].transpose([0, 2, 3, 1]));
  }

  /** The classes' means under each mask, [regions of all pictures, classes] in the order in which they are given; zeros under a dark one. */
  async encode(pictures: readonly PictureRegions[], { signal, onProgress }: EncodeOptions = {}): Promise<Float32Array> {
    const { features, height, width } = this;
    const vectors = new Float32Array(pictures.reduce((sum, { masks }) => sum + masks.length, 0) * features);
    let at = 0;
    for (let from = 0; from < pictures.length; from += batch) {
      signal?.throwIfAborted();
      const part = pictures.slice(from, from + batch);
      const maps = await this.mapsOf(part.map(({ picture }) => picture));
      const sharesOf = shareStretcher([height, width], this.grid);
      for (const [i, { masks }] of part.entries())
        for (const mask of masks) {
          pool(maps[i], sharesOf(runsOf(mask)), vectors.subarray(at, at + features));
          at += features;
        }
      await onProgress?.(from + part.length, pictures.length);
    }
    return vectors;
  }

  release(): Promise<void> {
    return this.see.release();
  }

  private async mapsOf(pictures: readonly Picture[]): Promise<KeptMaps[]> {
    const unknown = pictures.filter((picture) => !this.kept.has(picture));
    const fresh = unknown.length === 0 ? [] : await this.look(unknown);
    const made = new Map(unknown.map((picture, i) => [picture, fresh[i]]));
    for (const [picture, maps] of made) {
      const { byteLength } = maps.cells;
      if (byteLength > this.room) continue;
      this.room -= byteLength;
      this.kept.set(picture, maps);
      this.forgotten.register(picture, byteLength);
    }
    return pictures.map((picture) => (made.get(picture) ?? this.kept.get(picture)) as KeptMaps);
  }

  private async look(pictures: readonly Picture[]): Promise<KeptMaps[]> {
    const { height, width } = this;
    const size = 3 * height * width;
    // What is missing of a batch is black: one graph serves all.
    const input = new Float32Array(batch * size);
    for (const [row, picture] of pictures.entries())
      input.set(toTensor(picture, 3, this.preprocess).data as Float32Array, row * size);
    const { data, shape } = await this.see(new Tensor("float32", [batch, 3, height, width], input));
    this.grid = [shape[1], shape[2]];
    const each = data.length / batch;
    return pictures.map((_, row) => inSteps((data as Float32Array).subarray(row * each, (row + 1) * each)));
  }
}

function inSteps(values: Float32Array): KeptMaps {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  const step = most / 32_767 || 1;
  const cells = new Int16Array(values.length);
  for (let i = 0; i < values.length; i++) cells[i] = Math.round(values[i] / step);
  return { cells, step };
}

/** Adds the mean of the maps, weighted by the cells' shares, to `sum`. */
function pool({ cells, step }: KeptMaps, shares: Float64Array, sum: Float32Array): void {
  const total = shares.reduce((a, b) => a + b, 0);
  if (total === 0) return;
  const classes = sum.length;
  for (const [cell, share] of shares.entries()) {
    if (share === 0) continue;
    const weight = (share / total) * step;
    for (let c = 0, from = cell * classes; c < classes; c++) sum[c] += weight * cells[from + c];
  }
}
