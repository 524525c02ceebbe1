import { describe, expect, it } from "vitest";
import { runtime } from "#runtime";
import { compile } from "../compile.ts";
import { cond } from "../cond.ts";
import { customVjp, grad } from "../derivative.ts";
import { Rng } from "../rng.ts";
import { scan } from "../scan.ts";
import { Tensor } from "../tensor.ts";
import type { Value } from "../value.ts";
import { whileLoop } from "../while-loop.ts";
import { exportOnnx } from "./export-function.ts";
import { importOnnx } from "./import.ts";

const rng = new Rng(8);
const x43 = rng.normal([4, 3]);

describe("loops and branches, exported and imported again", () => {
  const spike = customVjp(
    (v: Value) => ({ result: v.greater(0).cast(v.dtype), saved: v }),
    (v: Value, t: Value) => [t.mul(v.abs().add(1).reciprocal())],
  );
  const w = rng.normal([3, 3]);
  const run = (x: Value) => {
    const { state, ys } = scan(
      ({ v, z }: { v: Value; z: Value }, xt: Value) => {
        const next = v.mul(0.8).add(xt).add(z.matmul(w));
        const out = cond(
          next.sum().greater(0),
          () => next.tanh(),
          () => next.mul(0.1),
        );
        return { state: { v: out, z: spike(out) }, y: out };
      },
      { v: x.mul(0).sum(0), z: x.mul(0).sum(0) },
      x,
      { reverse: true },
    );
    const { state: last } = whileLoop(
      (s: Value) => s.abs().sum().greater(0.1),
      (s) => s.mul(0.5),
      state.v,
    );
    return { ys, last: last.add(0) };
  };

  it("gives the same, also as a gradient", async () => {
    const functions = { run, gradient: (x: Value) => ({ g: grad((v: Value) => run2(v))(x) }) };
    const run2 = (x: Value) =>
      scan(
        (s: Value, xt: Value) => {
          const n = spike(s.matmul(w).add(xt)).add(s.sin());
          return { state: n, y: n };
        },
        x.sum(0),
        x,
      )
        .ys.square()
        .sum();
    for (const f of [functions.run, functions.gradient] as ((x: Value) => Record<string, Value>)[]) {
      const bytes = exportOnnx(f, [Tensor.zeros([4, 3])], { names: ["x"] });
      const raw = await runtime.createSession(bytes);
      const direct = await raw.run({ x: x43 });
      await raw.release();
      const back = importOnnx(bytes);
      const again = await compile((v: Value) => back.apply(back.params, { x: v }))(x43);
      for (const [name, tensor] of Object.entries(direct)) expect(again[name].data, name).toEqual(tensor.data);
    }
  });

  it("has the same gradients with respect to weights", async () => {
    const f = (p: { w: Value }, x: Value) =>
      scan((s: Value, xt: Value) => ({ state: s.matmul(p.w).add(xt).tanh(), y: s }), x.sum(0), x)
        .ys.square()
        .sum();
    const bytes = exportOnnx((x: Value) => f({ w: x.tracer.lift(w, "float32") }, x), [Tensor.zeros([4, 3])], {
      names: ["x"],
    });
    const back = importOnnx(bytes);
    const [name] = Object.keys(back.params).filter((key) => back.params[key].shape.length === 2);
    const direct = await compile((p: { w: Value }, x: Value) => grad(f)(p, x))({ w }, x43);
    const again = await compile((p: Record<string, Value>, x: Value) =>
      grad((q: Record<string, Value>) => back.apply(q, { x }).result)(p),
    )(back.params as never, x43);
    for (const [i, value] of direct.w.numbers().entries()) expect(again[name].numbers()[i]).toBeCloseTo(value, 5);
  });

  it("leaves the batch open through the bodies", async () => {
    const f = (x: Value) =>
      scan(
        (s: Value, xt: Value) => ({ state: s.matmul(w).add(xt).tanh(), y: s }),
        x.sum(1),
        x.transpose([1, 0, 2]),
      ).ys.transpose([1, 0, 2]);
    const bytes = exportOnnx(f, [Tensor.zeros([2, 4, 3])], { names: ["x"], batch: { name: "N", arguments: [0] } });
    const back = importOnnx(bytes);
    expect([back.inputs[0].shape, back.outputs[0].shape]).toEqual([
      ["N", 4, 3],
      ["N", 4, 3],
    ]);
    const x = rng.normal([5, 4, 3]);
    const raw = await runtime.createSession(bytes);
    const { result } = await raw.run({ x });
    await raw.release();
    const direct = await compile(f)(x);
    for (const [i, value] of direct.numbers().entries()) expect(result.numbers()[i]).toBeCloseTo(value, 5);
  });
});
