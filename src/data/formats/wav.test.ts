import { describe, expect, it } from "vitest";
import { Rng } from "../../graph/index.ts";
import { decodeWav, encodeWav } from "./wav.ts";

/** A file of the given format and sample bytes. */
function wav(kind: number, channels: number, bits: number, data: readonly number[], claim = data.length): Uint8Array {
  const bytes = encodeWav({ rate: 8000, channels: [new Float32Array(1)] }).slice(0, 44);
  const view = new DataView(bytes.buffer);
  view.setUint16(20, kind, true);
  view.setUint16(22, channels, true);
  view.setUint16(32, (channels * bits) / 8, true);
  view.setUint16(34, bits, true);
  view.setUint32(40, claim, true);
  return new Uint8Array([...bytes, ...data]);
}

const little = (write: (view: DataView) => void, length: number) => {
  const bytes = new Uint8Array(length);
  write(new DataView(bytes.buffer));
  return [...bytes];
};

describe("WAV", () => {
  it("comes back as it was written, to 16 bits", () => {
    const channels = [0, 1].map((i) => new Rng(i).uniform([100], -1, 1).data as Float32Array);
    const { rate, channels: back } = decodeWav(encodeWav({ rate: 44_100, channels }));
    expect(rate).toBe(44_100);
    for (const [c, samples] of channels.entries())
      for (const [i, value] of samples.entries()) expect(Math.abs(back[c][i] - value)).toBeLessThanOrEqual(2 ** -16);
    expect([...decodeWav(encodeWav({ rate: 1, channels: [Float32Array.of(2, -2)] })).channels[0]]).toEqual([
      1 - 2 ** -15,
      -1,
    ]);
  });

  it("is read in all sizes of samples", () => {
    expect([...decodeWav(wav(1, 1, 8, [0, 128, 192])).channels[0]]).toEqual([-1, 0, 0.5]);
    expect([...decodeWav(wav(1, 1, 24, [0, 0, 0x80, 0, 0, 0x40, 0xff, 0xff, 0xff])).channels[0]]).toEqual([
      -1,
      0.5,
      -(2 ** -23),
    ]);
    expect([...decodeWav(wav(1, 2, 32, [0, 0, 0, 0x40, 0, 0, 0, 0x80])).channels.map(([v]) => v)]).toEqual([0.5, -1]);
    expect([
      ...decodeWav(
        wav(
          3,
          1,
          32,
          little((view) => view.setFloat32(0, 0.25, true), 4),
        ),
      ).channels[0],
    ]).toEqual([0.25]);
    expect([
      ...decodeWav(
        wav(
          3,
          1,
          64,
          little((view) => view.setFloat64(0, -0.125, true), 8),
        ),
      ).channels[0],
    ]).toEqual([-0.125]);
  });

  it("passes over parts that it does not know", () => {
    const bytes = encodeWav({ rate: 8000, channels: [Float32Array.of(0.5)] });
    const list = [...new TextEncoder().encode("LIST"), 3, 0, 0, 0, 1, 2, 3, 0];
    const with3 = new Uint8Array([...bytes.subarray(0, 12), ...list, ...bytes.subarray(12)]);
    expect([...decodeWav(with3).channels[0]]).toEqual([0.5]);
  });

  it("that is damaged, cut off or compressed is refused with a reason", () => {
    const whole = encodeWav({ rate: 8000, channels: [new Float32Array(50)] });
    for (let length = 0; length < whole.length; length++)
      expect(() => decodeWav(whole.subarray(0, length), "digit.wav")).toThrow(/^digit\.wav: /);
    expect(() => decodeWav(wav(1, 1, 16, [0, 0], 2 ** 32 - 1))).toThrow("claims 4294967295 bytes");
    expect(() => decodeWav(wav(1, 1, 16, [0, 0, 0]))).toThrow("no whole number of frames");
    expect(() => decodeWav(wav(1, 0, 16, []))).toThrow("make no sense");
    expect(() => decodeWav(wav(6, 1, 8, [0]))).toThrow("format 6 with 8 bits");
    expect(() =>
      decodeWav(
        wav(
          3,
          1,
          32,
          little((view) => view.setFloat32(0, Number.NaN, true), 4),
        ),
      ),
    ).toThrow("not a finite number");
    const early = new Uint8Array([...whole.subarray(0, 12), ...whole.subarray(36)]);
    expect(() => decodeWav(early)).toThrow("before their format");
    const rng = new Rng(1);
    for (let i = 0; i < 2000; i++) {
      const hurt = whole.slice();
      for (let k = 0; k < 3; k++) hurt[rng.int(0, 60)] = rng.int(0, 256);
      try {
        decodeWav(hurt, "hurt");
      } catch (error) {
        expect((error as Error).name).toBe("CajalError");
      }
    }
  });
});
