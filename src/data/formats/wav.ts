/**
 * @file Reads and writes WAV files (RIFF) of PCM or float samples. Sizes must be what the file says: lenient readers take a recording that
 * was cut off for a shorter one.
 */

import { CajalError } from "../../graph/index.ts";

/** A recording. */
export interface Sound {
  /** Samples per second. */
  readonly rate: number;
  /** Samples in [−1, 1], one array for each channel, all of one length. */
  readonly channels: readonly Float32Array[];
}

interface Format {
  readonly rate: number;
  readonly channels: number;
  readonly bits: number;
  readonly float: boolean;
}

const pcm = 1;
const ieeeFloat = 3;
/** The real format stands in the extension. */
const extensible = 0xfffe;

/** @param name what messages call the file @throws CajalError `bad-file` when it is damaged, cut off, or compressed */
export function decodeWav(bytes: Uint8Array, name = "the WAV file"): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fail = (what: string, advice?: string) => new CajalError("bad-file", `${name}: ${what}`, { advice });
  const tag = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12 || tag(0) !== "RIFF" || tag(8) !== "WAVE") throw fail("it does not begin like a WAV file");
  let format: Format | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    if (start + size > bytes.length)
      throw fail(`its part "${tag(at)}" claims ${size} bytes, ${bytes.length - start} are there`, "It was cut off.");
    if (tag(at) === "fmt ") format = readFormat(view, start, size, fail);
    if (tag(at) === "data") {
      if (format === undefined) throw fail("its samples come before their format");
      return { rate: format.rate, channels: readSamples(view, start, size, format, fail) };
    }
    // Parts begin at even places.
    at = start + size + (size % 2);
  }
  throw fail("it holds no samples");
}

type Fail = (what: string, advice?: string) => CajalError;

function readFormat(view: DataView, start: number, size: number, fail: Fail): Format {
  if (size < 16) throw fail(`its format has ${size} bytes, not 16`);
  let kind = view.getUint16(start, true);
  if (kind === extensible && size >= 40) kind = view.getUint16(start + 24, true);
  const channels = view.getUint16(start + 2, true);
  const rate = view.getUint32(start + 4, true);
  const frame = view.getUint16(start + 12, true);
  const bits = view.getUint16(start + 14, true);
  const known = kind === pcm ? [8, 16, 24, 32] : kind === ieeeFloat ? [32, 64] : [];
  if (!known.includes(bits))
    throw fail(`samples of format ${kind} with ${bits} bits are not read`, "Convert it to 16-bit PCM.");
  if (channels === 0 || rate === 0 || frame !== (channels * bits) / 8)
    throw fail(`${channels} channels of ${bits} bits at ${rate} Hz in frames of ${frame} bytes make no sense`);
  return { rate, channels, bits, float: kind === ieeeFloat };
}

function readSamples(
  view: DataView,
  start: number,
  size: number,
  { channels, bits, float }: Format,
  fail: Fail,
): Float32Array[] {
  const bytes = bits / 8;
  const count = size / (channels * bytes);
  if (!Number.isInteger(count)) throw fail(`${size} bytes of samples are no whole number of frames`);
  const read: (at: number) => number = float
    ? (at) => (bits === 32 ? view.getFloat32(at, true) : view.getFloat64(at, true))
    : {
        8: (at: number) => (view.getUint8(at) - 128) / 128,
        16: (at: number) => view.getInt16(at, true) / 2 ** 15,
        24: (at: number) => (view.getUint16(at, true) | (view.getInt8(at + 2) << 16)) / 2 ** 23,
        32: (at: number) => view.getInt32(at, true) / 2 ** 31,
      }[bits as 8 | 16 | 24 | 32];
  const samples = Array.from({ length: channels }, (_, channel) =>
    Float32Array.from({ length: count }, (_, i) => read(start + (i * channels + channel) * bytes)),
  );
  if (float && samples.some((channel) => channel.some((value) => !Number.isFinite(value))))
    throw fail("a sample is not a finite number");
  return samples;
}

/** A file of 16-bit PCM; samples outside [−1, 1] are clipped. */
export function encodeWav({ rate, channels }: Sound): Uint8Array {
  const count = channels[0]?.length ?? 0;
  if (count === 0 || channels.some(({ length }) => length !== count))
    throw new CajalError("argument", "encodeWav: channels are empty or differ in length");
  const frame = 2 * channels.length;
  const bytes = new Uint8Array(44 + count * frame);
  const view = new DataView(bytes.buffer);
  const text = (at: number, word: string) => bytes.set(new TextEncoder().encode(word), at);
  text(0, "RIFF");
  view.setUint32(4, bytes.length - 8, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, pcm, true);
  view.setUint16(22, channels.length, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * frame, true);
  view.setUint16(32, frame, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, count * frame, true);
  for (const [channel, samples] of channels.entries())
    for (const [i, value] of samples.entries()) {
      const level = Math.round(Math.max(-1, Math.min(1, value)) * 2 ** 15);
      view.setInt16(44 + i * frame + 2 * channel, Math.min(level, 2 ** 15 - 1), true);
    }
  return bytes;
}
