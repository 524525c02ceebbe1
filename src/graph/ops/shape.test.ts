import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkOp, type OpCase, type TestInput } from "../testing/check-op.ts";
import { Tracer } from "../tracer.ts";

const shape = (minLength = 0) => fc.array(fc.integer({ min: 1, max: 4 }), { minLength, maxLength: 4 });

/** A list known while tracing. */
const list = (values: readonly number[]): TestInput => ({
  shape: [values.length],
  values,
  dtype: "int64",
  constant: true,
});

const random = <T>(arbitrary: fc.Arbitrary<T>, toCase: (drawn: T) => OpCase, numRuns = 10) =>
  fc.assert(
    fc.asyncProperty(arbitrary, fc.nat(), (drawn, seed) => checkOp({ seed, ...toCase(drawn) })),
    { numRuns },
  );

describe("ops that change the shape", () => {
  it("Reshape: to any factors, with −1 and 0 in place of dims", async () => {
    const cases = shape().chain((from) =>
      fc.record({
        from: fc.constant(from),
        to: fc.shuffledSubarray(from, { minLength: from.length }),
        rest: fc.nat({ max: from.length }),
      }),
    );
    await random(cases, ({ from, to, rest }) => ({
      op: "Reshape",
      inputs: [{ shape: from }, list(to.map((dim, i) => (i === rest ? -1 : dim === from[i] ? 0 : dim)))],
    }));
    await checkOp({ op: "Reshape", inputs: [{ shape: [1, 1] }, list([])] });
  });

  it("Reshape of nothing, with 0 meaning 0", async () => {
    const attributes = { allowzero: 1 };
    await checkOp({ op: "Reshape", inputs: [{ shape: [0, 3] }, list([3, 4, 0])], attributes });
    await checkOp({ op: "Reshape", inputs: [{ shape: [2, 0, 3] }, list([0, 0, 5])] });
    await checkOp({ op: "Reshape", inputs: [{ shape: [0, 3] }, list([3, -1])] });
  });

  it("Squeeze: given axes or all of size 1", async () => {
    const cases = shape().chain((from) => {
      const ones = from.flatMap((dim, i) => (dim === 1 ? [i] : []));
      const axes = ones.length === 0 ? fc.constant(null) : fc.option(fc.shuffledSubarray(ones, { minLength: 1 }));
      return fc.record({ from: fc.constant(from), axes, back: fc.boolean() });
    });
    await random(cases, ({ from, axes, back }) => ({
      op: "Squeeze",
      inputs: [{ shape: from }, axes ? list(axes.map((axis) => (back ? axis - from.length : axis))) : undefined],
    }));
  });

  it("Unsqueeze", async () => {
    const cases = shape().chain((from) =>
      fc.record({
        from: fc.constant(from),
        axes: fc.uniqueArray(fc.integer({ min: 0, max: from.length }), { maxLength: 3 }),
        back: fc.boolean(),
      }),
    );
    await random(cases, ({ from, axes, back }) => {
      const rank = from.length + axes.length;
      return { op: "Unsqueeze", inputs: [{ shape: from }, list(axes.map((axis) => (back ? axis - rank : axis)))] };
    });
  });

  it("Flatten", async () => {
    const cases = shape().chain((from) =>
      fc.record({ from: fc.constant(from), axis: fc.integer({ min: -from.length, max: from.length }) }),
    );
    await random(cases, ({ from, axis }) => ({ op: "Flatten", inputs: [{ shape: from }], attributes: { axis } }));
  });

  it("Expand: new axes, stretched axes, and dims that are only in the input", async () => {
    const cases = shape().chain((to) =>
      fc.record({
        to: fc.constant(to),
        ones: fc.array(fc.constantFrom(0, 1, 2), { minLength: to.length, maxLength: to.length }),
        drop: fc.nat({ max: to.length }),
      }),
    );
    await random(cases, ({ to, ones, drop }) => ({
      op: "Expand",
      inputs: [
        { shape: to.map((dim, i) => (ones[i] === 1 ? 1 : dim)).slice(drop) },
        list(to.map((dim, i) => (ones[i] === 2 && i >= drop ? 1 : dim))),
      ],
    }));
    await checkOp({ op: "Expand", inputs: [{ shape: [2, 1] }, list([2, 0])] });
  });

  it("Shape and Size are known while tracing, whatever the data", () => {
    const tracer = new Tracer();
    const x = tracer.input({ dtype: "float32", shape: [2, 3, 4] });
    const numbers = (attributes: { start?: number; end?: number }) =>
      Array.from(tracer.emit("Shape", [x], attributes).constant?.numbers() ?? []);
    expect(numbers({})).toEqual([2, 3, 4]);
    expect(numbers({ start: 1 })).toEqual([3, 4]);
    expect(numbers({ end: -1 })).toEqual([2, 3]);
    expect(numbers({ start: -2, end: 2 })).toEqual([3]);
    expect(numbers({ start: -9, end: 9 })).toEqual([2, 3, 4]);
    expect(numbers({ start: 2, end: 1 })).toEqual([]);
    expect(tracer.emit("Size", [x]).constant?.item()).toBe(24);
  });

  it("nothing stays nothing, however long its other dims", () => {
    const tracer = new Tracer();
    const nothing = tracer.emit("Expand", [tracer.lift(1, "float32"), tracer.constant([2 ** 31, 0], "int64")]);
    expect(nothing.constant?.shape).toEqual([2 ** 31, 0]);
    expect(tracer.emit("Transpose", [nothing]).shape).toEqual([0, 2 ** 31]);
    expect(tracer.emit("Gather", [nothing, tracer.constant([0], "int64")]).shape).toEqual([1, 0]);
    expect(tracer.emit("Concat", [nothing, nothing], { axis: 1 }).shape).toEqual([2 ** 31, 0]);
  });

  it("a chain as exporters write it (Shape → Gather → Concat → Reshape) folds", () => {
    const tracer = new Tracer();
    const x = tracer.input({ dtype: "float32", shape: [2, 3, 4] });
    const batch = tracer.emit("Unsqueeze", [
      tracer.emit("Gather", [tracer.emit("Shape", [x]), tracer.constant(0, "int64")]),
      tracer.constant([0], "int64"),
    ]);
    const target = tracer.emit("Concat", [batch, tracer.constant([-1], "int64")], { axis: 0 });
    expect(tracer.emit("Reshape", [x, target]).shape).toEqual([2, 12]);
  });

  it.each<[string, OpCase, string]>([
    ["Reshape", { op: "Reshape", inputs: [{ shape: [2, 3] }, list([4, -1])] }, "6 elements do not fill shape [4, -1]"],
    ["Reshape", { op: "Reshape", inputs: [{ shape: [2, 3] }, list([7])] }, "6 elements do not fill shape [7]"],
    ["Reshape", { op: "Reshape", inputs: [{ shape: [6] }, list([-1, -1])] }, "shape [-1, -1] has −1 twice"],
    ["Reshape", { op: "Reshape", inputs: [{ shape: [6] }, list([-2, -3])] }, "shape has a negative dim, -2"],
    ["Reshape", { op: "Reshape", inputs: [{ shape: [6] }, list([6, 0])] }, "dim 1 of the shape is 0 (keep)"],
    [
      "Reshape",
      { op: "Reshape", inputs: [{ shape: [0] }, list([0, -1])], attributes: { allowzero: 1 } },
      "shape [0, -1] has both 0 and −1",
    ],
    ["Reshape", { op: "Reshape", inputs: [{ shape: [6] }, { ...list([6]), constant: false }] }, "must be known"],
    [
      "Reshape",
      { op: "Reshape", inputs: [{ shape: [6] }, { ...list([6]), dtype: "int32" }] },
      "shape is int32, not int64",
    ],
    ["Reshape", { op: "Reshape", inputs: [{ shape: [6] }] }, "shape (input 1) is missing"],
    ["Squeeze", { op: "Squeeze", inputs: [{ shape: [1, 2] }, list([1])] }, "axis 1 has 2 elements"],
    ["Squeeze", { op: "Squeeze", inputs: [{ shape: [1, 2] }, list([])] }, "axes is empty"],
    ["Squeeze", { op: "Squeeze", inputs: [{ shape: [1, 2] }, list([2])] }, "axis 2 is outside rank 2"],
    ["Unsqueeze", { op: "Unsqueeze", inputs: [{ shape: [2] }, list([0, -3])] }, "axis 0 is given twice"],
    ["Unsqueeze", { op: "Unsqueeze", inputs: [{ shape: [2] }, list([2])] }, "axis 2 is outside rank 2"],
    ["Flatten", { op: "Flatten", inputs: [{ shape: [2] }], attributes: { axis: 2 } }, "axis 2 is outside rank 1"],
    ["Expand", { op: "Expand", inputs: [{ shape: [2] }, list([3])] }, "do not broadcast: 2 and 3 differ"],
    ["Expand", { op: "Expand", inputs: [{ shape: [2] }, list([-1])] }, "shape has a negative dim, -1"],
    ["Expand", { op: "Expand", inputs: [{ shape: [1] }, list([2 ** 40])] }, "has too many elements"],
  ])("%s: %j is refused", async (_op, test, message) => {
    await expect(checkOp({ ...test })).rejects.toThrow(message);
  });
});
