/** @file The pictures that a unit is for, with its activations on them and their codes. */

import { type LabelledPicture, type PictureSet, type Preprocess, toTensor } from "../../../data/index.ts";
import { CajalError, Tensor, type Value } from "../../../graph/index.ts";
import { type Layer, LayerRunner, type Model, readBatches, type Skipped } from "../../../probe/index.ts";
import { codeOf, type FoundUnit, nameOf, unitsOf } from "./unit.ts";

export interface ImageSetOptions {
  /**
   * Numbers of the unit's pictures; "strongest": those that excite it most, the top 1.5 % of the set and at least 200. Default: those with the label, or
   * the strongest. For an output of the model one of the three has to be said: the strongest of a class alone would hide its weaker facets.
   */
  readonly images?: readonly number[] | "strongest";
  /** All pictures with this label. */
  readonly label?: string;
  readonly signal?: AbortSignal;
}

export interface UnitImages {
  /** Numbers of the pictures in their set. */
  readonly indices: readonly number[];
  /** φ of each. */
  readonly activations: readonly number[];
  /** [pictures, D] */
  readonly codes: Tensor;
  readonly skipped: readonly Skipped[];
}

const strongestShare = 0.015;
const fewestStrongest = 200;

/** @throws CajalError `argument` when an output's pictures are not said, or the unit never fires on them; `no-data` when none can be read */
export async function unitImages(
  model: Model,
  unit: FoundUnit,
  codeLayer: Layer,
  pictures: PictureSet,
  preprocess: Preprocess,
  options: ImageSetOptions,
): Promise<UnitImages> {
  const { images, label } = options;
  if (label !== undefined && pictures.labels.length > 0 && !pictures.labels.includes(label))
    throw new CajalError("argument", `no picture has the label "${label}"`, {
      advice: `Labels: ${pictures.labels.slice(0, 20).join(", ")}.`,
    });
  if (images === undefined && label === undefined && model.imported.outputs.some(({ name }) => name === unit.tensor))
    throw new CajalError("argument", `"${nameOf(unit)}" is an output: which pictures are of its class?`, {
      advice: 'Say label, or images: their numbers. images: "strongest" takes those that excite it most all the same.',
    });
  const reader = new PictureReader(model, unit, codeLayer, pictures, preprocess, options.signal);
  try {
    const all = Array.from({ length: pictures.length }, (_, i) => i);
    const candidates =
      images === undefined || images === "strongest"
        ? label === undefined
          ? await reader.strongest(all)
          : all
        : images;
    const found = await reader.read(candidates, label);
    const largest = found.activations.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    if (found.indices.length > 0 && largest <= 0)
      throw new CajalError(
        "argument",
        `"${nameOf(unit)}" never fires: its largest activation on ${found.indices.length} pictures is ${largest}`,
        { advice: "Nothing is to be seen of it. Choose another unit, or pictures that excite it." },
      );
    return found;
  } finally {
    await reader.release();
  }
}

/** Shows the model pictures and keeps one unit's activations, and codes. */
class PictureReader {
  private readonly unit: FoundUnit;
  private readonly model: Model;
  private readonly codeLayer: Layer;
  private readonly pictures: PictureSet;
  private readonly preprocess: Preprocess;
  private readonly signal: AbortSignal | undefined;
  private readonly runner: LayerRunner<{ unit?: Value; code?: Value }>;

  constructor(
    model: Model,
    unit: FoundUnit,
    codeLayer: Layer,
    pictures: PictureSet,
    preprocess: Preprocess,
    signal: AbortSignal | undefined,
  ) {
    this.model = model;
    this.unit = unit;
    this.codeLayer = codeLayer;
    this.pictures = pictures;
    this.preprocess = preprocess;
    this.signal = signal;
    const layers = unit.layer.name === codeLayer.name ? [codeLayer] : [unit.layer, codeLayer];
    this.runner = new LayerRunner(model, layers, (value, { name }) => ({
      ...(name === unit.layer.name && { unit: unitsOf(value, unit.at) }),
      ...(name === codeLayer.name && { code: codeOf(value) }),
    }));
  }

  release(): Promise<void> {
    return this.runner.release();
  }

  /** Numbers of the pictures that excite the unit most, the strongest first. */
  async strongest(candidates: readonly number[]): Promise<number[]> {
    const { indices, activations } = await this.read(candidates, undefined, false);
    const count = Math.max(fewestStrongest, Math.round(strongestShare * indices.length));
    const order = Array.from(indices.keys()).sort((a, b) => activations[b] - activations[a]);
    return order.slice(0, count).map((place) => indices[place]);
  }

  /** @param label only pictures that have it */
  async read(candidates: readonly number[], label: string | undefined, keepCodes = true): Promise<UnitImages> {
    const { channels, height, width } = this.model.input;
    const readable = {
      nameOf: (index: number) => this.pictures.nameOf(index),
      get: (index: number): Promise<LabelledPicture> => this.pictures.get(index, height, width),
    };
    const [indices, activations, codes]: [number[], number[], Float32Array[]] = [[], [], []];
    const skipped: Skipped[] = [];
    const skip = (one: Skipped) => skipped.push(one);
    for await (const batch of readBatches(readable, candidates, this.runner.batch, skip, this.signal)) {
      const wanted = batch.samples.flatMap((sample, i) =>
        label === undefined || sample.label === label ? [{ sample, index: batch.indices[i] }] : [],
      );
      if (wanted.length === 0) continue;
      const found = await this.runner.run(
        wanted.map(({ sample }) => ({ input: toTensor(sample.picture, channels, this.preprocess) })),
      );
      const { units } = this.unit.layer;
      const phi = found[this.unit.layer.name].unit?.data as Float32Array;
      const code = found[this.codeLayer.name].code?.data as Float32Array;
      for (const [row, { index }] of wanted.entries()) {
        const activation = phi[row * units + this.unit.channel];
        if (!Number.isFinite(activation))
          throw new CajalError(
            "not-finite",
            `"${nameOf(this.unit)}" is ${activation} on ${this.pictures.nameOf(index)}`,
            {
              advice: "Look whether the preprocessing is what this model wants.",
            },
          );
        indices.push(index);
        activations.push(activation);
        if (keepCodes) codes.push(code.slice(row * this.codeLayer.units, (row + 1) * this.codeLayer.units));
      }
    }
    if (indices.length === 0 && skipped.length > 0)
      throw new CajalError("no-data", `none of ${skipped.length} pictures could be read`, {
        advice: skipped[0].reason,
      });
    const all = new Float32Array(codes.length * this.codeLayer.units);
    for (const [i, code] of codes.entries()) all.set(code, i * this.codeLayer.units);
    return {
      indices,
      activations,
      codes: new Tensor("float32", [codes.length, this.codeLayer.units], all),
      skipped,
    };
  }
}
