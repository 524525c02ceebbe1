import { describe, expect, it } from "vitest";
import { compile } from "./compile.ts";
import { grad } from "./derivative.ts";
import { evaluate } from "./evaluate.ts";
import { collect, insideBody, intervene, scope, tap } from "./names.ts";
import { decodeModel } from "./onnx/codec.ts";
import { exportOnnx } from "./onnx/export-function.ts";
import type { AttributeProto, NodeProto } from "./onnx/schema.ts";
import { order } from "./order.ts";
import { Rng } from "./rng.ts";
import { scan } from "./scan.ts";
import { Tensor } from "./tensor.ts";
import { unrolled } from "./testing/unrolled.ts";
import { Tracer } from "./tracer.ts";
import type { Value } from "./value.ts";

const rng = new Rng(2);
const input = (...shape: number[]) => new Tracer().input({ dtype: "float32", shape });

/** The Scan nodes of a model, with their bodies. */
function scansOf(bytes: Uint8Array): (NodeProto & { body: AttributeProto["g"] })[] {
  const nodes = decodeModel(bytes).graph?.node ?? [];
  return nodes
    .filter(({ opType }) => opType === "Scan")
    .map((node) => ({ ...node, body: node.attribute.find(({ name }) => name === "body")?.g }));
}

describe("scan", () => {
  it("hands the state on and stacks the outputs: running sums, forward and in reverse", async () => {
    const sums = (reverse: boolean) =>
      compile((x: Value) =>
        scan((s: Value, xt: Value) => ({ state: s.add(xt), y: s }), x.sum().mul(0), x, { reverse }),
      );
    const forward = await sums(false)(Tensor.of([1, 2, 4]));
    expect([forward.state.item(), ...forward.ys.data]).toEqual([7, 0, 1, 3]);
    const backward = await sums(true)(Tensor.of([1, 2, 4]));
    expect([backward.state.item(), ...backward.ys.data]).toEqual([7, 6, 4, 0]);
  });

  it("runs without inputs, for a number of steps", async () => {
    const powers = compile((x: Value) => {
      const { state, ys } = scan((s: Value) => ({ state: s.mul(2), y: s }), x, undefined, { length: 5 });
      return { state, ys };
    });
    const { state, ys } = await powers(Tensor.scalar(1));
    expect([state.item(), ...ys.data]).toEqual([32, 1, 2, 4, 8, 16]);
    const g = await compile((x: Value) =>
      grad((v: Value) => scan((s: Value) => ({ state: s.square(), y: {} }), v, {}, { length: 3 }).state)(x),
    )(Tensor.scalar(1.1));
    expect(g.item()).toBeCloseTo(8 * 1.1 ** 7, 4);
  });

  it("runs no step at all: the state as it was, stacks of none", async () => {
    const f = (x: Value) => {
      const run = scan(
        (s: Value, xt: Value) => ({ state: s.add(xt), y: { a: tap("sum", s.mul(xt)) } }),
        x.tracer.lift(3, "float32"),
        x,
      );
      return { state: run.state, a: run.ys.a };
    };
    const { result, taps } = await compile((x: Value) => collect(f)(x))(Tensor.zeros([0]));
    expect(result.state.item()).toBe(3);
    expect([result.a.shape, taps.sum.shape]).toEqual([[0], [0]]);
  });

  it("takes tensors as first states and in the body", async () => {
    const f = (x: Value) =>
      scan(
        (s: Value | Tensor, xt: Value) => ({ state: xt.add(s), y: Tensor.of([7, 8]) as Value | Tensor }),
        Tensor.scalar(1) as Value | Tensor,
        x,
      );
    const { state, ys } = await compile((x: Value) => f(x) as { state: Value; ys: Value })(Tensor.of([1, 2]));
    expect([state.item(), ...ys.data]).toEqual([4, 7, 8, 7, 8]);
  });

  it("goes through 2000 steps, and back", async () => {
    const f = (w: Value, x: Value) =>
      scan((s: Value, xt: Value) => ({ state: s.mul(w).add(xt), y: {} }), x.tracer.lift(0, "float32"), x).state;
    const x = Tensor.full([2000], 1);
    const run = compile((w: Value, xs: Value) => ({ value: f(w, xs), slope: grad((v: Value) => f(v, xs))(w) }));
    const { value, slope } = await run(Tensor.scalar(0.5), x);
    // Σ wᵏ = 1/(1−w), its derivative 1/(1−w)².
    expect(value.item()).toBeCloseTo(2, 5);
    expect(slope.item()).toBeCloseTo(4, 5);
    const tracer = new Tracer();
    const [w, xs] = [tracer.input({ dtype: "float64", shape: [] }), tracer.input({ dtype: "float64", shape: [2000] })];
    const deep = scan((s: Value, xt: Value) => ({ state: s.mul(w).add(xt), y: {} }), w, xs).state;
    expect(
      evaluate(
        [deep],
        new Map([
          [w, Float64Array.of(0.5)],
          [xs, new Float64Array(2000).fill(1)],
        ]),
      )[0][0],
    ).toBeCloseTo(2, 12);
  });

  it("folds what is known inside, and keeps what does not depend on the loop out of it", () => {
    const w = rng.normal([3, 3]);
    const f = (x: Value, scale: Value) =>
      scan(
        (s: Value, xt: Value) => {
          const flat = xt.reshape([xt.op("Size").constant?.item() ?? -1]);
          return { state: s.matmul(w).add(flat).mul(scale.exp().mul(2)), y: {} };
        },
        x.slice([0], [1]).reshape([3]),
        x,
      ).state;
    const [loop] = scansOf(exportOnnx(f, [Tensor.zeros([4, 3, 1]), Tensor.scalar(1)]));
    const inside = loop.body?.node.map(({ opType }) => opType);
    expect(inside).not.toContain("Exp");
    expect(inside).not.toContain("Size");
    expect(inside?.filter((op) => op === "Mul")).toHaveLength(1);
  });

  it("writes only the outputs and states that somebody uses", () => {
    const body = (s: { a: Value; b: Value }, xt: Value) => ({
      state: { a: s.a.mul(0.5).add(xt), b: s.b.add(s.a) },
      y: { a: s.a.sin(), b: s.b.cos() },
    });
    const first = (x: Value) => scan(body, { a: x.sum(), b: x.sum() }, x);
    const used = (f: (x: Value) => unknown) => {
      const [node] = scansOf(exportOnnx(f, [Tensor.zeros([4])]));
      return [node.input.length, node.output.length, node.body?.node.length];
    };
    // Inputs: states and x; outputs: states and stacks.
    expect(used((x) => first(x).ys.a)).toEqual([2, 2, 3]);
    expect(used((x) => first(x).ys.b)).toEqual([3, 3, 4]);
    expect(used((x) => first(x).state.a)).toEqual([2, 1, 2]);
    // The gradient through the last state needs nothing of the steps but their number.
    const scans = scansOf(exportOnnx((x: Value) => grad((v: Value) => first(v).state.a)(x), [Tensor.zeros([4])]));
    expect(scans).toHaveLength(1);
  });
});

describe("errors of scan", () => {
  const step = (s: Value, xt: Value) => ({ state: s.add(xt), y: s });
  it("name what differs", () => {
    const x = input(4, 2);
    const two = (a: Value, b: Value) => () =>
      scan((s: Value, _x: { a: Value; b: Value }) => ({ state: s, y: s }), a, { a, b });
    expect(two(x, x.slice([0], [3]))).toThrow('scan: xs "b" has 3 steps ([3, 2]), xs "a" 4');
    expect(() => scan(step, x, x, { length: 5 })).toThrow("scan: xs has 4 steps ([4, 2]), the option length 5");
    expect(() => scan(step, x, x.sum())).toThrow("scan: xs is a scalar");
    expect(() => scan((s: Value) => ({ state: s, y: s }), x, {})).toThrow("the number of steps is not known");
    expect(() =>
      scan((s: { h: Value }, xt: Value) => ({ state: { h: s.h.sum().add(xt) }, y: {} }), { h: x.sum(0) }, x),
    ).not.toThrow();
    expect(() =>
      scan((s: { h: Value }, _xt: Value) => ({ state: { h: s.h.sum() }, y: {} }), { h: x.sum(0) }, x),
    ).toThrow('scan: the state after a step "h" is float32[], before it float32[2]');
    expect(() => scan((s: Value, _xt: Value) => ({ state: s.cast("float64"), y: {} }), x.sum(0), x)).toThrow(
      "scan: the state after a step is float64[2], before it float32[2]",
    );
    expect(() => scan(step, Tensor.of([1]) as never, Tensor.of([1]) as never)).toThrow(
      "none of the arguments is part of a graph",
    );
  });

  it("say that a value left its body", () => {
    const leak = (x: Value) => {
      let inner = x;
      scan(
        (s: Value, xt: Value) => {
          inner = s.mul(xt);
          return { state: inner, y: s };
        },
        x.sum(),
        x,
      );
      return inner.add(1);
    };
    expect(() => exportOnnx(leak, [Tensor.zeros([3])])).toThrow(
      "export: a value of type float32[] belongs to the body of a scan",
    );
  });
});

describe("taps in the body of a scan", () => {
  const w = rng.normal([2, 2]);
  const net =
    (loop: typeof scan) =>
    (x: Value): Value =>
      scope("layer", () => {
        const { ys } = loop(
          (s: Value, xt: Value) => {
            const membrane = tap("membrane", s.matmul(w).add(xt));
            const out = scope("out", () => tap("tanh", membrane.tanh()));
            return { state: out, y: out.square() };
          },
          x.slice([0], [1]).squeeze(0),
          x,
        );
        return tap("sum", ys.sum(0));
      });
  const x = rng.normal([3, 2]);

  it("are collected stacked over the steps, and only where they are wanted", async () => {
    const { taps } = await compile((v: Value) => collect(net(scan))(v))(x);
    expect(Object.entries(taps).map(([name, { shape }]) => [name, shape])).toEqual([
      ["layer/membrane", [3, 2]],
      ["layer/out/tanh", [3, 2]],
      ["layer/sum", [2]],
    ]);
    for (const [i, value] of taps["layer/membrane"].numbers().entries())
      expect(taps["layer/out/tanh"].numbers()[i]).toBeCloseTo(Math.tanh(value), 6);
    const model = exportOnnx((v: Value) => collect(net(scan), (name) => name === "layer/sum")(v).result, [x]);
    expect(scansOf(model)[0].output).toHaveLength(2);
  });

  it("are replaced at every step, as in the loop written out", async () => {
    const edits = { "layer/membrane": (v: Value) => v.mul(Tensor.of([1, 0])) };
    const run = (loop: typeof scan) => compile((v: Value) => intervene(net(loop), edits)(v))(x);
    const [a, b] = [await run(scan), await run(unrolled as typeof scan)];
    for (const [i, value] of b.numbers().entries()) expect(a.numbers()[i]).toBeCloseTo(value, 6);
    const seen = await compile((v: Value) => collect(intervene(net(scan), edits))(v).taps)(x);
    const before = await compile((v: Value) => intervene(collect(net(scan)), edits)(v).taps)(x);
    expect(seen["layer/membrane"].numbers().every((v, i) => i % 2 === 0 || v === 0)).toBe(true);
    expect(before["layer/membrane"].numbers()[1]).not.toBe(0);
  });

  it("are stacked twice in a scan in a scan, also where they do not change", async () => {
    const nested = (v: Value) =>
      scan(
        (s: Value, row: Value) => {
          const inner = scan((r: Value, xt: Value) => ({ state: tap("inner", r.add(xt)), y: {} }), s, row);
          return { state: tap("outer", inner.state), y: tap("constant", v.sum()) };
        },
        v.sum().mul(0),
        v,
      ).state;
    const { taps } = await compile((v: Value) => collect(nested)(v))(Tensor.of([1, 2, 3, 4, 5, 6], [2, 3]));
    expect([...taps.inner.data]).toEqual([1, 3, 6, 10, 15, 21]);
    expect([taps.inner.shape, taps.outer.shape]).toEqual([[2, 3], [2]]);
    expect([...taps.outer.data, ...taps.constant.data]).toEqual([6, 21, 21, 21]);
  });

  it("have derivatives", async () => {
    const loss = (v: Value) => collect(net(scan))(v).taps["layer/membrane"].square().sum();
    const twin = (v: Value) => {
      let s = v.slice([0], [1]).squeeze(0);
      let total = v.tracer.lift(0, "float32");
      for (let t = 0; t < 3; t++) {
        const membrane = s.matmul(w).add(v.slice([t], [t + 1]).squeeze(0));
        total = total.add(membrane.square().sum());
        s = membrane.tanh();
      }
      return total;
    };
    const g = await compile((v: Value) => ({ a: grad(loss)(v), b: grad(twin)(v) }))(x);
    for (const [i, value] of g.b.numbers().entries()) expect(g.a.numbers()[i]).toBeCloseTo(value, 5);
  });

  it("insideBody tells whether one is being traced", () => {
    const seen: boolean[] = [];
    const v = input(3);
    scan(
      (s: Value, xt: Value) => {
        seen.push(insideBody());
        return { state: s.add(xt), y: {} };
      },
      v.sum(),
      v,
    );
    seen.push(insideBody());
    expect(seen).toEqual([true, false]);
  });
});

describe("the backward scan", () => {
  it("multiplies by the weights' shares once, after the loop, unless steps are computed again", () => {
    const graphs = [false, true].map((checkpoint) => {
      const tracer = new Tracer();
      const w = tracer.input({ dtype: "float32", shape: [3, 3] });
      const x = tracer.input({ dtype: "float32", shape: [5, 2, 3] });
      const loss = (weights: Value) =>
        scan((s: Value, xt: Value) => ({ state: s.matmul(weights).add(xt).tanh(), y: {} }), x.sum(0), x, {
          checkpoint,
        }).state.sum();
      return order([grad(loss)(w)]).map(({ definition }) => definition.name);
    });
    expect(graphs.map((names) => names.filter((name) => name === "Gemm").length)).toEqual([1, 0]);
  });
});
