import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile } from "./compile.ts";
import { customVjp, grad, jvp, vjp } from "./derivative.ts";
import { evaluate } from "./evaluate.ts";
import { hessian, hvp, jacobian } from "./jacobian.ts";
import { Rng } from "./rng.ts";
import { scan } from "./scan.ts";
import { type Shape, sizeOf, Tensor } from "./tensor.ts";
import { Tracer } from "./tracer.ts";
import type { Value } from "./value.ts";

/** Evaluates `build` of one float64 input. */
function at(x: Tensor, build: (x: Value) => Value): { shape: Shape; data: number[] } {
  const input = new Tracer().input({ dtype: "float64", shape: x.shape });
  const output = build(input);
  return { shape: output.shape, data: [...evaluate([output], new Map([[input, x.numbers()]]))[0]] };
}

function close(actual: readonly number[], expected: readonly number[], digits = 9): void {
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, digits);
}

const random = (shape: Shape, seed = 1): Tensor => new Rng(seed).normal(shape);

/** The Jacobian, one jvp per element: slow, and by another way. */
function columns(fn: (x: Value) => Value, x: Tensor): number[] {
  const n = sizeOf(x.shape);
  const along = Array.from({ length: n }, (_, j) =>
    at(x, (value) => {
      const unit = Tensor.of(
        Array.from({ length: n }, (_, k) => (k === j ? 1 : 0)),
        x.shape,
        "float64",
      );
      return jvp(fn, [value], [unit]).tangent as Value;
    }),
  );
  return along[0].data.flatMap((_, i) => along.map((column) => column.data[i]));
}

describe("jacobian", () => {
  it("of x·A is Aᵀ", () => {
    const a = random([3, 4]);
    const fn = (x: Value) => x.matmul(x.tracer.lift(a, "float32").cast("float64"));
    for (const mode of ["forward", "reverse", undefined] as const) {
      const { shape, data } = at(random([3]), jacobian(fn, { mode }));
      expect(shape).toEqual([4, 3]);
      close(
        data,
        Array.from({ length: 12 }, (_, i) => a.numbers()[(i % 3) * 4 + Math.floor(i / 3)]),
      );
    }
  });

  it("of softmax is diag(p) − p·pᵀ", () => {
    const x = random([5]);
    const p = at(x, (value) => value.softmax()).data;
    const expected = p.flatMap((pi, i) => p.map((pj, j) => (i === j ? pi : 0) - pi * pj));
    for (const mode of ["forward", "reverse"] as const)
      close(
        at(
          x,
          jacobian((value) => value.softmax(), { mode }),
        ).data,
        expected,
      );
  });

  it("has the result's axes before the argument's", () => {
    const fn = (x: Value) => x.slice([0], [2], [1]).transpose([1, 0]).square();
    expect(at(random([4, 3]), jacobian(fn)).shape).toEqual([2, 4, 4, 3]);
    expect(
      at(
        random([4]),
        jacobian((x: Value) => x.sum()),
      ).shape,
    ).toEqual([4]);
    expect(
      at(
        Tensor.scalar(2),
        jacobian((x: Value) => x.square()),
      ).data,
    ).toEqual([4]);
  });

  it("of nothing, or with respect to nothing, has no elements", () => {
    expect(
      at(
        random([2]),
        jacobian((x: Value) => x.slice([0], [0]).square()),
      ).shape,
    ).toEqual([0, 2]);
    expect(
      at(
        random([0]),
        jacobian((x: Value) => x.sum().add(1)),
      ).shape,
    ).toEqual([0]);
  });

  const functions: Record<string, { shape: Shape; fn: (x: Value) => Value }> = {
    "a network": {
      shape: [3, 4],
      fn: (x) => {
        const w = x.tracer.lift(random([4, 5], 7), "float32").cast("float64");
        const b = x.tracer.lift(random([5], 8), "float32").cast("float64");
        const h = x.op("Gemm", [w, b], { alpha: 0.5, beta: 2 }).tanh();
        return h.softmax(1).logSumExp([0]).add(h.mean(0));
      },
    },
    "a product of vectors with matrices": {
      shape: [3],
      fn: (x) => {
        const outer = x.unsqueeze(1).matmul(x.unsqueeze(0));
        return x.matmul(outer).add(outer.matmul(x)).mul(x.matmul(x));
      },
    },
    "moving and picking": {
      shape: [3, 4],
      fn: (x) => {
        const picked = x.gather(Tensor.of([2, 0, 2], [3], "int64"), 1).square();
        const sum = picked.op("CumSum", [x.tracer.constant([1], "int64")]).expand([2, 3, 3]);
        const padded = sum.op("Pad", [x.tracer.constant([0, 1, 0, 0, 0, 2], "int64")]);
        return padded
          .slice([1, -1], [4, -5], [1, 2], [2, -2])
          .flatten(1)
          .op("Tile", [x.tracer.constant([1, 2], "int64")]);
      },
    },
    "choosing and cutting": {
      shape: [6],
      fn: (x) =>
        x
          .greater(0)
          .where(x.exp(), x.mul(x))
          .op("Clip", [-1, 2])
          .add(x.reshape([2, 3]).max(0).sum()),
    },
    "convolving and pooling": {
      shape: [1, 2, 5, 5],
      fn: (x) => {
        const w = x.tracer.lift(random([3, 2, 3, 3], 4), "float32").cast("float64");
        const y = x.op("Conv", [w], { pads: [1, 1, 1, 1], strides: [2, 2] }).tanh();
        return y
          .op("MaxPool", [], { kernel_shape: [2, 2] })
          .add(y.op("AveragePool", [], { kernel_shape: [2, 2] }))
          .mean([0, 2, 3]);
      },
    },
    "ops without a batched form": {
      shape: [2, 3],
      fn: (x) => x.tracer.emit("Einsum", [x, x], { equation: "ij,kj->ik" }).op("PRelu", [0.1]),
    },
    spectra: {
      shape: [2, 5, 1],
      fn: (x) => x.op("DFT", [], { onesided: 1 }).square().sum(-1),
    },
    "scattered rows": {
      shape: [4, 2],
      fn: (x) =>
        x
          .op("GatherND", [x.tracer.constant([3, 0, 3, 1], "int64", [4, 1])])
          .square()
          .sum(1),
    },
  };

  for (const [name, { shape, fn }] of Object.entries(functions)) {
    it(`of ${name}: forward = reverse = one direction at a time, also on the runtime`, async () => {
      const x = random(shape, 3);
      const expected = columns(fn, x);
      for (const mode of ["forward", "reverse"] as const) close(at(x, jacobian(fn, { mode })).data, expected);
      const float32 = (value: Value) => {
        const of = (y: Value) => fn(y.cast("float64")).cast("float32");
        return { forward: jacobian(of, { mode: "forward" })(value), reverse: jacobian(of, { mode: "reverse" })(value) };
      };
      // The runtime has no float64 kernels for convolutions.
      if (name.startsWith("convolving")) return;
      const { forward, reverse } = await compile(float32)(x);
      for (const result of [forward, reverse]) close([...result.numbers()], expected, 4);
    });
  }

  it("agrees with a random product on both sides (random shapes)", () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 5 }), fc.integer(), (m, n, seed) => {
        const x = random([n], seed);
        const w = random([n, m], seed + 1);
        const fn = (v: Value) => v.sin().matmul(v.tracer.lift(w, "float32").cast("float64")).exp();
        close(at(x, jacobian(fn, { mode: "forward" })).data, at(x, jacobian(fn, { mode: "reverse" })).data, 6);
      }),
      { numRuns: 30 },
    ));

  it("of a tree is a tree", () => {
    for (const mode of ["forward", "reverse"] as const) {
      const fn = (p: { a: Value; b: [Value] }) => p.a.mul(p.b[0].sum()).add(p.b[0]);
      const result = at(Tensor.of([2, 3, 5, 7], [4]), (x) => {
        const tree = { a: x.slice([0], [2]), b: [x.slice([2], [4])] as [Value] };
        const jacobians = jacobian(fn, { mode })(tree);
        return jacobians.a.flatten(0).op("Concat", [jacobians.b[0].flatten(0)], { axis: 1 });
      });
      close(result.data, [12, 0, 0, 12, 3, 2, 3, 4]);
    }
  });

  it("goes backward where a custom rule knows only that way, and says so where it is told not to", () => {
    const straightThrough = customVjp(
      (x: Value) => ({ result: x.op("Round"), saved: undefined }),
      (_saved, cotangent: Value) => [cotangent.mul(2)],
    );
    const fn = (x: Value) => straightThrough(x).expand([3, 2]);
    close(at(random([2]), jacobian(fn)).data, [2, 0, 0, 2, 2, 0, 0, 2, 2, 0, 0, 2]);
    expect(() => at(random([2]), jacobian(fn, { mode: "forward" }))).toThrow("reverse rule only");
  });

  it("runs a rule inside of a rule direction by direction", () => {
    const identity = customVjp(
      (x: Value) => ({ result: x.mul(1), saved: undefined }),
      (_saved, cotangent: Value) => [cotangent],
    );
    const scaled = customVjp(
      (x: Value) => ({ result: x.square(), saved: x }),
      (x: Value, cotangent: Value) => [identity(cotangent.mul(x).mul(3))],
    );
    close(at(Tensor.of([1, 2]), jacobian(scaled)).data, [3, 0, 0, 6]);
  });

  it("goes through a loop, whose body is run for one direction at a time", () => {
    const fn = (x: Value) =>
      scan((s: Value, step: Value) => ({ state: s.mul(step).sin(), y: s }), x, x.reshape([3, 1])).state;
    const x = random([3]);
    for (const mode of ["forward", "reverse"] as const) close(at(x, jacobian(fn, { mode })).data, columns(fn, x));
  });

  it("says what it can't do", () => {
    const einsum = (x: Value) => x.tracer.emit("Einsum", [x, x], { equation: "i,i->i" });
    expect(() => at(random([600]), jacobian(einsum))).toThrow("copied 600 times");
    expect(() =>
      at(
        random([2]),
        jacobian((x: Value) => x.greater(0)),
      ),
    ).toThrow("not floats");
    expect(() => jacobian((x: Value) => x)(random([2]) as unknown as Value)).toThrow(
      "none of the arguments is part of",
    );
  });
});

describe("hessian and hvp", () => {
  const a = [1, 2, 3, 4, 5, 6, 7, 8, 10];
  const quadratic = (x: Value) => {
    const matrix = x.tracer.constant(a, "float64", [3, 3]);
    return x.matmul(matrix).matmul(x);
  };

  it("of xᵀAx: A + Aᵀ", () => {
    const expected = a.map((value, i) => value + a[(i % 3) * 3 + Math.floor(i / 3)]);
    for (const mode of ["forward", "reverse", undefined] as const)
      close(at(random([3]), hessian(quadratic, { mode })).data, expected);
  });

  const loss = (x: Value) => x.exp().sum().log().mul(x.sin().sum()).add(x.square().square().mean());

  it("is symmetric, and hvp is its product with the vector", () => {
    const x = random([5]);
    const v = Tensor.of(random([5], 2).numbers(), [5], "float64");
    const h = at(x, hessian(loss)).data;
    for (let i = 0; i < 5; i++) for (let j = 0; j < i; j++) expect(h[5 * i + j]).toBeCloseTo(h[5 * j + i], 10);
    const product = at(x, (value) => hvp(loss)(value, v));
    const numbers = v.numbers();
    close(
      product.data,
      Array.from({ length: 5 }, (_, i) => numbers.reduce((sum, vj, j) => sum + h[5 * i + j] * vj, 0)),
    );
    const reverse = at(x, (value) => vjp(grad(loss), value).pull(value.tracer.lift(v, "float64"))[0]);
    close(product.data, reverse.data);
  });

  it("nests: the third derivative of Σx⁴ is 24x on the diagonal", () => {
    const x = Tensor.of([1, 2, 3]);
    const third = at(x, jacobian(hessian((v: Value) => v.square().square().sum())));
    expect(third.shape).toEqual([3, 3, 3]);
    close(
      third.data,
      Array.from({ length: 27 }, (_, i) => (i % 13 === 0 ? 24 * (1 + i / 13) : 0)),
    );
  });

  it("takes trees and further arguments, and runs", async () => {
    const squared = (p: { w: Value }, x: Value) => x.matmul(p.w).square().sum();
    const f = compile((p: { w: Value }, v: { w: Value }, x: Value) => hvp(squared)(p, v, x));
    const result = await f({ w: random([3]) }, { w: Tensor.of([1, 0, 2]) }, Tensor.of([[1, 2, 3]]));
    close([...result.w.numbers()], [14, 28, 42], 4);
    const full = compile((x: Value) => hessian(loss)(x));
    expect((await full(random([100]))).shape).toEqual([100, 100]);
  });
});
