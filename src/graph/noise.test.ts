import { describe, expect, it } from "vitest";
import { compile } from "./compile.ts";
import { grad, jvp, valueAndGrad, vjp } from "./derivative.ts";
import { jacobian } from "./jacobian.ts";
import { scope } from "./names.ts";
import type { Noise } from "./noise.ts";
import { decodeModel } from "./onnx/codec.ts";
import { exportOnnx } from "./onnx/export-function.ts";
import { importOnnx } from "./onnx/import.ts";
import { Rng } from "./rng.ts";
import { Tensor } from "./tensor.ts";
import type { Value } from "./value.ts";

/** Inverted dropout (Srivastava et al. 2014), as a user would write it. */
const dropout = (x: Value, rate: number, noise: Noise): Value =>
  x.mul(noise.bernoulli(x.shape, 1 - rate)).div(1 - rate);

const mean = (t: Tensor) => t.numbers().reduce((sum, x) => sum + x, 0) / t.size;

describe("Noise", () => {
  const shaken = compile((x: Value, noise: Noise) => x.add(noise.normal(x.shape)).mul(noise.uniform(x.shape, 1, 2)));
  const x = Tensor.zeros([3, 4]);

  it("is the same for the same seed, and another for another seed or call", async () => {
    const rng = new Rng(3);
    const [first, second] = [await shaken(x, rng), await shaken(x, rng)];
    expect(first.data).not.toEqual(second.data);
    expect((await shaken(x, new Rng(3))).data).toEqual(first.data);
    expect((await shaken(x, new Rng(4))).data).not.toEqual(first.data);
  });

  it("has the distributions it says", async () => {
    const f = compile((rate: Value, noise: Noise) => ({
      normal: noise.normal([50_000], 3, 2),
      uniform: noise.uniform([50_000], -1, 3),
      spikes: noise.bernoulli([2, 25_000], rate.unsqueeze(1)).mean(1),
    }));
    const { normal, uniform, spikes } = await f(Tensor.of([0.1, 0.7]), new Rng(1));
    expect(mean(normal)).toBeCloseTo(3, 1);
    expect(mean(uniform)).toBeCloseTo(1, 1);
    expect([...spikes.data].map((rate) => Number(rate).toFixed(1))).toEqual(["0.1", "0.7"]);
  });

  it("gives each draw a stream that other draws don't move", async () => {
    const draws = (other: number[]) =>
      compile((y: Value, noise: Noise) => {
        noise.normal(other);
        const second = noise.uniform([4]);
        noise.split("elsewhere").normal(other);
        return { second, named: noise.split("layer").split(2).normal([4]), y };
      })(x, new Rng(9));
    const [a, b] = [await draws([1]), await draws([7, 5])];
    expect(a.second.data).toEqual(b.second.data);
    expect(a.named.data).toEqual(b.named.data);
  });

  it("draws anew under a name that was used before, and apart for each Noise", async () => {
    const f = compile((a: Noise, rest: { b: Noise }, y: Value) => [
      a.split("s").normal([3]),
      a.split("s").normal([3]),
      rest.b.split("s").normal([3]),
      y,
    ]);
    const rng = new Rng(1);
    const numbers = (await f(rng, { b: rng }, x)).slice(0, 3).map((t) => t.data.join());
    expect(new Set(numbers).size).toBe(3);
  });

  it("makes dropout, whose gradient is the mask that was drawn", async () => {
    const loss = (v: Value, noise: Noise) => dropout(v, 0.25, noise).sum();
    const ones = Tensor.full([100, 100], 1);
    const f = compile((v: Value, noise: Noise) => valueAndGrad(loss)(v, noise));
    const [value, gradient] = await f(ones, new Rng(2));
    const kept = gradient.numbers();
    expect(new Set(kept.map((g) => Math.round(g * 1000)))).toEqual(new Set([0, 1333]));
    expect(kept.reduce((sum, g) => sum + g, 0)).toBeCloseTo(value.item(), -1);
    expect(mean(gradient)).toBeCloseTo(1, 1);
  });

  it("passes through every kind of derivative as a constant", async () => {
    const fn = (v: Value, noise: Noise) => v.square().mul(noise.uniform(v.shape, 1, 2));
    const f = compile((v: Value, noise: Noise) => {
      const { result, pull } = vjp(fn, v, noise);
      const [pulled, untouched] = pull(result.mul(0).add(1));
      return {
        factor: result.div(v.square()),
        pulled: pulled.div(v.mul(2)),
        pushed: jvp(fn, [v, untouched], [v.mul(0).add(1), noise]).tangent.div(v.mul(2)),
        // One more draw of the same noise each, so the numbers differ, but not what they are.
        gradient: grad((w: Value, n: Noise) => fn(w, n).sum())(v, noise).div(v.mul(2)),
        jacobian: jacobian(fn)(v, noise).sum(0).div(v.mul(2)),
      };
    });
    const result = await f(Tensor.of([1, 2, 3, 4]), new Rng(5));
    expect(result.pulled.data).toEqual(result.factor.data);
    for (const { data } of Object.values(result)) expect([...data].every((k) => k >= 1 && k < 2.001)).toBe(true);
  });

  it("becomes inputs of an exported model, in its scope or not", async () => {
    const bytes = exportOnnx(
      (v: Value, noise: Noise) => scope("block", () => dropout(v, 0.5, noise).add(noise.split("end").normal([2]))),
      [Tensor.of([1, 2]), new Rng(1)],
      { names: ["x", "noise"] },
    );
    expect(decodeModel(bytes).graph?.input.map(({ name }) => name)).toEqual([
      "x",
      "noise/bernoulli.0",
      "noise/end/normal.0",
    ]);
    const model = importOnnx(bytes);
    const run = compile((inputs: Record<string, Value>) => model.apply(model.params, inputs));
    const outputs = await run({
      x: Tensor.of([1, 2]),
      "noise/bernoulli.0": Tensor.of([1, 0]),
      "noise/end/normal.0": Tensor.of([0.5, 0.25]),
    });
    expect([...outputs.result.data]).toEqual([2.5, 0.25]);
  });

  it("runs where nothing but noise is asked for, and is traced once", async () => {
    let traced = 0;
    const f = compile((noise: Noise) => {
      traced++;
      return noise.normal([0, 3]);
    });
    expect((await f(new Rng(1))).shape).toEqual([0, 3]);
    await f(new Rng(2));
    expect(traced).toBe(1);
  });

  it("says what is wrong", async () => {
    const wrong = (draw: (noise: Noise) => Value) => compile((noise: Noise) => draw(noise))(new Rng(1));
    await expect(wrong((noise) => noise.bernoulli([2], 1.5))).rejects.toThrow("noise.bernoulli: probability 1.5");
    await expect(wrong((noise) => noise.normal([2], 0, -1))).rejects.toThrow("deviation -1");
    await expect(wrong((noise) => noise.uniform([2], 1, 0))).rejects.toThrow("low 1, high 0");
    await expect(wrong((noise) => noise.normal([2 ** 15, 2 ** 15]))).rejects.toThrow("too many elements");
    let inner: Promise<unknown> | undefined;
    await compile((noise: Noise) => {
      inner = expect(shaken(x, noise as unknown as Rng)).rejects.toThrow("an argument is Noise, not an Rng");
      return noise.normal([1]);
    })(new Rng(1));
    await inner;
  });
});
