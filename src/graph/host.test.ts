import { describe, expect, it } from "vitest";
import { runtime } from "#runtime";
import { compile } from "./compile.ts";
import { grad, jvp, vjp } from "./derivative.ts";
import { CajalError } from "./error.ts";
import { hostOp } from "./host.ts";
import { hessian, jacobian } from "./jacobian.ts";
import { scope } from "./names.ts";
import type { Noise } from "./noise.ts";
import { exportOnnx } from "./onnx/export-function.ts";
import { Rng } from "./rng.ts";
import type { Runtime } from "./runtime/runtime.ts";
import { scan } from "./scan.ts";
import { Tensor } from "./tensor.ts";
import type { Value } from "./value.ts";

/** The cube of each element, with derivatives that use the op itself. */
const emitCube = hostOp({
  name: "Cube",
  infer: ([x]) => (x ? [x] : []),
  run: ([x], _attributes, [type]) =>
    x
      ? [
          Tensor.of(
            x.numbers().map((v) => v ** 3),
            type.shape,
            type.dtype,
          ),
        ]
      : [],
  derivative: {
    vjp: ({ inputs: [x] }, [t]) => [t && x && t.mul(slope(x))],
    jvp: ({ inputs: [x] }, [t]) => [t && x && t.mul(slope(x))],
  },
});
const cube = (x: Value): Value => emitCube([x])[0];
/** 3x² as 3(x³)²⁄x⁴, so that a derivative of any order has a host op in it. */
const slope = (x: Value): Value => cube(x).square().div(x.square().square()).mul(3);

/** Quotient and remainder: two outputs, an attribute. */
const divide = hostOp({
  name: "Divide",
  attributes: { by: { kind: "int", default: 10 } },
  infer: ([x]) => (x ? [x, x] : []),
  run: ([x], { by }) => {
    const numbers = x?.numbers() ?? new Float64Array();
    const each = (f: (v: number) => number) => Tensor.of(numbers.map(f), x?.shape);
    return [each((v) => Math.floor(v / Number(by))), each((v) => v % Number(by))];
  },
  derivative: "zero",
});

/** Counts sessions. */
function counting(): { runtime: Runtime; sessions: () => number; inputs: string[][] } {
  let count = 0;
  const inputs: string[][] = [];
  return {
    sessions: () => count,
    inputs,
    runtime: {
      ...runtime,
      async createSession(model, options) {
        count++;
        const session = await runtime.createSession(model, options);
        inputs.push([...session.inputNames]);
        return session;
      },
    },
  };
}

const x = Tensor.of([1, 2, -3]);
const numbers = (t: Tensor): number[] => [...t.numbers()];

describe("hostOp", () => {
  it("runs between sessions, each as large as can be", async () => {
    const { runtime: counted, sessions } = counting();
    const f = compile(
      (v: Value) =>
        cube(v.add(1))
          .mul(2)
          .add(cube(v.sub(1)))
          .neg(),
      { runtime: counted },
    );
    expect(numbers(await f(x))).toEqual([1, 2, -3].map((v) => -(2 * (v + 1) ** 3 + (v - 1) ** 3)));
    expect(sessions()).toBe(2);
    await f(Tensor.of([4, 5, 6]));
    expect(sessions()).toBe(2);
    await f.release();
  });

  it("runs at an end, alone, on constants, on what the last one gives, and where its input is also a result", async () => {
    const { runtime: counted, sessions } = counting();
    expect(numbers(await compile((v: Value) => cube(v), { runtime: counted })(x))).toEqual([1, 8, -27]);
    expect(numbers(await compile((v: Value) => cube(cube(v)), { runtime: counted })(x))).toEqual([1, 512, -19683]);
    expect(sessions()).toBe(0);
    const f = compile((v: Value) => {
      const sum = v.add(1);
      return { before: sum, again: sum, after: cube(sum), input: v, constant: cube(v.tracer.constant([2], "float32")) };
    });
    const { before, again, after, input, constant } = await f(x);
    expect(numbers(before)).toEqual([2, 3, -2]);
    expect(numbers(again)).toEqual([2, 3, -2]);
    expect(numbers(after)).toEqual([8, 27, -8]);
    expect(numbers(input)).toEqual([1, 2, -3]);
    expect(numbers(constant)).toEqual([8]);
  });

  it("has attributes and several outputs, of which some may be left", async () => {
    const both = await compile((v: Value) => divide([v], { by: 7 }, 2).map((y) => y.add(0)))(Tensor.of([23, 14]));
    expect(both.map(numbers)).toEqual([
      [3, 2],
      [2, 0],
    ]);
    expect(numbers(await compile((v: Value) => divide([v], {}, 2)[1])(Tensor.of([23, 14])))).toEqual([3, 4]);
  });

  it("takes only what it needs through a boundary that holds more", async () => {
    const { runtime: counted, inputs } = counting();
    const f = compile(
      (v: Value, w: Value) => grad((p: { a: Value; b: Value }) => cube(p.a).mul(p.b.exp()).sum())({ a: v, b: w }),
      {
        runtime: counted,
      },
    );
    const { a, b } = await f(x, Tensor.zeros([3]));
    for (const [i, value] of [3, 12, 27].entries()) expect(a.numbers()[i]).toBeCloseTo(value, 4);
    expect(numbers(b)).toEqual([1, 8, -27]);
    expect(inputs.length).toBeLessThanOrEqual(2);
  });

  it("is differentiated in both directions, twice, and along all directions", async () => {
    const loss = (v: Value) => cube(v).sum();
    const f = compile((v: Value) => ({
      gradient: grad(loss)(v),
      forward: jvp(cube, [v], [v.mul(0).add(1)]).tangent,
      reverse: vjp(cube, v).pull(v.mul(0).add(1))[0],
      second: grad((w: Value) => grad(loss)(w).sum())(v),
      jacobian: jacobian(cube)(v).sum(1),
      hessian: hessian(loss)(v).sum(1),
    }));
    const result = await f(x);
    for (const name of ["gradient", "forward", "reverse", "jacobian"] as const)
      for (const [i, v] of [1, 2, -3].entries()) expect(result[name].numbers()[i]).toBeCloseTo(3 * v * v, 3);
    for (const name of ["second", "hessian"] as const)
      for (const [i, v] of [1, 2, -3].entries()) expect(result[name].numbers()[i]).toBeCloseTo(6 * v, 3);
  });

  it("works beside scans and noise, and with either as its input", async () => {
    const f = compile((v: Value, noise: Noise) => {
      const start = cube(v).add(noise.uniform([3]).mul(0));
      const { state } = scan(
        (s: Value, step: Value) => ({ state: s.add(step.mul(start)), y: s }),
        start,
        v.reshape([3, 1]),
      );
      return cube(state);
    });
    const expected = [1, 8, -27].map((c) => (c * (1 + 1 + 2 - 3)) ** 3);
    expect(numbers(await f(x, new Rng(1)))).toEqual(expected);
  });

  it("leaves a graph without host ops as it was: one session, the same file", async () => {
    const { runtime: counted, sessions } = counting();
    const f = compile((v: Value) => v.add(1), { runtime: counted });
    await f(x);
    expect(sessions()).toBe(1);
    expect(f.onnx(x).length).toBeLessThan(200);
  });

  it("can't be in a file or a loop's body", async () => {
    const message = /Cube is computed in TypeScript, not by ONNX Runtime, at "solver"/;
    const inside = (v: Value) => scope("solver", () => cube(v));
    expect(() => exportOnnx((v: Value) => inside(v).add(1), [x])).toThrow(message);
    expect(() => compile(inside).onnx(x)).toThrow(message);
    const looped = compile(
      (v: Value) =>
        scan((s: Value, step: Value) => ({ state: inside(s).add(step), y: s }), v.slice([0], [1]), v.reshape([3, 1]))
          .state,
    );
    await expect(looped(x)).rejects.toThrow(message);
  });

  it("says which op failed, where, and what it returned", async () => {
    const bad = (run: () => Tensor[]) =>
      hostOp({ name: "Bad", infer: ([v]) => (v ? [v] : []), run, derivative: "zero" });
    const at = (run: () => Tensor[]) => compile((v: Value) => scope("part", () => bad(run)([v])[0]))(x);
    await expect(at(() => [Tensor.of([1])])).rejects.toThrow('Bad: result 0 is float32[1], not float32[3], at "part"');
    await expect(at(() => [])).rejects.toThrow("Bad: result 0 is missing");
    await expect(
      at(() => {
        throw new RangeError("no such number");
      }),
    ).rejects.toThrow('Bad: no such number, at "part"');
    await expect(
      at(() => {
        throw new CajalError("argument", "singular");
      }),
    ).rejects.toThrow("singular");
  });
});
