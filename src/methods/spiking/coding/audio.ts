/** @file From sound to spikes: a log-mel spectrogram, whose bands drive leaky integrators. */

import type { Sound } from "../../../data/index.ts";
import { CajalError, type CompileOptions, compile, Tensor, type Value } from "../../../graph/index.ts";
import { leaky } from "../neurons/leaky.ts";
import { runNeurons } from "../run-neurons.ts";

export interface AudioOptions {
  /** Mel bands: one line of spikes each. Default 40. */
  readonly bands?: number;
  /** ms from one frame to the next. Default 10. */
  readonly hop?: number;
  /** ms: the length of a frame (Hann window). Default 25. */
  readonly window?: number;
  /** Frames from the beginning of each sound; what is shorter is filled with silence. Default 80. */
  readonly frames?: number;
  /** Frames in a step: a line spikes in a step if it did in one of its frames. Default 2. */
  readonly framesPerStep?: number;
  /** Hz. Default 80. */
  readonly lowest?: number;
  /** Hz. Default 4000, or half the rate if that is less. */
  readonly highest?: number;
  /** How far below the loudest a band may be and still be heard, in nats of power. Default 8 (35 dB). */
  readonly range?: number;
  /** β: what an integrator keeps of v in a frame. Default 0.9. */
  readonly decay?: number;
  /** What a band at its loudest adds to v in a frame. Default 0.6. */
  readonly gain?: number;
  readonly compile?: CompileOptions;
}

/** Sounds in one run of the graph. */
const batch = 50;

/**
 * Spikes of sounds: x = clip((log S − max + range)/range, 0, 1) of a band's power S, v ← β·v + gain·x, a spike and v ← v − 1 where v ≥ 1.
 * @returns 0 or 1: [sounds, steps, bands], steps of framesPerStep · hop ms
 * @throws CajalError `argument` when rates differ or bands lie above half the rate
 */
export async function audioToSpikes(sounds: readonly Sound[], options: AudioOptions = {}): Promise<Tensor> {
  const { bands = 40, hop = 10, window = 25, frames = 80, framesPerStep = 2, range = 8 } = options;
  const rate = sounds[0]?.rate;
  const other = sounds.find((sound) => sound.rate !== rate);
  if (rate === undefined || other !== undefined)
    throw new CajalError(
      "argument",
      rate === undefined ? "audioToSpikes: no sounds" : `audioToSpikes: sounds of ${rate} and of ${other?.rate} Hz`,
    );
  const { lowest = 80, highest = Math.min(4000, rate / 2), decay = 0.9, gain = 0.6 } = options;
  if (!(highest <= rate / 2 && lowest < highest))
    throw new CajalError("argument", `audioToSpikes: bands from ${lowest} to ${highest} Hz, of sounds at ${rate} Hz`, {
      advice: "Bands end at half the rate.",
    });
  const steps = Math.floor(frames / framesPerStep);
  const [width, stride] = [window, hop].map((ms) => Math.round((ms * rate) / 1000));
  const length = (frames - 1) * stride + width;
  const filters = spectralFilters(width);
  const mel = melBands(bands, filters.shape[0] / 2, rate, lowest, highest);

  const encode = compile((samples: Value) => {
    const [count] = samples.shape;
    const spectrum = samples.unsqueeze(1).op("Conv", [filters], { strides: [stride], kernel_shape: [width] });
    const [real, imaginary] = [0, 1].map((part) =>
      spectrum.reshape([count, 2, -1, frames]).gather(Tensor.scalar(part, "int64"), 1),
    );
    const power = real.square().add(imaginary.square()).transpose([0, 2, 1]).matmul(mel);
    const level = power.add(quietest).log();
    // Silence has no loudest band to be measured by.
    const loudest = level.max([1, 2], true).op("Max", [Math.log(quietest) + range]);
    const x = level.sub(loudest).div(range).add(1).op("Clip", [0, 1]);
    const integrators = leaky({ beta: decay, reset: "soft", fireAt: ">=" });
    const { output } = runNeurons(integrators, x.mul(gain).transpose([1, 0, 2]));
    const grouped = output.slice([0], [steps * framesPerStep]).reshape([steps, framesPerStep, count, bands]);
    return grouped.max(1).transpose([1, 0, 2]);
  }, options.compile);

  const spikes = new Float32Array(sounds.length * steps * bands);
  for (let start = 0; start < sounds.length; start += batch) {
    const part = sounds.slice(start, start + batch);
    const samples = new Float32Array(part.length * length);
    for (const [i, { channels }] of part.entries()) samples.set(mono(channels).subarray(0, length), i * length);
    const encoded = await encode(new Tensor("float32", [part.length, length], samples));
    spikes.set(encoded.data as Float32Array, start * steps * bands);
  }
  await encode.release();
  return new Tensor("float32", [sounds.length, steps, bands], spikes);
}

/** Power of what is taken for silence. */
const quietest = 1e-10;

/** The mean of all channels. */
function mono(channels: readonly Float32Array[]): Float32Array {
  if (channels.length === 1) return channels[0];
  return channels[0].map((_, i) => channels.reduce((sum, channel) => sum + channel[i], 0) / channels.length);
}

/** A Hann window times cosines, then sines, of all frequencies of a DFT that is at least as long and a power of 2: [2 · bins, 1, width]. */
function spectralFilters(width: number): Tensor {
  const points = 2 ** Math.ceil(Math.log2(2 * width));
  const bins = points / 2 + 1;
  const data = new Float32Array(2 * bins * width);
  for (let k = 0; k < bins; k++)
    for (let n = 0; n < width; n++) {
      const hann = 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / width);
      const angle = (2 * Math.PI * k * n) / points;
      data[k * width + n] = hann * Math.cos(angle);
      data[(bins + k) * width + n] = hann * Math.sin(angle);
    }
  return new Tensor("float32", [2 * bins, 1, width], data);
}

/** Triangles of height 1 whose corners are evenly spaced in mel, 2595·log₁₀(1 + f/700): [bins, bands]. */
function melBands(bands: number, bins: number, rate: number, lowest: number, highest: number): Tensor {
  const mel = (hertz: number) => 2595 * Math.log10(1 + hertz / 700);
  const hertz = (value: number) => 700 * (10 ** (value / 2595) - 1);
  const corners = Array.from({ length: bands + 2 }, (_, i) =>
    hertz(mel(lowest) + (i * (mel(highest) - mel(lowest))) / (bands + 1)),
  );
  const data = Float32Array.from({ length: bins * bands }, (_, at) => {
    const frequency = (Math.floor(at / bands) * rate) / (2 * (bins - 1));
    const [left, middle, right] = corners.slice(at % bands, (at % bands) + 3);
    const height = frequency < middle ? (frequency - left) / (middle - left) : (right - frequency) / (right - middle);
    return Math.max(0, height);
  });
  return new Tensor("float32", [bins, bands], data);
}
