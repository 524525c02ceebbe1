import { describe, expect, it } from "vitest";
import type { Sound } from "../../../data/index.ts";
import { Rng, Tensor, type Value } from "../../../graph/index.ts";
import { run } from "../../../nn/testing/run.ts";
import { audioToSpikes } from "./audio.ts";
import * as decode from "./decode.ts";
import * as encode from "./encode.ts";

describe("encoders", () => {
  const x = Tensor.of([0, 0.25, 1, -0.5, 2], [1, 5]);

  it("direct repeats, rate spikes as often as x says, both for the seed's sake alike", () => {
    expect([...encode.direct(x, 2).data]).toEqual([...x.data, ...x.data]);
    const spikes = encode.rate(x, 4000, new Rng(1));
    expect(spikes.shape).toEqual([4000, 1, 5]);
    const rate = (unit: number) =>
      spikes
        .numbers()
        .filter((_, i) => i % 5 === unit)
        .reduce((a, b) => a + b) / 4000;
    expect([rate(0), rate(2), rate(3), rate(4)]).toEqual([0, 1, 0, 1]);
    expect(Math.abs(rate(1) - 0.25)).toBeLessThan(0.03);
    expect([...encode.rate(x, 50, new Rng(1)).data]).toEqual([...encode.rate(x, 50, new Rng(1)).data]);
    expect(() => encode.rate(x, 0, new Rng(1))).toThrow("0 steps");
  });

  it("latency has one spike, the earlier the larger x", () => {
    const timesOf = (spikes: Tensor) =>
      Array.from({ length: 5 }, (_, unit) =>
        Array.from({ length: spikes.shape[0] }, (_, t) => t).filter((t) => spikes.data[t * 5 + unit] === 1),
      );
    expect(timesOf(encode.latency(x, 9))).toEqual([[], [6], [0], [], [0]]);
    const logarithmic = encode.latency(x, 20, { law: "logarithmic", tau: 10, threshold: 0.2 });
    expect(timesOf(logarithmic)).toEqual([[], [16], [2], [], [1]]);
  });

  it("delta follows changes by steps of the threshold", () => {
    const signal = Tensor.of([0, 0.5, 1.1, 2.2, 2.2, 2.2, 0.9], [7, 1]);
    const spikes = encode.delta(signal, 1);
    expect(spikes.shape).toEqual([7, 2, 1]);
    const [on, off] = [0, 1].map((side) => [...spikes.data].filter((_, i) => i % 2 === side));
    expect(on).toEqual([0, 0, 1, 1, 0, 0, 0]);
    expect(off).toEqual([0, 0, 0, 0, 0, 0, 1]);
    expect(() => encode.delta(signal, 0)).toThrow("not above 0");
  });
});

it("decoders are sums over time", async () => {
  const spikes = Tensor.of([0, 0, 1, 0, 1, 0, 1, 1, 0], [3, 1, 3]);
  const results = await run(
    (s: Value) => ({
      mean: decode.mean(s),
      sum: decode.sum(s),
      largest: decode.largest(s),
      first: decode.firstSpike(s),
      votes: decode.softmaxSum(s.mul(100)),
    }),
    spikes,
  );
  const of = (name: keyof typeof results) => [...results[name].numbers()].map((v) => Number(v.toFixed(4)));
  expect(of("sum")).toEqual([1, 2, 1]);
  expect(of("mean")).toEqual([0.3333, 0.6667, 0.3333]);
  expect(of("largest")).toEqual([1, 1, 1]);
  expect(of("first")).toEqual([1, 2, 3]);
  expect(of("votes")).toEqual([0.5, 1.5, 1]);
});

describe("sounds", () => {
  const tone = (frequency: number, rate = 8000, seconds = 0.9): Sound => ({
    rate,
    channels: [
      Float32Array.from({ length: rate * seconds }, (_, t) => 0.3 * Math.sin((2 * Math.PI * frequency * t) / rate)),
    ],
  });
  const counts = (spikes: Tensor, sound: number) => {
    const [, steps, bands] = spikes.shape;
    const perBand = new Array<number>(bands).fill(0);
    for (let t = 0; t < steps; t++)
      for (let band = 0; band < bands; band++) perBand[band] += Number(spikes.data[(sound * steps + t) * bands + band]);
    return perBand;
  };

  it("a tone makes its own band spike most, at any loudness; silence none", async () => {
    const silence = { rate: 8000, channels: [new Float32Array(100)] };
    const high = tone(2500);
    const quiet = { ...high, channels: [high.channels[0].map((v) => v / 30)] };
    const spikes = await audioToSpikes([tone(300), high, quiet, silence]);
    expect(spikes.shape).toEqual([4, 40, 40]);
    const mel = (f: number) => 2595 * Math.log10(1 + f / 700);
    const bandOf = (f: number) => Math.round((41 * (mel(f) - mel(80))) / (mel(4000) - mel(80))) - 1;
    for (const [i, frequency] of [300, 2500].entries()) {
      const perBand = counts(spikes, i);
      const loudest = perBand.indexOf(Math.max(...perBand));
      expect(Math.abs(loudest - bandOf(frequency))).toBeLessThanOrEqual(1);
      expect(perBand[loudest]).toBeGreaterThanOrEqual(30);
    }
    expect(counts(spikes, 2)).toEqual(counts(spikes, 1));
    expect(counts(spikes, 3)).toEqual(new Array(40).fill(0));
  });

  it("of different rates, or bands that the rate cannot have, are refused", async () => {
    await expect(audioToSpikes([tone(300), tone(300, 16_000)])).rejects.toThrow("sounds of 8000 and of 16000 Hz");
    await expect(audioToSpikes([tone(300)], { highest: 5000 })).rejects.toThrow("5000 Hz, of sounds at 8000 Hz");
    await expect(audioToSpikes([])).rejects.toThrow("no sounds");
  });
});
