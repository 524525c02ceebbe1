import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkOp, type OpCase, type TestInput } from "../testing/check-op.ts";
import { checkSecondDerivative } from "../testing/second-derivative.ts";

const shape = (minLength = 0) => fc.array(fc.integer({ min: 1, max: 4 }), { minLength, maxLength: 4 });

const list = (values: readonly number[]): TestInput => ({
  shape: [values.length],
  values,
  dtype: "int64",
  constant: true,
});

const random = <T>(arbitrary: fc.Arbitrary<T>, toCase: (drawn: T) => OpCase, numRuns = 12) =>
  fc.assert(
    fc.asyncProperty(arbitrary, fc.nat(), async (drawn, seed) => {
      const test = { seed, ...toCase(drawn) };
      await checkOp(test);
      checkSecondDerivative(test);
    }),
    { numRuns },
  );

describe("ops that reorder, join, part and repeat", () => {
  it("Transpose: any permutation, reversal by default", async () => {
    const cases = shape().chain((from) =>
      fc.record({
        from: fc.constant(from),
        perm: fc.option(
          fc.shuffledSubarray(
            from.map((_, i) => i),
            { minLength: from.length },
          ),
        ),
      }),
    );
    await random(cases, ({ from, perm }) => ({
      op: "Transpose",
      inputs: [{ shape: from }],
      ...(perm && { attributes: { perm } }),
    }));
  });

  it("Concat: any number of parts along any axis, also empty ones", async () => {
    const cases = shape(1).chain((like) =>
      fc.record({
        like: fc.constant(like),
        axis: fc.integer({ min: -like.length, max: like.length - 1 }),
        lengths: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 }),
      }),
    );
    await random(cases, ({ like, axis, lengths }) => ({
      op: "Concat",
      inputs: lengths.map((length) => ({ shape: like.with(axis, length) })),
      attributes: { axis },
    }));
  });

  it("Split into given parts", async () => {
    const cases = shape(1).chain((like) =>
      fc.record({
        like: fc.constant(like),
        axis: fc.integer({ min: -like.length, max: like.length - 1 }),
        parts: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 }),
      }),
    );
    await random(cases, ({ like, axis, parts }) => ({
      op: "Split",
      inputs: [
        {
          shape: like.with(
            axis,
            parts.reduce((sum, part) => sum + part, 0),
          ),
        },
        list(parts),
      ],
      attributes: { axis },
      outputs: parts.length,
    }));
  });

  it("Split into a number of parts, the last one smaller", async () => {
    for (const [dim, outputs] of [
      [6, 3],
      [7, 3],
      [5, 3],
      [4, 1],
      [10, 4],
    ]) {
      const attributes = { axis: 1, num_outputs: outputs };
      await checkOp({ op: "Split", inputs: [{ shape: [2, dim] }], attributes, outputs });
    }
  });

  it("Tile", async () => {
    const cases = shape().chain((from) =>
      fc.record({
        from: fc.constant(from),
        repeats: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: from.length, maxLength: from.length }),
      }),
    );
    await random(cases, ({ from, repeats }) => ({ op: "Tile", inputs: [{ shape: from }, list(repeats)] }));
  });

  const x = (...shape: number[]): TestInput => ({ shape });
  it.each<[string, OpCase]>([
    ["perm [0, 0] has 2 axes, the input 3", { op: "Transpose", inputs: [x(2, 3, 4)], attributes: { perm: [0, 0] } }],
    ["axis 0 is given twice", { op: "Transpose", inputs: [x(2, 3)], attributes: { perm: [0, 0] } }],
    ["axis 2 is outside rank 2", { op: "Transpose", inputs: [x(2, 3)], attributes: { perm: [0, 2] } }],
    ["axis 0 is outside rank 0", { op: "Concat", inputs: [x(), x()], attributes: { axis: 0 } }],
    ["dims 3 and 4 of axis 1 differ", { op: "Concat", inputs: [x(2, 3), x(2, 4)], attributes: { axis: 0 } }],
    ["ranks 2 and 1 differ", { op: "Concat", inputs: [x(2, 3), x(3)], attributes: { axis: 0 } }],
    [
      "dtypes float32 and float64 differ",
      { op: "Concat", inputs: [x(2), { shape: [2], dtype: "float64" }], attributes: { axis: 0 } },
    ],
    ['attribute "axis" is missing', { op: "Concat", inputs: [x(2)] }],
    ["input 0 is missing", { op: "Concat", inputs: [], attributes: { axis: 0 } }],
    ["the parts [2, 2] add up to 4, the axis has 5", { op: "Split", inputs: [x(5), list([2, 2])], outputs: 2 }],
    ["split has 2 parts, but 3 outputs are wanted", { op: "Split", inputs: [x(5), list([2, 3])], outputs: 3 }],
    ["split has a negative dim, -1", { op: "Split", inputs: [x(5), list([6, -1])], outputs: 2 }],
    ["neither split nor num_outputs", { op: "Split", inputs: [x(5)], outputs: 2 }],
    [
      "both split and num_outputs are given",
      { op: "Split", inputs: [x(5), list([2, 3])], attributes: { num_outputs: 2 }, outputs: 2 },
    ],
    [
      "num_outputs is 1000000000, but 2 outputs are wanted",
      { op: "Split", inputs: [x(5)], attributes: { num_outputs: 1e9 }, outputs: 2 },
    ],
    [
      "5 elements do not make 3 parts of 2 and a rest",
      { op: "Split", inputs: [x(5)], attributes: { num_outputs: 4 }, outputs: 4 },
    ],
    [
      "4 elements do not make 2 parts of 2 and a rest",
      { op: "Split", inputs: [x(4)], attributes: { num_outputs: 3 }, outputs: 3 },
    ],
    ["1 repeats for an input of rank 2", { op: "Tile", inputs: [x(2, 3), list([2])] }],
    ["-1 repeats", { op: "Tile", inputs: [x(2, 3), list([2, -1])] }],
    ["has too many elements", { op: "Tile", inputs: [x(2, 3), list([2 ** 30, 2 ** 30])] }],
  ])("says: %s", async (message, test) => {
    await expect(checkOp(test)).rejects.toThrow(message);
  });
});
