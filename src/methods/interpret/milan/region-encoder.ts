/**
 * @file What a frozen image network sees where a mask is lit: at several depths the mean of its activations under the mask.
 *
 * The mask weighs activations, it does not black out pixels: the network sees the whole picture, and the region keeps its surroundings.
 */

import { type Picture, type Preprocess, resamplingTaps, toTensor } from "../../../data/index.ts";
import {
  CajalError,
  type Compiled,
  type CompileOptions,
  collect,
  compile,
  concat,
  Tensor,
  type Value,
} from "../../../graph/index.ts";
import type { Model } from "../../../probe/index.ts";

export interface RegionEncoderOptions {
  /** Layers of [C, H, W] whose activations are pooled, from early to late. */
  readonly depths: readonly string[];
  readonly preprocess: Preprocess;
  /** Pictures per run of the network. Default 8. */
  readonly batch?: number;
  readonly compile?: CompileOptions;
}

/** Regions of one picture that are pooled in one run, by choice: few waste no work on masks that are not there, many look at a picture but once. */
const regionsAtOnce = [4, 16, 64] as const;

export interface EncodeOptions {
  readonly signal?: AbortSignal;
  /** Is told how many looks at pictures are done. */
  onProgress?(done: number, total: number): void | Promise<void>;
}

/** A picture and where to look in it. */
export interface PictureRegions {
  readonly picture: Picture;
  /** Each height × width of the picture; how bright a mask is does not count, only its shape. */
  readonly masks: readonly Uint8Array[];
}

/**
 * Turns regions of pictures into vectors. At each depth the mask is resized bilinearly to the map (over all pixels that a cell stands for when
 * the map is smaller, so that no lit pixel is lost), normalised to a sum of 1, and weighs the activations; a dark mask gives zeros.
 */
export class RegionEncoder {
  /** Length of a region's vector: the depths' channels one after the other. */
  readonly features: number;
  readonly depths: readonly string[];
  /** Pictures must be of this size. */
  readonly height: number;
  readonly width: number;
  private readonly preprocess: Preprocess;
  private readonly batch: number;
  private readonly pool: Compiled<[Value, Value], Value>;

  /** @throws CajalError `unknown-layer`; `shape` when a depth has no positions */
  constructor(model: Model, { depths, preprocess, batch = 8, compile: options = {} }: RegionEncoderOptions) {
    const layers = model.layers(depths);
    const flat = layers.find(({ shape }) => shape.length !== 3);
    if (flat !== undefined)
      throw new CajalError("shape", `region encoder: "${flat.name}" is [${flat.shape.join(", ")}], not [C, H, W]`, {
        advice: `Choose from: ${model
          .layers()
          .flatMap(({ name, shape }) => (shape.length === 3 ? [name] : []))
          .slice(0, 12)
          .join(", ")}.`,
      });
    const { port, height, width } = model.input;
    const { imported } = model;
    this.features = layers.reduce((sum, { units }) => sum + units, 0);
    this.depths = depths;
    this.height = height;
    this.width = width;
    this.preprocess = preprocess;
    this.batch = batch;
    const wanted = new Set(depths);
    const forward = collect(
      (x: Value) => imported.apply(imported.params, { [port.name]: x }),
      (name) => wanted.has(name),
    );
    this.pool = compile(
      (x: Value, masks: Value) => {
        const { taps } = forward(x);
        const weights = masks.cast("float32");
        return concat(
          depths.map((name) => underMask(taps[name], weights)),
          2,
        );
      },
      { ...options, cache: regionsAtOnce.length },
    );
  }

  /**
   * The vectors of all regions, [regions of all pictures, features] in the order in which they are given.
   * @throws CajalError `shape` when a picture or mask has another size
   */
  async encode(pictures: readonly PictureRegions[], { signal, onProgress }: EncodeOptions = {}): Promise<Float32Array> {
    const { features, batch, height, width } = this;
    const starts = [0];
    for (const { picture, masks } of pictures) {
      this.check(picture, masks);
      starts.push(starts[starts.length - 1] + masks.length);
    }
    const vectors = new Float32Array(starts[pictures.length] * features);
    const room = roomFor(pictures.map(({ masks }) => masks.length));
    // A picture with more masks is several pieces of work.
    const work = pictures.flatMap(({ picture, masks }, i) =>
      Array.from({ length: Math.ceil(masks.length / room) }, (_, piece) => {
        const from = piece * room;
        return { picture, masks: masks.slice(from, from + room), at: starts[i] + from };
      }),
    );
    const plane = height * width;
    for (let from = 0; from < work.length; from += batch) {
      signal?.throwIfAborted();
      const pieces = work.slice(from, from + batch);
      const inputs = new Float32Array(batch * 3 * plane);
      const masks = new Uint8Array(batch * room * plane);
      for (const [row, piece] of pieces.entries()) {
        inputs.set(toTensor(piece.picture, 3, this.preprocess).data as Float32Array, row * 3 * plane);
        for (const [k, mask] of piece.masks.entries()) masks.set(mask, (row * room + k) * plane);
      }
      const pooled = await this.pool(
        new Tensor("float32", [batch, 3, height, width], inputs),
        new Tensor("uint8", [batch, room, height, width], masks),
      );
      const data = pooled.data as Float32Array;
      for (const [row, piece] of pieces.entries()) {
        const first = row * room * features;
        vectors.set(data.subarray(first, first + piece.masks.length * features), piece.at * features);
      }
      await onProgress?.(from + pieces.length, work.length);
    }
    return vectors;
  }

  release(): Promise<void> {
    return this.pool.release();
  }

  private check(picture: Picture, masks: readonly Uint8Array[]): void {
    const { height, width } = this;
    if (picture.height !== height || picture.width !== width)
      throw new CajalError(
        "shape",
        `region encoder: a picture of ${picture.height} × ${picture.width} pixels, not ${height} × ${width}`,
      );
    const wrong = masks.find((mask) => mask.length !== height * width);
    if (wrong !== undefined)
      throw new CajalError("shape", `region encoder: a mask of ${wrong.length} pixels for ${height} × ${width}`);
  }
}

/** The least room in which hardly any picture has to be looked at twice. */
function roomFor(counts: readonly number[]): number {
  const looks = (room: number) => counts.reduce((sum, count) => sum + Math.ceil(count / room), 0);
  const fewest = counts.filter((count) => count > 0).length;
  return regionsAtOnce.find((room) => looks(room) <= 1.25 * fewest) ?? regionsAtOnce[regionsAtOnce.length - 1];
}

/** maps [N, C, h, w], masks [N, M, H, W] → the means of the maps under the masks [N, M, C]. */
function underMask(maps: Value, masks: Value): Value {
  const [count, channels, rows, columns] = maps.shape;
  const [, regions, height, width] = masks.shape;
  // Resizing is linear along both axes: R_y · mask · R_xᵀ.
  const small = masks.tracer
    .lift(resampling(height, rows), "float32")
    .matmul(masks)
    .matmul(masks.tracer.lift(resampling(width, columns), "float32").transpose([1, 0]));
  const cells = rows * columns;
  const flat = small.reshape([count, regions, cells]);
  const total = flat.sum(2, true);
  const shares = flat.div(total.greater(0).where(total, 1));
  return shares.matmul(maps.reshape([count, channels, cells]).transpose([0, 2, 1]));
}

/** Weights [to, from] that resize an axis linearly; each row sums to 1. */
function resampling(from: number, to: number): Tensor {
  const weights = new Float32Array(to * from);
  for (const [row, taps] of resamplingTaps(from, to, from / to).entries())
    for (const [at, weight] of taps) weights[row * from + at] += weight;
  return new Tensor("float32", [to, from], weights);
}
