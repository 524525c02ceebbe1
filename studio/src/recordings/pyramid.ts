/** A recording at several resolutions, so that any stretch of time is drawn as fast as any other. */

import { lengthOf, type Recording } from "../../../src/data/index.ts";

/** Samples of one level that one of the next is made of. */
const factor = 4;

export interface Level {
  /** Samples of the recording in one of this level. */
  readonly step: number;
  readonly length: number;
  /** [neurons, length]; 0 stands for what was not seen, 1 … 255 for each neuron's own range. */
  readonly values: Uint8Array;
}

/** All levels, the finest first. */
export function pyramidOf(recording: Recording): Level[] {
  const { traces, names } = recording;
  const length = lengthOf(recording);
  const levels: Level[] = [];
  for (let step = 1; ; step *= factor) {
    const shorter = Math.ceil(length / step);
    levels.push({ step, length: shorter, values: new Uint8Array(names.length * shorter) });
    if (shorter <= 1000) break;
  }
  // Neuron by neuron, so that what is read again is still near.
  for (let n = 0; n < names.length; n++) {
    quantise(traces.subarray(n * length, (n + 1) * length), rowOf(levels[0], n));
    for (let i = 1; i < levels.length; i++) coarsen(rowOf(levels[i - 1], n), rowOf(levels[i], n));
  }
  return levels;
}

const rowOf = ({ values, length }: Level, n: number) => values.subarray(n * length, (n + 1) * length);

function quantise(trace: Float32Array, values: Uint8Array): void {
  const [low, high] = rangeOf(trace);
  const scale = high > low ? 254 / (high - low) : 0;
  for (let t = 0; t < trace.length; t++) {
    // Halves go up; what was not seen compares with nothing.
    const place = (trace[t] - low) * scale + 1.5;
    values[t] = place >= 255 ? 255 : place >= 1 ? place : Number.isNaN(place) ? 0 : 1;
  }
}

/** Between the first and the last hundredth of what a neuron does, so that a single spike does not make all else dark; all of it where that is nothing. */
function rangeOf(trace: Float32Array): [number, number] {
  const step = Math.max(1, Math.floor(trace.length / 5000));
  const sample = Float32Array.from({ length: Math.floor(trace.length / step) }, (_, i) => trace[i * step])
    .filter((value) => !Number.isNaN(value))
    .sort();
  if (sample.length === 0) return [0, 0];
  const [low, high] = [sample[Math.floor(0.01 * sample.length)], sample[Math.floor(0.99 * (sample.length - 1))]];
  if (high > low) return [low, high];
  return trace.reduce<[number, number]>(
    ([a, b], value) => (Number.isNaN(value) ? [a, b] : [Math.min(a, value), Math.max(b, value)]),
    [sample[0], sample[0]],
  );
}

/** Of several samples the mean of those seen; of counts, which are mostly nothing, some of the largest. */
function coarsen(fine: Uint8Array, coarse: Uint8Array): void {
  for (let t = 0; t < coarse.length; t++) {
    let [sum, seen, most] = [0, 0, 0];
    const end = Math.min(fine.length, factor * (t + 1));
    for (let k = factor * t; k < end; k++) {
      const value = fine[k];
      if (value === 0) continue;
      sum += value;
      seen++;
      if (value > most) most = value;
    }
    coarse[t] = seen === 0 ? 0 : Math.round((sum / seen + most) / 2);
  }
}

export interface View {
  /** Samples: the first, and the one behind the last. */
  readonly from: number;
  readonly to: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** The neurons in this order, from the top: RGBA [height, width]. @param colours RGBA of the 256 values */
export function paint(
  levels: readonly Level[],
  order: ArrayLike<number>,
  { from, to, width, height }: View,
  colours: Uint32Array,
): Uint8ClampedArray<ArrayBuffer> {
  const perPixel = (to - from) / width;
  const { step, length, values } = levels.findLast((level) => level.step <= perPixel) ?? levels[0];
  const pixels = new Uint32Array(width * height);
  const columns = Int32Array.from({ length: width + 1 }, (_, x) => Math.floor((from + x * perPixel) / step));
  for (let y = 0; y < height; y++) {
    const row = order[Math.floor((y * order.length) / height)] * length;
    for (let x = 0; x < width; x++) {
      const end = Math.max(columns[x] + 1, columns[x + 1]);
      let most = 0;
      for (let t = columns[x]; t < end && t < length; t++) if (values[row + t] > most) most = values[row + t];
      pixels[y * width + x] = colours[most];
    }
  }
  return new Uint8ClampedArray(pixels.buffer);
}
