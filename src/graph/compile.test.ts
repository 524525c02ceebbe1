import { describe, expect, it } from "vitest";
import { compile } from "./compile.ts";
import { valueAndGrad } from "./derivative.ts";
import { decodeModel } from "./onnx/codec.ts";
import { Rng } from "./rng.ts";
import { Tensor } from "./tensor.ts";
import type { Value } from "./value.ts";

describe("compile", () => {
  it("runs trees in, trees out", async () => {
    const f = compile((p: { a: Value; b: [Value] }) => ({ sum: p.a.add(p.b[0]), list: [p.a.mul(p.b[0])] }));
    const { sum, list } = await f({ a: Tensor.of([1, 2]), b: [Tensor.of([3, 4])] });
    expect([...sum.data]).toEqual([4, 6]);
    expect([...list[0].data]).toEqual([3, 8]);
  });

  it("traces anew for new shapes and dtypes, and only then", async () => {
    let traced = 0;
    const f = compile((x: Value) => {
      traced++;
      return x.add(1);
    });
    await f(Tensor.of([1, 2]));
    await f(Tensor.of([5, 6]));
    expect(traced).toBe(1);
    expect([...(await f(Tensor.of([1, 2, 3]))).data]).toEqual([2, 3, 4]);
    expect([...(await f(Tensor.of([1], [1], "int64"))).data]).toEqual([2n]);
    expect(traced).toBe(3);
  });

  it("drops the least recently used session, and works again after release", async () => {
    const f = compile((x: Value) => x.mul(2), { cache: 2 });
    for (const n of [1, 2, 3, 4, 1]) expect((await f(Tensor.zeros([n]))).shape).toEqual([n]);
    await f.release();
    expect((await f(Tensor.scalar(4))).item()).toBe(8);
    await f.release();
  });

  it("a call in flight survives its session's eviction", async () => {
    const f = compile((x: Value) => x.matmul(x), { cache: 1 });
    const calls = [1, 2, 3, 4, 5].map((n) => f(Tensor.full([n, n], 1)));
    for (const [i, result] of (await Promise.all(calls)).entries()) expect(result.numbers()[0]).toBe(i + 1);
  });

  it("takes constants that the function closes over, and shares equal small ones", async () => {
    const weights = Tensor.of([
      [1, 2],
      [3, 4],
    ]);
    const f = compile((x: Value) => x.matmul(weights).add(1).mul(x.add(1)));
    const x = Tensor.of([[1, 1]]);
    expect([...(await f(x)).data]).toEqual([10, 14]);
    expect(decodeModel(f.onnx(x)).graph?.initializer.length).toBe(2);
  });

  it("multiplies a transposed matrix by a vector rightly (ONNX Runtime's own fusion does not)", async () => {
    const a = Tensor.of([1, 2, 3, 4, 5, 6, 7, 8], [4, 2]);
    const f = compile((m: Value, v: Value) => m.transpose([1, 0]).matmul(v));
    expect([...(await f(a, Tensor.of([1, 2, 3, 4]))).data]).toEqual([50, 60]);
  });

  it("learns: gradient descent finds the weights of a linear map", async () => {
    const rng = new Rng(3);
    const truth = rng.normal([4, 2]);
    const x = rng.normal([64, 4]);
    const y = await compile((a: Value, w: Value) => a.matmul(w))(x, truth);
    const loss = (w: Value, a: Value, b: Value) => a.matmul(w).sub(b).square().mean();
    const step = compile((w: Value, a: Value, b: Value) => {
      const [value, g] = valueAndGrad(loss)(w, a, b);
      return { value, w: w.sub(g.mul(0.5)) };
    });
    let w = Tensor.zeros([4, 2]);
    let value = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 200; i++) {
      const result = await step(w, x, y);
      w = result.w;
      value = result.value.item();
    }
    expect(value).toBeLessThan(1e-8);
  });

  it("says what is wrong with an argument", async () => {
    const f = compile((p: { a: Value }) => p.a);
    await expect(f({ a: 3 } as never)).rejects.toThrow('"0/a" is the number 3, not a tensor');
    let leaked: Value | undefined;
    await compile((x: Value) => {
      leaked = x;
      return x;
    })(Tensor.scalar(1));
    await expect(compile((_x: Value) => leaked as Value)(Tensor.scalar(1))).rejects.toThrow("belongs to another graph");
  });
});

it("what is returned as it was given is the same Tensor, whatever else is computed", async () => {
  const [a, b] = [Tensor.of([1, 2]), Tensor.of([3, 4])];
  const f = compile((p: { a: Value; b: Value }) => ({ b: p.b, sum: p.a.add(p.b), a: [p.a] }));
  const result = await f({ a, b });
  expect(result.b).toBe(b);
  expect(result.a[0]).toBe(a);
  expect([...result.sum.numbers()]).toEqual([4, 6]);
  await f.release();
  const swap = compile((x: Value, y: Value) => [y, x]);
  expect(await swap(a, b)).toEqual([b, a]);
  await swap.release();
});
