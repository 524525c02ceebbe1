import { describe, expect, it } from "vitest";
import type { Recording } from "../../../data/index.ts";
import { Rng } from "../../../graph/index.ts";
import { alignRecordings } from "../aligned-recordings.ts";
import { type AffinityTensor, affinityTensor } from "./affinity.ts";
import { derivative, gaussianSmooth, robustScale, saturatedSlope } from "./differential.ts";

const recording = (rows: Record<string, ArrayLike<number>>, details: Partial<Recording> = {}): Recording => ({
  traces: Float32Array.from(Object.values(rows).flatMap((row) => Array.from(row))),
  names: Object.keys(rows),
  fs: 4,
  animal: "worm1",
  ...details,
});
const wave = (length: number, period: number, phase = 0) =>
  Float64Array.from({ length }, (_, t) => Math.sin((2 * Math.PI * t) / period + phase));
const noise = (rng: Rng, length: number) => Float64Array.from({ length }, () => rng.gaussian());
const at = ({ A }: AffinityTensor, t: number, w: number, p: number) =>
  Number(A.data[(t * A.shape[1] + w) * A.shape[2] + p]);

describe("slopes", () => {
  it("smoothing keeps constants, derivatives are exact for lines", () => {
    const line = Float64Array.from({ length: 20 }, (_, t) => 3 * t);
    expect(Array.from(gaussianSmooth(new Float64Array(20).fill(2), 3))).toEqual(
      Array.from({ length: 20 }, () => expect.closeTo(2, 12)),
    );
    expect(Array.from(derivative(line, 4))).toEqual(Array.from({ length: 20 }, () => expect.closeTo(12, 12)));
  });

  it("do not change when a trace is scaled or shifted", () => {
    const trace = noise(new Rng(1), 100);
    const moved = saturatedSlope(
      trace.map((x) => 5 * x + 7),
      4,
      2,
    );
    saturatedSlope(trace, 4, 2).forEach((u, t) => {
      expect(moved[t]).toBeCloseTo(u, 10);
    });
  });

  it("the robust scale of normal values is their deviation; of values mostly equal it is not 0", () => {
    expect(robustScale(noise(new Rng(2), 20_000).map((x) => 3 * x))).toBeCloseTo(3, 0);
    expect(robustScale(Float64Array.of(0, 0, 0, 0, 1))).toBeCloseTo(0.4, 12);
  });
});

describe("affinityTensor", () => {
  it("is what its definition says, sample by sample", () => {
    const rng = new Rng(3);
    const rows = { a: noise(rng, 40), b: noise(rng, 40), c: noise(rng, 40) };
    for (const anti of [false, true]) {
      const tensor = affinityTensor([recording(rows)], { binSec: 1, anti });
      expect(tensor.A.shape).toEqual([10, 1, 3]);
      const slopes = Object.values(rows).map((row) => saturatedSlope(Float64Array.from(Float32Array.from(row)), 4, 4));
      for (let bin = 0; bin < 10; bin++) {
        for (let p = 0; p < 3; p++) {
          const [i, j] = [slopes[tensor.pairs.i[p]], slopes[tensor.pairs.j[p]]];
          let sum = 0;
          for (let t = 4 * bin; t < 4 * bin + 4; t++) sum += Math.sqrt(Math.max(0, (anti ? -1 : 1) * i[t] * j[t]));
          expect(at(tensor, bin, 0, p)).toBeCloseTo(sum / 4, 5);
        }
      }
    }
  });

  it("is of now, not of the recording: a pair that is correlated over all of it can have none in a stretch", () => {
    // The same slow drift, but in the second half fast changes in opposite directions.
    const [slow, fast] = [wave(400, 400), wave(400, 24)];
    const late = Float64Array.from({ length: 400 }, (_, t) => (t < 200 ? 0 : 1));
    const a = slow.map((x, t) => 3 * x + 0.5 * fast[t]);
    const b = slow.map((x, t) => 3 * x + 0.5 * (1 - 2 * late[t]) * fast[t]);
    const correlation = a.reduce((sum, x, t) => sum + x * b[t], 0) / Math.hypot(...a) / Math.hypot(...b);
    expect(correlation).toBeGreaterThan(0.9);
    const tensor = affinityTensor([recording({ a, b })], { sigmaSec: 0.25, binSec: 25 });
    const early = (at(tensor, 0, 0, 0) + at(tensor, 1, 0, 0)) / 2;
    expect((at(tensor, 2, 0, 0) + at(tensor, 3, 0, 0)) / 2).toBeLessThan(0.4 * early);
    const anti = affinityTensor([recording({ a, b })], { sigmaSec: 0.25, binSec: 25, anti: true });
    expect(at(anti, 2, 0, 0)).toBeGreaterThan(2 * at(anti, 0, 0, 0));
  });

  it("masks pairs of which a neuron is missing, and keeps those seen often enough", () => {
    const rng = new Rng(4);
    const full = { a: noise(rng, 40), b: noise(rng, 40), c: noise(rng, 40) };
    const worms = [recording(full), recording({ c: full.c, a: full.a }, { animal: "worm2" })];
    const { mask, pairs, names, animals, A } = affinityTensor(worms);
    expect([names, animals]).toEqual([
      ["a", "b", "c"],
      ["worm1", "worm2"],
    ]);
    expect(Array.from(mask.numbers().subarray(0, 6))).toEqual([1, 1, 1, 0, 1, 0]);
    expect(Array.from(A.numbers().subarray(3, 6), (x) => x > 0)).toEqual([false, true, false]);
    expect([pairs.i, pairs.j]).toEqual([Int32Array.of(0, 0, 1), Int32Array.of(1, 2, 2)]);
    expect(affinityTensor(worms, { seenIn: { pairs: 2 } }).pairs.j).toEqual(Int32Array.of(2));
    expect(affinityTensor(worms, { seenIn: { neurons: 2 } }).names).toEqual(["a", "c"]);
    expect(() => affinityTensor(worms, { seenIn: { pairs: 3 } })).toThrow(
      "no pair of neurons is seen in 3 of 2 recordings",
    );
  });

  it("around events averages what each animal did at its own times", () => {
    const rng = new Rng(5);
    const rows = { a: noise(rng, 100), b: noise(rng, 100) };
    const whole = affinityTensor([recording(rows)], { binSec: 0.25 });
    const aligned = affinityTensor([recording(rows)], { align: { events: [[5, 12.5, 1, 24.5]], before: 2, after: 3 } });
    // The events at 1 s and 24.5 s lack a part of the window.
    expect(aligned.A.shape).toEqual([20, 1, 1]);
    expect(aligned.times[8]).toBe(0);
    for (let k = 0; k < 20; k++)
      expect(at(aligned, k, 0, 0)).toBeCloseTo((at(whole, 12 + k, 0, 0) + at(whole, 42 + k, 0, 0)) / 2, 6);
    const none = { events: [[1]], before: 2, after: 3 };
    expect(() => affinityTensor([recording(rows)], { align: none })).toThrow(
      "no event has 2 s before and 3 s after it",
    );
    expect(() => affinityTensor([recording(rows)], { align: { ...none, events: [] } })).toThrow(
      "0 lists for 1 recordings",
    );
  });

  it("crops to the shortest recording, with a word", () => {
    const rng = new Rng(6);
    const short = recording({ a: noise(rng, 40), b: noise(rng, 40) });
    const long = recording({ a: noise(rng, 60), b: noise(rng, 60) }, { animal: "worm2" });
    const warnings: string[] = [];
    const { A } = affinityTensor([short, long], { warn: (message) => warnings.push(message) });
    expect(A.shape).toEqual([5, 2, 1]);
    expect(warnings).toEqual(["recordings last 10.0 to 15.0 s; all are cropped to the shortest"]);
  });
});

describe("alignRecordings", () => {
  it("brings recordings to the lower rate", () => {
    const slow = recording({ a: wave(50, 20) });
    const fast = recording({ a: wave(100, 40) }, { fs: 8, animal: "worm2" });
    const { fs, animals } = alignRecordings([slow, fast]);
    expect(fs).toBe(4);
    expect(animals.map(({ length }) => length)).toEqual([50, 50]);
    animals[1].traces[0]?.forEach((x, t) => {
      expect(x).toBeCloseTo(Number(slow.traces[t]), 6);
    });
  });

  it("takes constant and empty traces as missing, with a word, and bridges gaps", () => {
    const rows = {
      AVAL: [1, 1, 1, 1],
      AVAR: [1, Number.NaN, 3, 2],
      RIM: [Number.NaN, 1, 2, Number.NaN],
      AIB: [Number.NaN, Number.NaN, Number.NaN, Number.NaN],
    };
    const warnings: string[] = [];
    const { animals } = alignRecordings([recording(rows, { animal: "worm3" })], { warn: (m) => warnings.push(m) });
    expect(warnings).toEqual([
      "neuron AVAL in worm3 is constant; marked missing",
      "neuron AIB in worm3 has no samples; marked missing",
    ]);
    expect(animals[0].traces).toEqual([undefined, Float64Array.of(1, 2, 3, 2), Float64Array.of(1, 1, 2, 2), undefined]);
    const dead = recording({ a: [1, 1, 1], b: [2, 2, 2], c: [1, 2, 1] });
    expect(() => alignRecordings([dead])).toThrow("2 of 3 neurons in worm1 are constant or empty");
  });

  it("says what is wrong", () => {
    const one = recording({ a: [1, 2, 1], b: [1, 3, 1] });
    const other = recording({ c: [1, 2, 1], d: [1, 3, 1] }, { animal: "worm2" });
    expect(() => alignRecordings([one, other])).toThrow(
      "recordings share 0 neuron names; pass names or set alignBy:'index' (only for equal N)",
    );
    expect(alignRecordings([one, other], { alignBy: "index" }).names).toEqual(["a", "b"]);
    const third = recording({ c: [1, 2, 1] }, { animal: "worm3" });
    expect(() => alignRecordings([one, third], { alignBy: "index" })).toThrow("worm1 has 2, worm3 1");
    expect(() => alignRecordings([{ ...one, fs: 0, animal: "worm2" }])).toThrow("recording worm2 has no sampling rate");
    expect(() => alignRecordings([{ ...one, names: ["a", "a"] }])).toThrow("worm1 has two neurons named a");
    expect(() => alignRecordings([{ ...one, traces: new Float32Array(5) }])).toThrow("2 names and 5 samples");
    expect(() => alignRecordings([])).toThrow("there are no recordings");
  });
});
