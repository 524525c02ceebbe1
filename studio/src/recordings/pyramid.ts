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
  const values = new Uint8Array(traces.length);
  for (let n = 0; n < names.length; n++) {
    const trace = traces.subarray(n * length, (n + 1) * length);
    const [low, high] = rangeOf(trace);
    const scale = high > low ? 254 / (high - low) : 0;
    for (let t = 0; t < length; t++)
      values[n * length + t] = Number.isNaN(trace[t])
        ? 0
        : 1 + Math.min(254, Math.max(0, Math.round((trace[t] - low) * scale)));
  }
  const levels: Level[] = [{ step: 1, length, values }];
  for (let last = levels[0]; last.length > 1000; last = levels[levels.length - 1])
    levels.push(coarser(last, names.length));
  return levels;
}

/** Between the first and the last hundredth of what a neuron does, so that a single spike does not make all else dark; all of it where that is nothing. */
function rangeOf(trace: Float32Array): [number, number] {
  const step = Math.max(1, Math.floor(trace.length / 20_000));
  const sample = trace.filter((value, t) => t % step === 0 && !Number.isNaN(value)).sort();
  if (sample.length === 0) return [0, 0];
  const [low, high] = [sample[Math.floor(0.01 * sample.length)], sample[Math.floor(0.99 * (sample.length - 1))]];
  if (high > low) return [low, high];
  return trace.reduce<[number, number]>(
    ([a, b], value) => (Number.isNaN(value) ? [a, b] : [Math.min(a, value), Math.max(b, value)]),
    [sample[0], sample[0]],
  );
}

/** Of several samples the mean of those seen; of counts, which are mostly nothing, some of the largest. */
function coarser({ step, length, values }: Level, neurons: number): Level {
  const shorter = Math.ceil(length / factor);
  const means = new Uint8Array(neurons * shorter);
  for (let n = 0; n < neurons; n++) {
    for (let t = 0; t < shorter; t++) {
      let [sum, seen, most] = [0, 0, 0];
      for (let k = factor * t; k < Math.min(length, factor * (t + 1)); k++) {
        const value = values[n * length + k];
        if (value === 0) continue;
        sum += value;
        seen++;
        if (value > most) most = value;
      }
      means[n * shorter + t] = seen === 0 ? 0 : Math.round((sum / seen + most) / 2);
    }
  }
  return { step: step * factor, length: shorter, values: means };
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
