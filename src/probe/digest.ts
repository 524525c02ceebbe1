/** @file digest: takes a batch of a layer's activations into its sketch. */

import { CajalError } from "../graph/error.ts";
import type { ActivationSketch } from "./sketch.ts";

/** How the activations of a layer lie in an array: [samples, units, cells] in planes, [samples, cells, units] in rows. */
export interface ActivationLayout {
  readonly order: "planes" | "rows";
  readonly samples: number;
  /** Positions per sample. */
  readonly cells: number;
}

/** Activations that are worked on at once: they fit into the cache of one core, */
const activationsAtOnce = 32768;
/** and so do this many rows of 16 units, a cache line each. */
const rowsAtOnce = 4096;

/**
 * Takes a batch of activations of all units into the sketch.
 *
 * @param values the layer's output, float32, in the given layout
 * @throws CajalError `shape` if the number of activations does not fit the layout
 */
export function digest(sketch: ActivationSketch, values: Float32Array, layout: ActivationLayout): void {
  const { samples, cells } = layout;
  const { units } = sketch;
  if (values.length !== samples * units * cells) {
    throw new CajalError(
      "shape",
      `digest: ${values.length} activations for ${samples} samples × ${units} units × ${cells} cells`,
    );
  }
  if (layout.order === "planes") digestPlanes(sketch, values, samples, cells);
  else digestRows(sketch, values, samples, cells);
}

function digestPlanes(sketch: ActivationSketch, values: Float32Array, samples: number, cells: number): void {
  const { units, kernel } = sketch;
  const samplesAtOnce = atOnce(cells, samples, activationsAtOnce);
  const unitsAtOnce = atOnce(samplesAtOnce * cells, units, activationsAtOnce);
  kernel.reserve(samplesAtOnce * unitsAtOnce * cells);
  for (let firstSample = 0; firstSample < samples; firstSample += samplesAtOnce) {
    const sampleEnd = Math.min(samples, firstSample + samplesAtOnce);
    const together = (sampleEnd - firstSample) * cells;
    for (let firstUnit = 0; firstUnit < units; firstUnit += unitsAtOnce) {
      const unitEnd = Math.min(units, firstUnit + unitsAtOnce);
      // Unit by unit in the room, so that all samples of a unit are counted at one go.
      for (let unit = firstUnit; unit < unitEnd; unit++) {
        for (let sample = firstSample; sample < sampleEnd; sample++) {
          const from = (sample * units + unit) * cells;
          kernel.room.set(
            values.subarray(from, from + cells),
            (unit - firstUnit) * together + (sample - firstSample) * cells,
          );
        }
      }
      for (let unit = firstUnit; unit < unitEnd; unit++) sketch.take(unit, (unit - firstUnit) * together, together);
    }
  }
}

function digestRows(sketch: ActivationSketch, values: Float32Array, samples: number, cells: number): void {
  const { units, kernel } = sketch;
  const rows = samples * cells;
  const atATime = Math.min(rows, rowsAtOnce);
  kernel.reserve(atATime * (units + 1));
  for (let first = 0; first < rows; first += atATime) {
    const count = Math.min(atATime, rows - first);
    kernel.room.set(values.subarray(first * units, (first + count) * units));
    const column = count * units;
    for (let unit = 0; unit < units; unit++) {
      kernel.gather(unit, units, count, column);
      sketch.take(unit, column, count);
    }
  }
}

/** How many of the `parts` of this size are worked on at once to stay below the limit. */
function atOnce(size: number, parts: number, limit: number): number {
  return Math.max(1, Math.min(parts, Math.floor(limit / size)));
}
