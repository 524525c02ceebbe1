/** @file digest: one pass over a batch of a layer's activations, for the sketch and for each sample's extremes. */

import { CajalError } from "../graph/error.ts";
import type { DigestKernel } from "./digest-kernel.ts";
import type { ActivationSketch } from "./sketch.ts";

/** How the activations of a layer lie in an array: [samples, units, cells] in planes, [samples, cells, units] in rows. */
export interface ActivationLayout {
  readonly order: "planes" | "rows";
  readonly samples: number;
  /** Positions per sample: height × width of a map, tokens, or 1. */
  readonly cells: number;
  /** So many cells at the beginning of each sample are left out: 1 for a class token. Default 0. */
  readonly skip?: number;
}

/** Per sample and unit, [samples, units]: the maximum, the first cell that has it, the mean. */
export interface SampleDigests {
  /** NaN where no activation is finite. */
  readonly maxima: Float32Array;
  /** Counted from the first cell that is not left out. */
  readonly argmaxima: Int32Array;
  /** NaN where no activation is finite. */
  readonly means: Float32Array;
}

/** Room for the digests of so many samples. */
export function sampleDigests(samples: number, units: number): SampleDigests {
  const size = samples * units;
  return { maxima: new Float32Array(size), argmaxima: new Int32Array(size), means: new Float32Array(size) };
}

/** Activations that are worked on at once: they fit into the cache of one core, */
const activationsAtOnce = 32768;
/** and so do this many rows of 16 units, a cache line each. */
const rowsAtOnce = 4096;

/**
 * Takes a batch of activations of all units into the sketch and writes each sample's maximum, argmax and mean.
 *
 * @param values the layer's output, float32, in the given layout
 * @param into room for at least [samples, units] results
 * @throws CajalError `shape` if the number of activations does not fit the layout
 */
export function digest(
  sketch: ActivationSketch,
  values: Float32Array,
  layout: ActivationLayout,
  into: SampleDigests,
): void {
  const { samples, cells, skip = 0 } = layout;
  const { units } = sketch;
  if (values.length !== samples * units * cells || skip >= cells || into.maxima.length < samples * units) {
    throw new CajalError(
      "shape",
      `digest: ${values.length} activations for ${samples} samples × ${units} units × ${cells} cells, ` +
        `${skip} of them left out, and room for ${into.maxima.length} results`,
    );
  }
  if (layout.order === "planes") digestPlanes(sketch, values, samples, cells, skip, into);
  else digestRows(sketch, values, samples, cells, skip, into);
}

function digestPlanes(
  sketch: ActivationSketch,
  values: Float32Array,
  samples: number,
  cells: number,
  skip: number,
  into: SampleDigests,
): void {
  const { units, kernel } = sketch;
  const samplesAtOnce = atOnce(cells, samples, activationsAtOnce);
  const unitsAtOnce = atOnce(samplesAtOnce * cells, units, activationsAtOnce);
  kernel.reserve(samplesAtOnce * unitsAtOnce * cells);
  for (let firstSample = 0; firstSample < samples; firstSample += samplesAtOnce) {
    const sampleEnd = Math.min(samples, firstSample + samplesAtOnce);
    for (let firstUnit = 0; firstUnit < units; firstUnit += unitsAtOnce) {
      const unitEnd = Math.min(units, firstUnit + unitsAtOnce);
      const block = (unitEnd - firstUnit) * cells;
      for (let sample = firstSample; sample < sampleEnd; sample++) {
        const from = (sample * units + firstUnit) * cells;
        kernel.room.set(values.subarray(from, from + block), (sample - firstSample) * block);
      }
      for (let unit = firstUnit; unit < unitEnd; unit++) {
        for (let sample = firstSample; sample < sampleEnd; sample++) {
          const plane = (sample - firstSample) * block + (unit - firstUnit) * cells;
          sketch.take(unit, plane + skip, cells - skip);
          note(into, sample * units + unit, kernel);
        }
      }
    }
  }
}

function digestRows(
  sketch: ActivationSketch,
  values: Float32Array,
  samples: number,
  cells: number,
  skip: number,
  into: SampleDigests,
): void {
  const { units, kernel } = sketch;
  const samplesAtOnce = atOnce(cells, samples, rowsAtOnce);
  kernel.reserve(samplesAtOnce * cells * (units + 1));
  for (let firstSample = 0; firstSample < samples; firstSample += samplesAtOnce) {
    const sampleEnd = Math.min(samples, firstSample + samplesAtOnce);
    const rows = (sampleEnd - firstSample) * cells;
    kernel.room.set(values.subarray(firstSample * cells * units, sampleEnd * cells * units));
    const column = rows * units;
    for (let unit = 0; unit < units; unit++) {
      kernel.gather(unit, units, rows, column);
      for (let sample = firstSample; sample < sampleEnd; sample++) {
        sketch.take(unit, column + (sample - firstSample) * cells + skip, cells - skip);
        note(into, sample * units + unit, kernel);
      }
    }
  }
}

/** How many of the `parts` of this size are worked on at once to stay below the limit. */
function atOnce(size: number, parts: number, limit: number): number {
  return Math.max(1, Math.min(parts, Math.floor(limit / size)));
}

function note(into: SampleDigests, index: number, { maximum, argmax, mean }: DigestKernel): void {
  into.maxima[index] = maximum;
  into.argmaxima[index] = argmax;
  into.means[index] = mean;
}
