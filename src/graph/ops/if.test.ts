import { describe, expect, it } from "vitest";
import { compile } from "../compile.ts";
import { cond } from "../cond.ts";
import { customVjp, grad } from "../derivative.ts";
import { evaluate } from "../evaluate.ts";
import { decodeModel } from "../onnx/codec.ts";
import { exportOnnx } from "../onnx/export-function.ts";
import { Rng } from "../rng.ts";
import { scan } from "../scan.ts";
import { Tensor } from "../tensor.ts";
import { digest, expectSame, type Values } from "../testing/loops.ts";
import { unrolled } from "../testing/unrolled.ts";
import { Tracer } from "../tracer.ts";
import type { Value } from "../value.ts";
import { whileLoop } from "../while-loop.ts";

const rng = new Rng(3);
const normal = (...shape: number[]) => Tensor.of(rng.normal(shape).numbers(), shape, "float64");
const total = (x: Value) => x.sum();

describe('"If"', () => {
  for (const positive of [true, false]) {
    const sign = Tensor.of([positive ? 1 : -1], [], "float64");
    it(`is the branch taken, in all derivatives (condition ${positive})`, async () => {
      const yes = (x: Value, w: Value) => ({ a: x.matmul(w).tanh(), b: [x.square()] });
      const no = (x: Value, w: Value) => ({ a: w.matmul(x).sin().mul(w.sum()), b: [x] });
      await expectSame(
        ({ x, w, s }: Values) => {
          const scaled = x.mul(3);
          const { a, b } = cond(
            s.greater(0),
            (v: Value) => yes(scaled, v),
            (v: Value) => no(scaled, v),
            w,
          );
          return digest(a, b[0]).add(s);
        },
        ({ x, w, s }: Values) => {
          const { a, b } = (positive ? yes : no)(x.mul(3), w);
          return digest(a, b[0]).add(s);
        },
        { x: normal(3, 3), w: normal(3, 3), s: sign },
      );
    });
  }

  it("chooses at each step of a scan, with derivatives, also where steps are computed again", async () => {
    const loss =
      (checkpoint: boolean) =>
      ({ x, w }: Values) => {
        const { state, ys } = scan(
          (h: Value, xt: Value) => {
            const next = cond(
              total(xt).greater(0),
              () => h.matmul(w).add(xt),
              () => h.mul(w.sum()).sub(xt.sin()),
            );
            return { state: next.tanh(), y: next };
          },
          x.slice([0], [1]).squeeze(0),
          x,
          { checkpoint },
        );
        return digest(state, ys);
      };
    const plain = ({ x, w }: Values) => {
      const h0 = x.slice([0], [1]).squeeze(0);
      const { state, ys } = scan(
        (h: Value, xt: Value) => {
          const next = total(xt).greater(0).where(h.matmul(w).add(xt), h.mul(w.sum()).sub(xt.sin()));
          return { state: next.tanh(), y: next };
        },
        h0,
        x,
      );
      return digest(state, ys);
    };
    const args = { x: normal(5, 2, 2), w: normal(2, 2) };
    await expectSame(loss(false), plain, args);
    await expectSame(loss(true), plain, args);
  });

  it("holds loops and further branches", async () => {
    const sums = (loop: typeof scan, h: Value, x: Value) =>
      loop((s: Value, xt: Value) => ({ state: s.mul(xt).sin(), y: s.add(xt) }), h, x);
    const args = { x: normal(3, 2), h: normal(2), s: Tensor.of([0.5], [], "float64") };
    await expectSame(
      ({ x, h, s }: Values) => {
        const value = cond(
          s.greater(0),
          () => {
            const { state, ys } = sums(scan, h.exp(), x);
            return cond(
              s.less(0),
              () => state,
              () => state.mul(ys.sum()).mul(s),
            );
          },
          () => h,
        );
        return digest(value);
      },
      ({ x, h, s }: Values) => {
        const { state, ys } = sums(unrolled as typeof scan, h.exp(), x);
        return digest(state.mul(ys.sum()).mul(s));
      },
      args,
    );
  });

  it("keeps a custom rule in a branch", async () => {
    const odd = customVjp(
      (x: Value) => ({ result: x.square(), saved: x.sin() }),
      (s: Value, t: Value) => [t.mul(s)],
    );
    const g = compile((x: Value) =>
      grad((v: Value) =>
        cond(
          v.greater(0),
          () => odd(v),
          () => v.neg(),
        ),
      )(x),
    );
    expect((await g(Tensor.scalar(2))).item()).toBeCloseTo(Math.sin(2), 6);
    expect((await g(Tensor.scalar(-2))).item()).toBe(-1);
  });

  it("leaves what only a branch needs in the branch, forward and backward", () => {
    const f = (x: Value, w: Value) =>
      grad((v: Value) =>
        cond(
          total(v).greater(0),
          () => total(v.matmul(w).exp()),
          () => total(v),
        ),
      )(x);
    const { graph } = decodeModel(exportOnnx(f, [Tensor.zeros([2, 2]), Tensor.zeros([2, 2])]));
    const outside = graph?.node.map(({ opType }) => opType);
    expect(outside).toContain("If");
    expect(outside).not.toContain("Exp");
    expect(outside).not.toContain("MatMul");
  });

  it("folds where the condition is known", () => {
    const x = new Tracer().input({ dtype: "float32", shape: [2] });
    const y = cond(
      x.op("Size").greater(1),
      () => x.sin(),
      () => x.cos(),
    );
    expect(y.node?.definition.name).toBe("Sin");
  });

  it("says which leaf differs", () => {
    const x = new Tracer().input({ dtype: "float32", shape: [2] });
    const choose = (then: () => unknown, otherwise: () => unknown) => () => cond(total(x).greater(0), then, otherwise);
    expect(
      choose(
        () => ({ a: x }),
        () => ({ a: x.sum() }),
      ),
    ).toThrow('cond: the result of the second branch "a" is float32[], the first one\'s float32[2]');
    expect(
      choose(
        () => ({ a: x }),
        () => ({ b: x }),
      ),
    ).toThrow('has a leaf "b", which the first one\'s has not');
    expect(() =>
      cond(
        x.greater(0),
        () => x,
        () => x,
      ),
    ).toThrow("the condition is bool[2], not one bool");
  });
});

describe('"Loop"', () => {
  /** Newton's iteration for √a, until it no longer moves. */
  const root = (a: Value) =>
    whileLoop(
      ({ x, last }: { x: Value; last: Value }) => x.sub(last).abs().greater(1e-12),
      ({ x }) => ({ x: x.add(a.div(x)).mul(0.5), last: x }),
      { x: a.mul(0).add(1), last: a.mul(0) },
    );

  it("runs as long as the condition holds, and counts", async () => {
    const run = compile((a: Value) => {
      const { state, steps } = root(a);
      return { x: state.x, steps };
    });
    const { x, steps } = await run(Tensor.scalar(2, "float64"));
    expect(x.item()).toBeCloseTo(Math.SQRT2, 12);
    expect(steps.item()).toBe(6);
    const tracer = new Tracer();
    const a = tracer.input({ dtype: "float64", shape: [] });
    const { state, steps: count } = root(a);
    const exact = evaluate([state.x, count], new Map([[a, Float64Array.of(2)]]));
    expect(exact.map(([v]) => v)).toEqual([x.item(), 6]);
  });

  it("has a forward derivative: of √a it is 1/(2√a), the second −1/(4a√a)", async () => {
    await expectSame(
      ({ a }) => root(a).state.x,
      ({ a }) => a.sqrt(),
      { a: Tensor.of([2], [], "float64") },
      "",
      ["value", "forward derivative"],
    );
  });

  it("has no reverse derivative, and says what to use", () => {
    const a = new Tracer().input({ dtype: "float32", shape: [] });
    expect(() => grad((v: Value) => root(v).state.x)(a)).toThrow("Loop: it has no reverse derivative");
  });

  it("stops after maxSteps; runs not at all where the condition fails at once", async () => {
    const count = compile((n: Value) =>
      whileLoop(
        (i: Value) => i.less(n),
        (i) => i.add(1),
        n.mul(0),
        { maxSteps: 3 },
      ),
    );
    const at = async (n: number) => {
      const { state, steps } = await count(Tensor.scalar(n, "int64"));
      return [state.item(), steps.item()];
    };
    expect([await at(10), await at(2), await at(-1)]).toEqual([
      [3, 3],
      [2, 2],
      [0, 0],
    ]);
  });

  it("refuses a state that changes its shape, and a condition that is not one bool", () => {
    const x = new Tracer().input({ dtype: "float32", shape: [2] });
    expect(() =>
      whileLoop(
        (v: Value) => total(v).less(3),
        (v) => v.sum(0, true),
        x,
      ),
    ).toThrow("whileLoop: the state after a step is float32[1], before it float32[2]");
    expect(() =>
      whileLoop(
        (v: Value) => v.less(3),
        (v) => v,
        x,
      ),
    ).toThrow("the condition is bool[2], not one bool");
  });
});
