import { describe, expect, it } from "vitest";
import { preprocesses } from "../../../data/index.ts";
import { exportOnnx, Rng, scope, Tensor, type Value } from "../../../graph/index.ts";
import { conv, init, linear } from "../../../nn/index.ts";
import { Model } from "../../../probe/index.ts";
import { stepFrom } from "./activation-maximisation.ts";
import { clearMargin, cropOffset, cropped, enlarged, paste } from "./canvas.ts";
import { activationMaximize, centreBiasedStages, meanImageStages, UnitGradient } from "./index.ts";
import { rampAt } from "./stages.ts";
import { findUnit, type Unit } from "./unit.ts";

const rng = new Rng(2);
const p = {
  conv: init.conv(rng.split("conv"), 3, 5, 3),
  fc: init.linear(rng.split("fc"), 5 * 8 * 8, 4),
};

function small(tail: (logits: Value) => Record<string, Value> = (logits) => ({ logits })): Model {
  const bytes = exportOnnx(
    (x: Value) => tail(linear(p.fc, scope("conv", () => conv(p.conv, x, { padding: "same" }).relu()).flatten())),
    [Tensor.zeros([1, 3, 8, 8])],
    { names: ["x"], batch: { name: "N", arguments: [0] }, metadata: { "cajal.preprocess": "caffe" } },
  );
  return Model.open(bytes, { name: "small" });
}

const model = small();
const pixels = rng.uniform([2, 3, 8, 8], 0, 255);

describe("the gradient with respect to pixels", () => {
  const units: Unit[] = [
    { tensor: "logits", channel: 2 },
    { tensor: "conv/Relu", channel: 1, at: "center" },
    { tensor: "conv/Relu", channel: 3, at: "max" },
  ];
  it.each(units)("agrees with central differences: $tensor $at", async (unit) => {
    const found = findUnit(model, unit);
    const gradient = new UnitGradient(model, [found, found], preprocesses.caffe);
    const x = pixels.data as Float32Array;
    const { gradients } = await gradient.at(x);
    const largest = gradients.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    expect(largest).toBeGreaterThan(0);
    const h = 0.5;
    const places = [
      ...new Rng(1).permutation(192).slice(0, 12),
      gradients.findIndex((g) => Math.abs(g) === largest) % 192,
    ];
    for (const i of places) {
      const moved = new Float32Array(384);
      for (const [n, sign] of [1, -1].entries()) {
        moved.set(x.subarray(0, 192), n * 192);
        moved[n * 192 + i] += sign * h;
      }
      const { activations } = await gradient.at(moved);
      const difference = (activations[0] - activations[1]) / (2 * h);
      expect(Math.abs(difference - gradients[i]) / largest, `pixel ${i}`).toBeLessThan(1e-2);
    }
    await gradient.release();
  });

  it("of a probability points where that of its logarithm does", async () => {
    const found = findUnit(model, { tensor: "logits", channel: 0 });
    const gradient = new UnitGradient(model, [found, found], preprocesses.caffe);
    const plain = await gradient.at(pixels.data as Float32Array);
    const other = await gradient.at(pixels.data as Float32Array, "probability");
    expect([...other.activations]).toEqual([...plain.activations]);
    expect(other.gradients.some((g, i) => Math.abs(g - plain.gradients[i]) > 1e-6)).toBe(true);
    const maps = findUnit(model, { tensor: "conv/Relu", channel: 0 });
    await expect(
      new UnitGradient(model, [maps], preprocesses.caffe).at(pixels.data as Float32Array, "probability"),
    ).rejects.toThrow(/no probabilities/);
  });

  it("of flattened logits is that of what is flattened", async () => {
    const flattened = small((logits) => ({ logits: logits.unsqueeze([2, 3]).mul(1).flatten() }));
    const found = findUnit(flattened, { tensor: "logits", channel: 2 });
    expect(found.layer.shape).toEqual([4, 1, 1]);
    const [plain, behind] = await Promise.all(
      [
        { in: model, unit: findUnit(model, { tensor: "logits", channel: 2 }) },
        { in: flattened, unit: found },
      ].map((one) =>
        new UnitGradient(one.in, [one.unit], preprocesses.caffe).at(pixels.data.slice(0, 192) as Float32Array),
      ),
    );
    expect(behind.activations[0]).toBeCloseTo(plain.activations[0], 4);
    for (let i = 0; i < 192; i++) expect(behind.gradients[i]).toBeCloseTo(plain.gradients[i], 6);
  });

  it("that cannot be is refused, and what blocks it is named", async () => {
    const blocked = small((logits) => ({
      logits,
      steps: scope("rounding", () => logits.cast("int64").cast("float32")).mul(2),
    }));
    await expect(activationMaximize(blocked, { tensor: "steps", channel: 0 }, pixels)).rejects.toMatchObject({
      code: "no-derivative",
      message: expect.stringMatching(/"steps" has no gradient with respect to the pixels: Cast/),
    });
  });
});

describe("a step", () => {
  const stage = { iterations: 5, step: [2, 2], weight: [1, 1] } as const;
  const shape = [1, 6, 6] as const;
  const image = new Float32Array(36).fill(100);
  const g = Float32Array.from({ length: 36 }, () => rng.gaussian());

  it("is η on average, whatever the gradient's scale", () => {
    for (const scale of [1e-6, 1, 1e6]) {
      const stepped = stepFrom(
        image,
        g.map((v) => v * scale),
        shape,
        stage,
        0,
      );
      const mean = stepped.reduce((sum, v, i) => sum + Math.abs(v - image[i]), 0) / 36;
      expect(mean).toBeCloseTo(2, 3);
    }
    expect([...stepFrom(image, new Float32Array(36), shape, stage, 0)]).toEqual([...image]);
  });

  it("leaves the margin alone, and stays within 0 to 255", () => {
    const stepped = stepFrom(image, g, shape, { ...stage, step: [500, 500], margin: 2 }, 0);
    const changed = [...stepped.keys()].filter((i) => stepped[i] !== 100);
    expect(changed.every((i) => [2, 3].includes(i % 6) && [2, 3].includes(Math.floor(i / 6)))).toBe(true);
    expect(changed.length).toBe(4);
    expect(Math.min(...stepped)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...stepped)).toBeLessThanOrEqual(255);
  });

  it("goes along ramps that end where they say", () => {
    expect([0, 1, 2, 3, 4].map((i) => rampAt([0.01, 2], i, 5))).toEqual([
      0.01,
      expect.closeTo(0.5075),
      1.005,
      expect.closeTo(1.5025),
      2,
    ]);
    expect(rampAt([1, 2], 0, 1)).toBe(1);
    expect(meanImageStages(227).map(({ margin = 0 }) => margin)).toEqual([0, 0, 50, 0]);
    expect(centreBiasedStages(28).map(({ margin = 0 }) => margin)).toEqual([0, 0, 0, 6, 0]);
    expect(meanImageStages(28).length).toBe(1);
  });
});

describe("the canvas", () => {
  const canvas = {
    shape: [1, 3, 4] as const,
    pixels: Float32Array.from({ length: 12 }, (_, i) => 10 * Math.floor(i / 4) + (i % 4)),
  };

  it("grows linearly: a plane stays a plane, corners stay corners", () => {
    const large = enlarged(canvas, 2);
    expect(large.shape).toEqual([1, 6, 8]);
    for (let y = 0; y < 6; y++)
      for (let x = 0; x < 8; x++) expect(large.pixels[8 * y + x]).toBeCloseTo((20 * y) / 5 + (3 * x) / 7, 4);
  });

  it("gives a crop and takes it back", () => {
    const crop = [1, 2, 2] as const;
    const offset = { y: 1, x: 2 };
    expect([...cropped(canvas, crop, offset)]).toEqual([12, 13, 22, 23]);
    const copy = { ...canvas, pixels: canvas.pixels.slice() };
    paste(copy, crop, offset, Float32Array.of(1, 2, 3, 4));
    expect([...copy.pixels]).toEqual([0, 1, 2, 3, 10, 11, 1, 2, 20, 21, 3, 4]);
    const margin = new Float32Array(9).fill(1);
    clearMargin(margin, [1, 3, 3], 1);
    expect([...margin]).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 0]);
  });

  it("is worked on around its middle most", () => {
    const draw = new Rng(1);
    const offsets = Array.from({ length: 2000 }, () => cropOffset([1, 120, 120], [1, 100, 100], 0.3, draw).y);
    expect(offsets.reduce((a, b) => a + b, 0) / 2000).toBeCloseTo(9.6, 0);
    expect(Math.min(...offsets)).toBe(0);
    expect(Math.max(...offsets)).toBe(20);
    expect(cropOffset([1, 100, 100], [1, 100, 100], 0.3, draw)).toEqual({ y: 0, x: 0 });
  });
});

describe("activation maximisation", () => {
  const stages = [
    { iterations: 6, step: [2, 2], weight: [0.4, 0.4] },
    { iterations: 4, step: [1, 1], weight: [0.1, 2], scale: 1.5, spread: 0.3 },
    { iterations: 2, step: [2, 2], weight: [0.4, 2], margin: 2 },
  ] as const;

  it("makes units fire more, each image on its own way", async () => {
    const units = [0, 1].map((channel) => ({ tensor: "logits", channel }));
    const both = await activationMaximize(model, units, pixels, { stages, seed: 4 });
    expect(both.images.shape).toEqual([2, 3, 8, 8]);
    expect(both.canvases.shape).toEqual([2, 3, 12, 12]);
    expect(both.trace.length).toBe(12);
    for (const n of [0, 1]) expect(both.activations[n]).toBeGreaterThan(both.trace[0][n]);
    const second = new Tensor("float32", [1, 3, 8, 8], pixels.data.slice(192) as Float32Array);
    const alone = await activationMaximize(model, units[1], second, { stages, seed: 4 });
    for (let i = 0; i < 192; i++) expect(alone.images.data[i]).toBeCloseTo(Number(both.images.data[192 + i]), 2);
  });

  it("refuses what are no pixels", async () => {
    const unit = { tensor: "logits", channel: 0 };
    await expect(activationMaximize(model, unit, rng.normal([1, 3, 8, 8]))).rejects.toThrow(
      /pixels are from -.* not from 0 to 255/,
    );
    await expect(activationMaximize(model, unit, Tensor.zeros([1, 3, 8, 9]))).rejects.toMatchObject({ code: "shape" });
    await expect(activationMaximize(model, { tensor: "logits", channel: 4 }, pixels)).rejects.toMatchObject({
      code: "unknown-unit",
    });
  });
});
