/** @file Exemplars of whole layers, with masks packed, and what a captioner is shown of them. */

import { type Picture, type PictureSet, stretchPicture } from "../../../data/index.ts";
import { CajalError } from "../../../graph/index.ts";
import type { Layer } from "../../../probe/index.ts";
import type { ExemplarSet } from "./captioner.ts";
import { maskOf, type PixelRuns } from "./runs-of-pixels.ts";
import { maskStretcher } from "./stretch-mask.ts";

/** One unit's exemplars, the most exciting first. */
export interface Exemplars {
  readonly layer: string;
  readonly unit: number;
  /** Numbers of pictures in the set. */
  readonly images: Int32Array;
  /** The unit's maximum in each. */
  readonly values: Float32Array;
  readonly level: number;
  /** Never above zero on any picture, or nowhere above its level in its strongest. */
  readonly dead: boolean;
  /** For each picture height × width bytes of the model's input, 1 where the unit is above its level. */
  readonly masks: readonly Uint8Array[];
}

/** What is kept of a unit, masks packed. */
export interface StoredUnit {
  readonly images: Int32Array;
  readonly values: Float32Array;
  readonly level: number;
  readonly maximum: number;
  readonly regions: readonly PixelRuns[];
}

/** Pictures that are kept as they were last shown. */
const shownBytes = 128 << 20;

/** Exemplars of layers, with masks packed. */
export class ExemplarStore {
  readonly layers: readonly Layer[];
  readonly pictures: PictureSet;
  /** Of pictures and masks: the model's input. */
  readonly height: number;
  readonly width: number;
  readonly k: number;
  /** What should be known about the result. */
  readonly warnings: readonly string[];
  private readonly stored: ReadonlyMap<string, ReadonlyMap<number, StoredUnit>>;
  /** Pictures as they were last asked for: units of all layers share them. */
  private readonly shown = new Map<number, Picture>();
  private shownSize = "";

  constructor(
    about: Pick<ExemplarStore, "layers" | "pictures" | "height" | "width" | "k" | "warnings">,
    stored: ReadonlyMap<string, ReadonlyMap<number, StoredUnit>>,
  ) {
    this.layers = about.layers;
    this.pictures = about.pictures;
    this.height = about.height;
    this.width = about.width;
    this.k = about.k;
    this.warnings = about.warnings;
    this.stored = stored;
  }

  /** The units of a layer that were asked for. */
  units(layer: string): number[] {
    return [...(this.stored.get(layer)?.keys() ?? [])];
  }

  /** @throws CajalError `unknown-unit` */
  exemplars(layer: string, unit: number): Exemplars {
    const { images, values, level, regions } = this.unit(layer, unit);
    const pixels = this.height * this.width;
    return {
      layer,
      unit,
      images,
      values,
      level,
      dead: this.isDead(layer, unit),
      masks: regions.map((runs) => maskOf(runs, pixels)),
    };
  }

  isDead(layer: string, unit: number): boolean {
    const { maximum, regions } = this.unit(layer, unit);
    return maximum <= 0 || regions.every((runs) => runs.length === 0);
  }

  /**
   * What a captioner is shown of units of a layer, at the size that it wants. Pictures that units share are shared objects.
   * @param size default: the model's own
   */
  async sets(
    layer: string,
    units: readonly number[],
    size: readonly [height: number, width: number] = [this.height, this.width],
  ): Promise<ExemplarSet[]> {
    const needed = new Set(units.flatMap((unit) => [...this.unit(layer, unit).images]));
    const pictures = new Map(
      await Promise.all([...needed].map(async (index) => [index, await this.shownPicture(index, size)] as const)),
    );
    const stretch = maskStretcher([this.height, this.width], size);
    return units.map((unit) => {
      const { images, regions } = this.unit(layer, unit);
      // Dark ones say nothing.
      const lit = [...images.keys()].filter((i) => regions[i].length > 0);
      return {
        pictures: lit.map((i) => pictures.get(images[i]) as ExemplarSet["pictures"][number]),
        masks: lit.map((i) => stretch(regions[i])),
      };
    });
  }

  /** All that is known of a layer's exemplars, without the pictures: equal for equal exemplars. */
  bytes(layer: string): Uint8Array {
    const parts = this.units(layer).flatMap((unit) => {
      const { images, values, level, regions } = this.unit(layer, unit);
      return [[unit, level], images, values, ...regions.flatMap((runs) => [[runs.length], runs])];
    });
    parts.unshift([this.height, this.width]);
    const numbers = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      numbers.set(part, at);
      at += part.length;
    }
    return new Uint8Array(numbers.buffer);
  }

  private async shownPicture(index: number, size: readonly [height: number, width: number]): Promise<Picture> {
    if (this.shownSize !== String(size)) this.shown.clear();
    this.shownSize = String(size);
    const known = this.shown.get(index);
    if (known !== undefined) return known;
    const { picture } = await this.pictures.get(index, this.height, this.width);
    const stretched = stretchPicture(picture, ...size);
    if ((this.shown.size + 1) * stretched.data.length <= shownBytes) this.shown.set(index, stretched);
    return stretched;
  }

  private unit(layer: string, unit: number): StoredUnit {
    const found = this.stored.get(layer)?.get(unit);
    if (found === undefined) throw new CajalError("unknown-unit", `no exemplars of ${layer}:${unit} were computed`);
    return found;
  }
}
