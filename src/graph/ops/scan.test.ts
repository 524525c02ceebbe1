import { describe, expect, it } from "vitest";
import { compile } from "../compile.ts";
import { customVjp, grad, jvp } from "../derivative.ts";
import { evaluate } from "../evaluate.ts";
import { Rng } from "../rng.ts";
import { type ScanOptions, scan } from "../scan.ts";
import { Tensor } from "../tensor.ts";
import { unrolled } from "../testing/unrolled.ts";
import { Tracer } from "../tracer.ts";
import { mapLeaves } from "../tree.ts";
import type { Value } from "../value.ts";

type Loop = typeof scan;
type Values = { readonly [name: string]: Value };
/** A scalar of some arguments, whose loop over steps may be written in two ways. */
type Model = (loop: Loop, args: Values, options: ScanOptions) => Value;

const rng = new Rng(1);
const normal = (...shape: number[]) => Tensor.of(rng.normal(shape).numbers(), shape, "float64");

/** A hash of a tree of any floats, as a scalar whose derivatives see every element. */
const digest = (...values: Value[]): Value =>
  values.map((value, i) => value.mul(value.add(0.3 + i)).sum()).reduce((total, term) => total.add(term));

const quantities = {
  value: (f: (args: Values) => Value, args: Values) => [f(args)],
  gradient: (f: (args: Values) => Value, args: Values) => Object.values(grad(f)(args)),
  "forward derivative": (f: (args: Values) => Value, args: Values) => [
    jvp(f, [args], [mapLeaves(args, (leaf) => (leaf as Value).mul(0.5).add(1)) as Values]).tangent,
  ],
  "gradient of the gradient": (f: (args: Values) => Value, args: Values) =>
    Object.values(grad((a: Values) => digest(...Object.values(grad(f)(a))))(args)),
  "Hessian times vector": (f: (args: Values) => Value, args: Values) =>
    Object.values(
      jvp((a: Values) => grad(f)(a), [args], [mapLeaves(args, (leaf) => (leaf as Value).sin()) as Values]).tangent,
    ),
};

/** Computes on float64 numbers. */
function exactly(args: { readonly [name: string]: Tensor }, f: (args: Values) => Value[]): Float64Array[] {
  const tracer = new Tracer();
  const feeds = new Map<Value, Float64Array>();
  const values = mapLeaves(args, (leaf) => {
    const value = tracer.input({ dtype: leaf.dtype, shape: leaf.shape });
    feeds.set(value, (leaf as Tensor).numbers());
    return value;
  }) as Values;
  return evaluate(f(values), feeds);
}

function close(
  actual: readonly ArrayLike<number>[],
  expected: readonly ArrayLike<number>[],
  tolerance: number,
  what: string,
) {
  expect(actual.length, what).toBe(expected.length);
  for (const [k, list] of expected.entries()) {
    const scale = Math.max(1e-3, ...Array.from(list, Math.abs));
    expect(actual[k].length, `${what}, ${k}`).toBe(list.length);
    for (let i = 0; i < list.length; i++)
      expect(
        Math.abs(actual[k][i] - list[i]),
        `${what}, ${k}, element ${i}: ${actual[k][i]}, ${list[i]}`,
      ).toBeLessThanOrEqual(tolerance * scale);
  }
}

const half = (args: { readonly [name: string]: Tensor }) =>
  mapLeaves(args, (leaf) =>
    Tensor.of((leaf as Tensor).numbers(), leaf.shape, leaf.dtype === "float64" ? "float32" : leaf.dtype),
  );

/** Everything about the scan equals everything about the loop: exactly in float64, and on the runtime in float32. */
async function checkModel(
  model: Model,
  args: { readonly [name: string]: Tensor },
  what: readonly (keyof typeof quantities)[] = Object.keys(quantities) as never,
) {
  for (const reverse of [false, true]) {
    for (const name of what) {
      const expected = exactly(args, (a) => quantities[name]((b) => model(unrolled, b, { reverse }), a));
      for (const checkpoint of [false, true]) {
        const title = `${name}, reverse ${reverse}, checkpoint ${checkpoint}`;
        const f = (a: Values) => quantities[name]((b) => model(scan, b, { reverse, checkpoint }), a);
        close(exactly(args, f), expected, 1e-9, title);
        const run = compile((a: Values) => f(a), { threads: 1 });
        const results = await run(half(args) as never);
        close(
          results.map((tensor) => (tensor as unknown as Tensor).numbers()),
          expected,
          2e-4,
          `${title}, on the runtime`,
        );
        await run.release();
      }
    }
  }
}

const spike = customVjp(
  (v: Value) => ({ result: v.greater(0).cast(v.dtype), saved: v.square().add(1).reciprocal() }),
  (saved: Value, cotangent: Value) => [cotangent.mul(saved)],
);

describe('"Scan" equals the loop written out, in all derivatives', () => {
  it("a recurrent layer: weights, bias, states, inputs", async () => {
    const model: Model = (loop, { w, u, b, s, x }, options) => {
      const { state, ys } = loop(
        (h: Value, xt: Value) => {
          const next = h.matmul(w).add(xt.matmul(u)).add(b).tanh();
          return { state: next, y: next.mul(h) };
        },
        s,
        x,
        options,
      );
      return digest(state, ys);
    };
    await checkModel(model, { w: normal(3, 3), u: normal(2, 3), b: normal(3), s: normal(4, 3), x: normal(5, 4, 2) });
  });

  it("spiking neurons with a surrogate gradient, refractory by an integer state, and a Boolean one", async () => {
    const model: Model = (loop, { w, x, decay }, options) => {
      const zero = x.slice([0], [1]).squeeze(0).mul(0);
      const { state, ys } = loop(
        ({ v, rest, fired }: { v: Value; rest: Value; fired: Value }, xt: Value) => {
          const drive = xt.add(fired.cast(v.dtype).matmul(w));
          const ready = rest.equal(0);
          const membrane = v.mul(decay).add(ready.where(drive, 0));
          const z = spike(membrane.sub(0.4));
          const left = z.greater(0.5).where(rest.tracer.constant(2, "int64", rest.shape), rest.sub(1).op("Max", [0]));
          return { state: { v: membrane.mul(z.neg().add(1)), rest: left, fired: z.greater(0.5) }, y: z };
        },
        { v: zero, rest: zero.cast("int64"), fired: zero.greater(1) },
        x,
        options,
      );
      return digest(state.v, ys);
    };
    await checkModel(model, { w: normal(3, 3), x: normal(6, 2, 3), decay: normal(3) }, ["value", "gradient"]);
  });

  it("a gated recurrent unit", async () => {
    const model: Model = (loop, { w, u, s, x }, options) => {
      const part = (v: Value, i: number) => v.slice([3 * i], [3 * i + 3], [1]);
      const { state, ys } = loop(
        (h: Value, xt: Value) => {
          const [a, c] = [xt.matmul(u), h.matmul(w)];
          const reset = part(a, 0).add(part(c, 0)).sigmoid();
          const update = part(a, 1).add(part(c, 1)).sigmoid();
          const candidate = part(a, 2)
            .add(reset.mul(part(c, 2)))
            .tanh();
          const next = update.mul(h).add(update.neg().add(1).mul(candidate));
          return { state: next, y: next };
        },
        s,
        x,
        options,
      );
      return digest(state, ys);
    };
    await checkModel(model, { w: normal(3, 9), u: normal(2, 9), s: normal(2, 3), x: normal(4, 2, 2) });
  });

  it("a long short-term memory: two states in a tree, outputs in another", async () => {
    const model: Model = (loop, { w, s, c, x }, options) => {
      const part = (v: Value, i: number) => v.slice([2 * i], [2 * i + 2], [1]);
      const { state, ys } = loop(
        ({ h, cell }: { h: Value; cell: Value }, { input }: { input: Value }) => {
          const all = h.tracer.emit("Concat", [h, input], { axis: 1 }).matmul(w);
          const next = part(all, 0)
            .sigmoid()
            .mul(cell)
            .add(part(all, 1).sigmoid().mul(part(all, 2).tanh()));
          const out = part(all, 3).sigmoid().mul(next.tanh());
          return { state: { h: out, cell: next }, y: [out, { cell: next }] as const };
        },
        { h: s, cell: c },
        { input: x },
        options,
      );
      return digest(state.h, state.cell, ys[0], ys[1].cell);
    };
    await checkModel(model, { w: normal(5, 8), s: normal(2, 2), c: normal(2, 2), x: normal(4, 2, 3) });
  });
});
