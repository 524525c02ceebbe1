import { describe, expect, it } from "vitest";
import { Rng, Tensor, type Value } from "../../graph/index.ts";
import { gelu, geluTanh, silu } from "../activations.ts";
import { lecun } from "../initialisers.ts";
import { expectClose, run } from "../testing/run.ts";
import { conv, convTranspose, initConv, initConvTranspose } from "./conv.ts";
import { dropout } from "./dropout.ts";
import { embedding, initEmbedding } from "./embedding.ts";
import { initLinear, linear } from "./linear.ts";
import { glu, initGatedMlp, initMlp, mlp, swiglu } from "./mlp.ts";
import { groupNorm, initGroupNorm, initLayerNorm, initRmsNorm, layerNorm, rmsNorm } from "./norm.ts";
import { averagePool, globalAveragePool, maxPool } from "./pool.ts";

const rng = new Rng(11);
const variance = (t: Tensor) => t.numbers().reduce((sum, v) => sum + v * v, 0) / t.size;
const dot = (a: Tensor, b: Tensor) => a.numbers().reduce((sum, v, i) => sum + v * b.numbers()[i], 0);

describe("linear", () => {
  it("keeps the variance that ReLU halves", async () => {
    const p = initLinear(rng.split("a"), 256, 256);
    expect(variance(await run((x: Value) => linear(p, x), rng.normal([64, 256])))).toBeCloseTo(2, 0);
  });

  it("is x·W + b on any number of axes; without bias x·W", async () => {
    const p = { ...initLinear(rng, 3, 2), bias: Tensor.of([10, 20]) };
    const x = rng.normal([2, 5, 3]);
    const y = await run((v: Value) => ({ with: linear(p, v), without: linear({ weight: p.weight }, v) }), x);
    expect(y.with.shape).toEqual([2, 5, 2]);
    expectClose(
      y.with,
      y.without.numbers().map((v, i) => v + (i % 2 === 0 ? 10 : 20)),
    );
    expect(initLinear(rng, 3, 2, { bias: false })).not.toHaveProperty("bias");
  });
});

describe("conv", () => {
  it("keeps the variance that ReLU halves", async () => {
    const p = initConv(rng.split("b"), 16, 32, 3);
    const y = await run((x: Value) => conv(p, x), rng.normal([2, 16, 20, 20]));
    expect(y.shape).toEqual([2, 32, 18, 18]);
    expect(variance(y)).toBeCloseTo(2, 0);
  });

  it('"same" keeps the size, or divides it by the stride, for kernels even and odd', async () => {
    for (const [kernel, stride, dilation, size] of [
      [3, 1, 1, 7],
      [4, 1, 1, 7],
      [5, 2, 1, 7],
      [3, 2, 2, 8],
      [1, 3, 1, 10],
    ]) {
      const p = initConv(rng, 2, 3, [kernel]);
      const y = await run((x: Value) => conv(p, x, { padding: "same", stride, dilation }), rng.normal([1, 2, size]));
      expect(y.shape).toEqual([1, 3, Math.ceil(size / stride)]);
    }
  });

  it("in one dimension is the sliding product", async () => {
    const p = initConv(rng, 1, 1, [3], { bias: false });
    const [x, w] = [rng.normal([1, 1, 6]), p.weight.numbers()];
    const y = await run((v: Value) => conv(p, v), x);
    const xs = x.numbers();
    expectClose(
      y,
      [0, 1, 2, 3].map((i) => w[0] * xs[i] + w[1] * xs[i + 1] + w[2] * xs[i + 2]),
    );
  });

  it("in groups is one convolution beside the other", async () => {
    const p = initConv(rng, 4, 6, 3, { groups: 2 });
    expect(p.weight.shape).toEqual([6, 2, 3, 3]);
    const whole = await run((x: Value) => conv(p, x, { groups: 2 }), rng.split("x").normal([1, 4, 5, 5]));
    const second = { weight: Tensor.of(p.weight.numbers().slice(54), [3, 2, 3, 3]), bias: Tensor.zeros([3]) };
    const half = await run((x: Value) => conv(second, x.slice([2], [4], [1])), rng.split("x").normal([1, 4, 5, 5]));
    expectClose(half, whole.numbers().slice(27));
    expect(() => initConv(rng, 4, 6, 3, { groups: 4 })).toThrow(/4 groups/);
  });

  it("and its transpose are adjoint: ⟨conv x, y⟩ = ⟨x, convTranspose y⟩", async () => {
    const p = initConvTranspose(rng, 3, 2, [3, 4], { bias: false });
    const options = { stride: [2, 1], padding: [1, 0] };
    const [x, y] = [rng.normal([2, 2, 7, 6]), rng.normal([2, 3, 4, 3])];
    const forward = await run((v: Value) => conv(p, v, options), x);
    const back = await run((v: Value) => convTranspose(p, v, options), y);
    expect([forward.shape, back.shape]).toEqual([y.shape, x.shape]);
    expect(dot(forward, y)).toBeCloseTo(dot(x, back), 3);
    const larger = await run((v: Value) => convTranspose(p, v, { ...options, outputPadding: [1, 0] }), y);
    expect(larger.shape).toEqual([2, 2, 8, 6]);
  });

  it("refuses options for another number of axes", async () => {
    const p = initConv(rng, 1, 1, 3);
    await expect(run((x: Value) => conv(p, x, { stride: [1] }), rng.normal([1, 1, 5, 5]))).rejects.toThrow(
      /stride has 1/,
    );
  });
});

describe("pooling", () => {
  const x = rng.normal([2, 3, 6, 4]);
  const at = (n: number, c: number, i: number, j: number) => x.numbers()[((n * 3 + c) * 6 + i) * 4 + j];
  it("takes the largest and the mean of windows side by side", async () => {
    const y = await run(
      (v: Value) => ({ max: maxPool(v, 2), mean: averagePool(v, [2, 4]), all: globalAveragePool(v) }),
      x,
    );
    expect([y.max.shape, y.mean.shape, y.all.shape]).toEqual([
      [2, 3, 3, 2],
      [2, 3, 3, 1],
      [2, 3],
    ]);
    const window = [at(1, 2, 4, 2), at(1, 2, 4, 3), at(1, 2, 5, 2), at(1, 2, 5, 3)];
    expect(y.max.numbers().at(-1)).toBeCloseTo(Math.max(...window), 6);
    const rows = [0, 1, 2, 3].flatMap((j) => [at(1, 2, 4, j), at(1, 2, 5, j)]);
    expect(y.mean.numbers().at(-1)).toBeCloseTo(rows.reduce((a, b) => a + b) / 8, 5);
  });

  it("overlaps where the stride is smaller, and does not count padding", async () => {
    const ones = Tensor.full([1, 1, 5], 1);
    const y = await run((v: Value) => averagePool(v, 3, { stride: 1, padding: "same" }), ones);
    expectClose(y, [1, 1, 1, 1, 1]);
  });
});

describe("norms", () => {
  it("layer norm has mean 0 and variance 1 along the last axis, then scale and shift", async () => {
    const x = rng.normal([4, 50], 3, 2);
    const y = await run((v: Value) => layerNorm(initLayerNorm(50), v), x);
    for (let row = 0; row < 4; row++) {
      const values = y.numbers().slice(row * 50, row * 50 + 50);
      const mean = values.reduce((a, b) => a + b) / 50;
      expect(mean).toBeCloseTo(0, 5);
      expect(values.reduce((sum, v) => sum + v * v, 0) / 50).toBeCloseTo(1, 3);
    }
    const p = { scale: Tensor.full([50], 2), shift: Tensor.full([50], 5) };
    expectClose(
      await run((v: Value) => layerNorm(p, v), x),
      y.numbers().map((v) => 2 * v + 5),
      4,
    );
  });

  it("RMS norm of what has mean 0 is layer norm", async () => {
    const centred = await run((v: Value) => v.sub(v.mean(-1, true)), rng.normal([4, 16]));
    const y = await run(
      (v: Value) => ({ rms: rmsNorm(initRmsNorm(16), v), layer: layerNorm(initLayerNorm(16), v) }),
      centred,
    );
    expectClose(y.rms, y.layer, 4);
  });

  it("group norm with one group is layer norm over all of an example", async () => {
    const x = rng.normal([2, 4, 3, 3], 1, 2);
    const whole = (v: Value) => layerNorm(initLayerNorm(36), v.reshape([2, 36]));
    const y = await run((v: Value) => ({ group: groupNorm(initGroupNorm(4), v, 1), layer: whole(v) }), x);
    expectClose(y.group, y.layer, 4);
    await expect(run((v: Value) => groupNorm(initGroupNorm(4), v, 3), x)).rejects.toThrow(/3 groups/);
  });
});

it("embedding is a one-hot product", async () => {
  const p = initEmbedding(rng, 5, 3);
  const ids = Tensor.of([4, 0, 2, 2], [2, 2], "int64");
  const y = await run((i: Value) => embedding(p, i), ids);
  expect(y.shape).toEqual([2, 2, 3]);
  const w = p.weight.numbers();
  expectClose(
    y,
    [4, 0, 2, 2].flatMap((id) => [...w.slice(3 * id, 3 * id + 3)]),
  );
});

it("dropout keeps what the mask keeps, scaled so that the mean stays", async () => {
  const keep = Tensor.of([1, 0, 1, 1], [4], "bool");
  const y = await run((x: Value, m: Value) => dropout(x, m, 0.25), Tensor.of([3, 3, -6, 0]), keep);
  expectClose(y, [4, 0, -8, 0]);
  await expect(run((x: Value, m: Value) => dropout(x, m, 1), Tensor.of([1]), Tensor.of([1]))).rejects.toThrow(/rate/);
});

describe("feed-forward", () => {
  it("an MLP of one layer is linear; of two, linear ∘ ReLU ∘ linear", async () => {
    const p = initMlp(rng, [3, 8, 2]);
    const x = rng.normal([5, 3]);
    const y = await run((v: Value) => ({ a: mlp(p, v), b: linear(p[1], linear(p[0], v).relu()) }), x);
    expectClose(y.a, y.b);
    const [one] = initMlp(rng, [3, 2], { weight: lecun() });
    const z = await run((v: Value) => ({ a: mlp([one], v), b: linear(one, v) }), x);
    expectClose(z.a, z.b);
    expect(() => initMlp(rng, [3])).toThrow(/1 widths/);
  });

  it("a gate that is always open lets everything through", async () => {
    const p = initGatedMlp(rng, 3, 6);
    const open = { ...p, gate: { weight: Tensor.zeros([3, 6]), bias: Tensor.full([6], 50) } };
    const x = rng.normal([5, 3]);
    const y = await run((v: Value) => ({ a: glu(open, v), b: linear(p.down, linear(p.up, v)), c: swiglu(open, v) }), x);
    expectClose(y.a, y.b);
    expectClose(
      y.c,
      y.b.numbers().map((v) => 50 * v),
      3,
    );
  });

  it("activations have their published values", async () => {
    const y = await run((x: Value) => ({ gelu: gelu(x), tanh: geluTanh(x), silu: silu(x) }), Tensor.of([-1, 0, 1, 2]));
    expectClose(y.gelu, [-0.158655, 0, 0.841345, 1.9545]);
    expectClose(y.tanh, [-0.158808, 0, 0.841192, 1.954598]);
    expectClose(y.silu, [-0.268941, 0, 0.731059, 1.761594]);
  });
});
