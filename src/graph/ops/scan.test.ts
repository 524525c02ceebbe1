import fc from "fast-check";
import { describe, it } from "vitest";
import { customVjp, grad, stopGradient, vjp } from "../derivative.ts";
import { Rng } from "../rng.ts";
import { type ScanOptions, scan } from "../scan.ts";
import { Tensor } from "../tensor.ts";
import { digest, expectSame, type Quantity, type Tensors, type Values } from "../testing/loops.ts";
import { unrolled } from "../testing/unrolled.ts";
import type { Value } from "../value.ts";

/** A scalar of some arguments, whose loop over steps may be written in two ways. */
type Model = (loop: typeof scan, args: Values, options: ScanOptions) => Value;

const rng = new Rng(1);
const normal = (...shape: number[]) => Tensor.of(rng.normal(shape).numbers(), shape, "float64");

/** Everything about the scan equals everything about the loop. */
async function checkModel(model: Model, args: Tensors, what?: readonly Quantity[]) {
  for (const [reverse, checkpoint] of [
    [false, false],
    [false, true],
    [true, false],
  ]) {
    const title = `(reverse ${reverse}, checkpoint ${checkpoint})`;
    await expectSame(
      (a) => model(scan, a, { reverse, checkpoint }),
      (a) => model(unrolled, a, { reverse }),
      args,
      title,
      what,
    );
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

  it("a scan in a scan, whose inner states start from the outer one", async () => {
    const model: Model = (loop, { w, s, x }, options) => {
      const { state, ys } = loop(
        (h: Value, sequence: Value) => {
          const outer = h.mul(w.sum());
          const inner = loop(
            (g: Value, xt: Value) => {
              const next = spike2(g.matmul(w).add(xt).add(outer)).tanh();
              return { state: next, y: next.mul(h) };
            },
            h,
            sequence,
            options,
          );
          return { state: inner.state, y: inner.ys.square() };
        },
        s,
        x,
        options,
      );
      return digest(state, ys);
    };
    await checkModel(model, { w: normal(2, 2), s: normal(3, 2), x: normal(3, 2, 3, 2) }, [
      "value",
      "gradient",
      "gradient of the gradient",
    ]);
  });

  it("captures that are computed outside, from what is differentiated, or inside, from nothing of the loop", async () => {
    const constant = (like: Value) => Tensor.of([0.3, -0.7], [2], like.dtype);
    const model: Model = (loop, { w, x }, options) => {
      const outside = w.sin();
      const { state, ys } = loop(
        (h: Value, xt: Value) => {
          const inside = outside.exp().matmul(w).sum(0);
          const next = h
            .mul(0.5)
            .add(xt)
            .mul(inside)
            .add(constant(h))
            .add(w.tracer.constant(0.1, w.dtype, [2]))
            .sin();
          return { state: next, y: next.add(inside) };
        },
        w.sum(0),
        x,
        options,
      );
      return digest(state, ys, outside);
    };
    await checkModel(model, { w: normal(2, 2), x: normal(3, 2) });
  });

  it("a weight used three times, a vector for a matrix, transposed, and in batches", async () => {
    const model: Model = (loop, { w, v, s, x }, options) => {
      const { state, ys } = loop(
        (h: Value, xt: Value) => {
          const a = h.matmul(w).tanh().matmul(w.transpose());
          const b = xt.tracer.emit("Gemm", [h, w, v], { transB: 1, alpha: 0.7 });
          const c = xt.matmul(w).sum([0]);
          const d = a.matmul(v).unsqueeze(1);
          return { state: a.add(b).add(d).sub(c).tanh(), y: c.mul(v.matmul(w)) };
        },
        s,
        x,
        options,
      );
      return digest(state, ys);
    };
    await checkModel(model, { w: normal(2, 2), v: normal(2), s: normal(3, 2), x: normal(4, 2, 3, 2) });
  });

  it("a state of rank 0, one that is only counted, and one that nobody reads", async () => {
    const model: Model = (loop, { x }, options) => {
      const { state } = loop(
        ({ m, n }: { m: Value; n: Value; k: Value }, xt: Value) => ({
          state: { m: m.mul(0.9).add(xt.square()), n: n.add(1), k: xt.mul(3) },
          y: {},
        }),
        { m: x.sum(), n: x.tracer.lift(0, "int64"), k: x.sum() },
        x,
        options,
      );
      return state.m.mul(state.n.cast(state.m.dtype)).mul(0.1);
    };
    await checkModel(model, { x: normal(4) }, ["gradient", "Hessian times vector"]);
  });

  it("one step", async () => {
    const model: Model = (loop, { x }, options) => {
      const { state, ys } = loop((h: Value, xt: Value) => ({ state: h.mul(xt), y: h.sin() }), x.sum(), x, options);
      return digest(state, ys);
    };
    await checkModel(model, { x: normal(1) });
  });

  it("states that change places, or stay", async () => {
    const model: Model = (loop, { a, x }, options) => {
      const { state, ys } = loop(
        (s: Value[], xt: Value) => ({ state: [s[1], s[0].mul(xt), s[2]], y: [s[2].mul(s[0]), s[1]] }),
        [a, a.sin(), a.cos()],
        x,
        options,
      );
      return digest(...state, ...ys);
    };
    await checkModel(model, { a: normal(2), x: normal(4, 2) });
  });

  it("a gradient inside the body: descent on an energy, differentiated", async () => {
    const energy = (h: Value, w: Value, xt: Value) => h.matmul(w).sub(xt).square().sum();
    const model: Model = (loop, { w, s, x }, options) => {
      const { state, ys } = loop(
        (h: Value, xt: Value) => {
          const [dh, dw] = grad(([v, u]: readonly [Value, Value]) => energy(v, u, xt).add(energy(v, w, h)))([
            h,
            w,
          ] as const);
          const next = h.sub(dh.mul(0.1)).sub(dw.sum(0).mul(0.05));
          return { state: next.tanh(), y: next };
        },
        s,
        x,
        options,
      );
      return digest(state, ys);
    };
    await checkModel(model, { w: normal(2, 2), s: normal(2, 2), x: normal(3, 2, 2) });
  });

  it("custom rules over the state and a capture, stopped gradients", async () => {
    const model: Model = (loop, { w, s, x }, options) => {
      const product = customVjp(
        (h: Value, u: Value) => ({ result: [h.mul(u), u.sin()], saved: { h, u, extra: w.cos() } }),
        ({ h, u, extra }: { h: Value; u: Value; extra: Value }, [a, b]: Value[]) => [
          a.mul(u).mul(extra),
          a.mul(h).add(b.mul(2)),
        ],
      );
      const { state, ys } = loop(
        (h: Value, xt: Value) => {
          const [a, b] = product(h, w);
          const next = a
            .add(b)
            .add(stopGradient(h.mul(w)))
            .add(xt)
            .tanh();
          return { state: next, y: stopGradient(next).mul(h) };
        },
        s,
        x,
        options,
      );
      return digest(state, ys);
    };
    await checkModel(model, { w: normal(2), s: normal(2), x: normal(3, 2) }, ["gradient", "gradient of the gradient"]);
  });

  it("third derivatives", async () => {
    const third =
      (loop: typeof scan, options: ScanOptions) =>
      ({ w, x }: Values) => {
        const f = (v: Value) =>
          digest(loop((h: Value, xt: Value) => ({ state: h.mul(v).add(xt).sin(), y: h }), v, x, options).ys);
        const first = (v: Value) => grad(f)(v);
        return grad((v: Value) => grad(first)(v))(w);
      };
    const args = { w: normal(), x: normal(4) };
    for (const checkpoint of [false, true])
      await expectSame(third(scan, { checkpoint }), third(unrolled, {}), args, `(checkpoint ${checkpoint})`, ["value"]);
  });

  it("a pull back asked for twice", async () => {
    const twice =
      (loop: typeof scan) =>
      ({ w, x }: Values) => {
        const { pull } = vjp(
          (v: Value) => loop((h: Value, xt: Value) => ({ state: h.mul(v).add(xt).sin(), y: h.square() }), v, x).ys,
          w,
        );
        return digest(pull(x)[0], pull(x.sin())[0]);
      };
    await expectSame(twice(scan), twice(unrolled as typeof scan), { w: normal(), x: normal(4) });
  });

  it("bodies of random operations", async () => {
    type Step = (h: Value, xt: Value, p: Value) => Value;
    const steps: readonly Step[] = [
      (h) => h.tanh(),
      (h, xt) => h.mul(xt),
      (h, xt) => h.add(xt.sin()),
      (h, _xt, p) => h.matmul(p),
      (h, _xt, p) => h.sub(p.sum(0)),
      (h) => h.transpose().reshape([2, 2]),
      (h) => h.softmax(),
      (h, xt) => xt.greater(0).where(h, xt),
      (h, _xt, p) =>
        h
          .mul(p.square().sum([1], true))
          .sum([0], true)
          .add(h),
    ];
    const picks = fc.sample(fc.array(fc.nat(steps.length - 1), { minLength: 2, maxLength: 5 }), {
      numRuns: 8,
      seed: 4,
    });
    for (const picked of picks) {
      const model: Model = (loop, { p, s, x }, options) => {
        const { state, ys } = loop(
          (h: Value, xt: Value) => {
            const next = picked.reduce((value, k) => steps[k](value, xt, p), h);
            return { state: next.mul(0.5), y: next };
          },
          s,
          x,
          options,
        );
        return digest(state, ys, p);
      };
      const checkpoint = picked.length % 2 === 0;
      await expectSame(
        (a) => model(scan, a, { checkpoint }),
        (a) => model(unrolled, a, {}),
        { p: normal(2, 2), s: normal(2, 2), x: normal(3, 2, 2) },
        `steps ${picked}`,
      );
    }
  });
});

/** Adds zero, by way of a rule that keeps something else than it computes with. */
const spike2 = customVjp(
  (v: Value) => ({ result: v.add(v.greater(0).cast(v.dtype).mul(0)), saved: { slope: v.cos() } }),
  ({ slope }: { slope: Value }, t: Value) => [t.mul(slope)],
);
