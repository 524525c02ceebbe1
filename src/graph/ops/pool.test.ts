import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { grad } from "../derivative.ts";
import { evaluate } from "../evaluate.ts";
import type { Attributes } from "../op.ts";
import { Tensor } from "../tensor.ts";
import { checkOp, type OpCase, type TestInput } from "../testing/check-op.ts";
import { checkGradientRuns, checkSecondDerivative } from "../testing/second-derivative.ts";
import { Tracer } from "../tracer.ts";

const int = (min: number, max: number) => fc.integer({ min, max });

/** One spatial axis: pads are less than the window; the size may be too small for it where the last window may be cut off. */
const axis = fc
  .record({
    kernel: int(1, 3),
    stride: int(1, 3),
    dilation: int(1, 2),
    spare: int(0, 4),
    before: int(0, 2),
    after: int(0, 2),
  })
  .map(({ kernel, dilation, spare, before, after, ...rest }) => {
    const extent = (kernel - 1) * dilation + 1;
    const [front, back] = [Math.min(before, kernel - 1), Math.min(after, kernel - 1)];
    // At least as long as the dilation, so that each window reads something.
    return {
      kernel,
      dilation,
      before: front,
      after: back,
      size: Math.max(dilation, extent + spare - front - back),
      ...rest,
    };
  });

const geometry = fc
  .record({
    axes: fc.array(axis, { minLength: 1, maxLength: 3 }),
    batch: int(1, 2),
    channels: int(1, 2),
    ceil: fc.boolean(),
    autoPad: fc.constantFrom("NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"),
  })
  .map(({ axes, batch, channels, ceil, autoPad }) => {
    const same = autoPad.startsWith("SAME");
    const along = axes.map((a) => {
      const dilation = same ? 1 : a.dilation;
      const kernel = same ? Math.max(a.kernel, a.stride) : a.kernel;
      return { ...a, kernel, dilation, size: autoPad === "VALID" ? a.size + a.before + a.after : a.size };
    });
    const [front, back] = autoPad === "NOTSET" ? [along.map((a) => a.before), along.map((a) => a.after)] : [[], []];
    // A window that would begin behind the input is refused.
    const beginsInside = along.every((a, i) => {
      const spare = a.size + (front[i] ?? 0) + (back[i] ?? 0) - (a.kernel - 1) * a.dilation - 1;
      return Math.ceil(spare / a.stride) * a.stride < a.size + (front[i] ?? 0);
    });
    const attributes: Attributes = {
      auto_pad: autoPad,
      kernel_shape: along.map((a) => a.kernel),
      strides: along.map((a) => a.stride),
      dilations: along.map((a) => a.dilation),
      ceil_mode: ceil && (same || beginsInside) ? 1 : 0,
      ...(autoPad === "NOTSET" && { pads: [...front, ...back] }),
    };
    return { shape: [batch, channels, ...along.map((a) => a.size)], attributes };
  });

const check = async (test: OpCase) => {
  await checkOp(test);
  checkSecondDerivative(test);
  await checkGradientRuns(test);
};

const pools: readonly [string, Attributes, Partial<TestInput>][] = [
  ["MaxPool", {}, { distinct: true }],
  ["AveragePool", {}, {}],
  ["AveragePool", { count_include_pad: 1 }, {}],
  ["LpPool", { p: 1 }, { range: [0.2, 2] }],
  ["LpPool", {}, {}],
  ["LpPool", { p: 3 }, { range: [-2, -0.2] }],
];

const globals: readonly [string, Attributes, Partial<TestInput>][] = [
  ["GlobalMaxPool", {}, { distinct: true }],
  ["GlobalAveragePool", {}, {}],
  ["GlobalLpPool", { p: 1 }, { range: [-2, -0.2] }],
  ["GlobalLpPool", {}, {}],
  ["GlobalLpPool", { p: 4 }, { range: [0.2, 2] }],
];

describe("pools over windows", () => {
  it.each(pools)("%s %j: runtime, central differences, forward = reverse, twice", async (op, more, input) => {
    await fc.assert(
      fc.asyncProperty(geometry, fc.nat(), ({ shape, attributes }, seed) =>
        check({ op, inputs: [{ shape, ...input }], attributes: { ...attributes, ...more }, seed }),
      ),
      { numRuns: 12 },
    );
  });

  it("MaxPool with Indices, and over bytes", async () => {
    await fc.assert(
      fc.asyncProperty(geometry, fc.nat(), ({ shape, attributes }, seed) =>
        check({ op: "MaxPool", inputs: [{ shape, distinct: true }], outputs: 2, attributes, seed }),
      ),
      { numRuns: 10 },
    );
    for (const dtype of ["int8", "uint8"] as const) {
      const range = dtype === "int8" ? ([-100, 100] as const) : ([0, 200] as const);
      await checkOp({
        op: "MaxPool",
        inputs: [{ shape: [1, 2, 5, 5], dtype, range }],
        attributes: { kernel_shape: [2, 3] },
      });
    }
  });

  it("one more window where ceil_mode wants it", () => {
    const sizeOf = (size: number, attributes: Attributes) => {
      const tracer = new Tracer();
      return tracer.emit("MaxPool", [tracer.input({ dtype: "float32", shape: [1, 1, size] })], attributes).shape[2];
    };
    expect(sizeOf(5, { kernel_shape: [2], strides: [2] })).toBe(2);
    expect(sizeOf(5, { kernel_shape: [2], strides: [2], ceil_mode: 1 })).toBe(3);
    expect(sizeOf(2, { kernel_shape: [3], strides: [2], ceil_mode: 1 })).toBe(1);
    expect(() => sizeOf(5, { kernel_shape: [1], strides: [3], ceil_mode: 1 })).toThrow(
      "the last window of axis 0 would begin behind the input: give ceil_mode 0 or other pads",
    );
  });

  it("LpPool has derivative 0 where a window is 0", () => {
    const tracer = new Tracer();
    const x = tracer.input({ dtype: "float32", shape: [1, 1, 4] });
    const f = (v: typeof x) => v.op("LpPool", [], { kernel_shape: [2], strides: [2] }).sum();
    const [slope] = evaluate([grad(f)(x)], new Map([[x, Float64Array.of(0, 0, 3, 4)]]));
    expect([...slope].map((s) => Math.round(s * 1e6) / 1e6)).toEqual([0, 0, 0.6, 0.8]);
  });
});

describe("pools over everything", () => {
  it.each(globals)("%s %j: runtime, central differences, forward = reverse, twice", async (op, attributes, input) => {
    await fc.assert(
      fc.asyncProperty(fc.array(int(1, 3), { minLength: 3, maxLength: 5 }), fc.nat(), (shape, seed) =>
        check({ op, inputs: [{ shape, ...input }], attributes, seed }),
      ),
      { numRuns: 8 },
    );
  });
});

describe("equals", () => {
  it.each([
    ["MaxPool", { kernel_shape: [3] }],
    ["GlobalMaxPool", {}],
  ])("%s sends the cotangent to the first of them alone", (op, attributes) => {
    const tracer = new Tracer();
    const x = tracer.lift(Tensor.of([1, 2, 2], [1, 1, 3]), "float32");
    const free = tracer.input({ dtype: "float32", shape: [1, 1, 3] });
    const [slope] = evaluate(
      [grad((v: typeof free) => v.op(op, [], attributes).sum())(free)],
      new Map([[free, (x.constant as Tensor).numbers()]]),
    );
    expect([...slope]).toEqual([0, 1, 0]);
  });
});

describe("what pools refuse", () => {
  const image = [1, 2, 5, 5];
  const refusals: readonly [string, readonly number[], Attributes, string][] = [
    ["MaxPool", image, {}, 'attribute "kernel_shape" is missing'],
    ["MaxPool", image, { kernel_shape: [2] }, "kernel_shape has 1 entries, not 2"],
    ["MaxPool", image, { kernel_shape: [2, 0] }, "kernel_shape has an entry 0; at least 1 is needed"],
    ["MaxPool", image, { kernel_shape: [2, 6] }, "a window spans 6 elements of axis 1, which has 5"],
    [
      "MaxPool",
      image,
      { kernel_shape: [2, 2], pads: [2, 0, 0, 0] },
      "2 elements of padding on axis 0, where the window has only 2",
    ],
    [
      "MaxPool",
      image,
      { kernel_shape: [1, 1], strides: [2, 3], auto_pad: "SAME_UPPER" },
      "auto_pad SAME would need negative padding",
    ],
    [
      "MaxPool",
      [1, 1, 2],
      { kernel_shape: [2], dilations: [3], pads: [1, 1] },
      "window 0 of axis 0 reads only padding",
    ],
    ["MaxPool", [2, 5], { kernel_shape: [2] }, "the input has rank 2"],
    ["LpPool", image, { kernel_shape: [2, 2], p: 0 }, "p is 0; at least 1 is needed"],
    ["GlobalLpPool", image, { p: -1 }, "p is -1; at least 1 is needed"],
    ["GlobalAveragePool", [1, 2, 0], {}, "spatial axis 0 is empty"],
  ];
  it.each(refusals)("%s %j %j: %s", (op, shape, attributes, reason) => {
    const tracer = new Tracer();
    const x = tracer.input({ dtype: "float32", shape });
    expect(() => tracer.emit(op, [x], attributes)).toThrow(reason);
  });

  it("indices column by column, and integers", () => {
    const tracer = new Tracer();
    const x = tracer.input({ dtype: "float32", shape: image });
    const attributes = { kernel_shape: [2, 2], storage_order: 1 };
    expect(() => tracer.emitAll("MaxPool", [x], attributes, 2)).toThrow("storage_order 1");
    const whole = tracer.input({ dtype: "int64", shape: image });
    expect(() => tracer.emit("MaxPool", [whole], attributes)).toThrow("the input is int64, not of floats or bytes");
    expect(() => tracer.emit("AveragePool", [whole], { kernel_shape: [2, 2] })).toThrow(
      "the input is int64, not of floats",
    );
  });

  it("ends soon on a window far larger than the input", () => {
    const tracer = new Tracer();
    const x = tracer.lift(Tensor.of([1, 2, 3], [1, 1, 3]), "float32");
    const huge = 2 ** 31;
    const attributes = { kernel_shape: [huge], strides: [huge], pads: [huge - 1, huge - 1] };
    expect([...(tracer.emit("AveragePool", [x], attributes).constant as Tensor).numbers()]).toEqual([1, 2.5]);
  });
});
