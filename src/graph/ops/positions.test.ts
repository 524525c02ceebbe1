import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkOp, type OpCase, type TestInput } from "../testing/check-op.ts";
import { checkSecondDerivative } from "../testing/second-derivative.ts";

const shape = (minLength: number, maxLength = 3) => fc.array(fc.integer({ min: 1, max: 4 }), { minLength, maxLength });

const scalar = (value: number, dtype: TestInput["dtype"] = "int64"): TestInput => ({
  shape: [],
  values: [value],
  dtype,
  constant: true,
});

describe("ops about positions", () => {
  it("OneHot: any axis, indices from either end or outside", async () => {
    const cases = shape(1).chain((dims) =>
      fc.record({
        dims: fc.constant(dims),
        axis: fc.integer({ min: -dims.length - 1, max: dims.length }),
        depth: fc.integer({ min: 1, max: 4 }),
        seed: fc.nat(),
      }),
    );
    await fc.assert(
      fc.asyncProperty(cases, async ({ dims, axis, depth, seed }) => {
        const index = { shape: dims, range: [-6, 6], dtype: "int64" } as const;
        const inputs = [index, scalar(depth), { shape: [2] }];
        await checkOp({ op: "OneHot", inputs, attributes: { axis }, seed });
        checkSecondDerivative({ op: "OneHot", inputs, attributes: { axis }, seed });
      }),
      { numRuns: 15 },
    );
  });

  it("OneHot of integers and floats", async () => {
    const whole: TestInput = { shape: [2], values: [0, 1], dtype: "int64" };
    await checkOp({ op: "OneHot", inputs: [{ shape: [5], range: [0, 3], dtype: "int64" }, scalar(3), whole] });
    const floats = [{ shape: [5], values: [0, 1, 2, -1, 7] }, { ...scalar(3, "float32") }, { shape: [2] }];
    await checkOp({ op: "OneHot", inputs: floats, differentiate: [2] });
  });

  it("NonZero of what is known", async () => {
    const known = { dtype: "bool", constant: true } as const;
    await checkOp({ op: "NonZero", inputs: [{ shape: [2, 3, 2], ...known }], seed: 3 });
    await checkOp({ op: "NonZero", inputs: [{ shape: [3], values: [0, 0, 0], constant: true }] });
    await checkOp({ op: "NonZero", inputs: [{ shape: [40, 500], ...known }] });
  });

  it("CumSum: both ends, inclusive or not", async () => {
    const cases = shape(1).chain((dims) =>
      fc.record({
        dims: fc.constant(dims),
        axis: fc.integer({ min: -dims.length, max: dims.length - 1 }),
        attributes: fc.record({ exclusive: fc.constantFrom(0, 1), reverse: fc.constantFrom(0, 1) }),
        known: fc.boolean(),
        seed: fc.nat(),
      }),
    );
    await fc.assert(
      fc.asyncProperty(cases, async ({ dims, axis, attributes, known, seed }) => {
        const inputs = [{ shape: dims }, { ...scalar(axis), constant: known }];
        await checkOp({ op: "CumSum", inputs, attributes, seed });
        checkSecondDerivative({ op: "CumSum", inputs, attributes, seed });
      }),
      { numRuns: 15 },
    );
    await checkOp({ op: "CumSum", inputs: [{ shape: [4], dtype: "int64", range: [0, 9] }, scalar(0, "int32")] });
  });

  const labels: TestInput = { shape: [3], dtype: "int64", range: [0, 3] };
  const x: TestInput = { shape: [2, 3] };
  it.each<[string, OpCase]>([
    ["the indices are a scalar", { op: "OneHot", inputs: [{ ...labels, shape: [] }, scalar(3), { shape: [2] }] }],
    ["depth is 0, not a positive integer", { op: "OneHot", inputs: [labels, scalar(0), { shape: [2] }] }],
    ["depth is not one element", { op: "OneHot", inputs: [labels, { ...labels, constant: true }, { shape: [2] }] }],
    ["must be known", { op: "OneHot", inputs: [labels, { ...scalar(3), constant: false }, { shape: [2] }] }],
    ["values are not two, [off, on]", { op: "OneHot", inputs: [labels, scalar(3), { shape: [3] }] }],
    [
      "axis 2 is outside rank 2",
      { op: "OneHot", inputs: [labels, scalar(3), { shape: [2] }], attributes: { axis: 2 } },
    ],
    ["has too many elements", { op: "OneHot", inputs: [labels, scalar(2 ** 40), { shape: [2] }] }],
    ["must be known while tracing", { op: "NonZero", inputs: [x] }],
    ["axis 2 is outside rank 2", { op: "CumSum", inputs: [x, scalar(2)] }],
    ["axis is float32, not int64 or int32", { op: "CumSum", inputs: [x, { shape: [] }] }],
    ["axis is not one element", { op: "CumSum", inputs: [x, { shape: [2], dtype: "int64" }] }],
    ["the input is a scalar", { op: "CumSum", inputs: [{ shape: [] }, scalar(0)] }],
    ["the input is bool", { op: "CumSum", inputs: [{ shape: [2], dtype: "bool" }, scalar(0)] }],
  ])("says: %s", async (message, test) => {
    await expect(checkOp(test)).rejects.toThrow(message);
  });
});
