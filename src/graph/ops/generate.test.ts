import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Tensor } from "../tensor.ts";
import { checkOp, type OpCase, type TestInput } from "../testing/check-op.ts";
import { checkSecondDerivative } from "../testing/second-derivative.ts";
import { Tracer } from "../tracer.ts";

const list = (values: readonly number[]): TestInput => ({
  shape: [values.length],
  values,
  dtype: "int64",
  constant: true,
});

const scalar = (value: number, dtype: TestInput["dtype"] = "float32"): TestInput => ({
  shape: [],
  values: [value],
  dtype,
  constant: true,
});

describe("ops that make arrays", () => {
  it("ConstantOfShape: float32 zeros, or the value and its dtype", async () => {
    await checkOp({ op: "ConstantOfShape", inputs: [list([2, 3])] });
    await checkOp({ op: "ConstantOfShape", inputs: [list([])] });
    await checkOp({ op: "ConstantOfShape", inputs: [list([0, 4])] });
    // Too large to fold: the runtime's own kernel.
    await checkOp({ op: "ConstantOfShape", inputs: [list([200, 100])] });
    const value = Tensor.of([7], [1], "int32");
    await checkOp({ op: "ConstantOfShape", inputs: [list([200, 100])], attributes: { value } });
  });

  it("Range: up, down, empty, and past what is folded", async () => {
    for (const [start, limit, delta] of [
      [3, 9, 3],
      [10, 4, -2],
      [10, 4, 2],
      [0, 1, 0.1],
      [0.3, 2.05, 0.25],
      [-1, 20000, 1],
    ]) {
      await checkOp({ op: "Range", inputs: [scalar(start), scalar(limit), scalar(delta)] });
    }
    const whole = [scalar(7, "int64"), scalar(-7, "int64"), scalar(-3, "int64")];
    await checkOp({ op: "Range", inputs: whole });
  });

  it("EyeLike: its diagonals and dtypes", async () => {
    for (const k of [-4, -1, 0, 2, 9]) {
      await checkOp({ op: "EyeLike", inputs: [{ shape: [3, 4] }], attributes: { k } });
    }
    await checkOp({ op: "EyeLike", inputs: [{ shape: [3, 2], dtype: "int32" }], attributes: { dtype: 11 } });
    await checkOp({ op: "EyeLike", inputs: [{ shape: [3, 2], dtype: "int64" }] });
  });

  it("Trilu: both triangles, any diagonal, any rank", async () => {
    const cases = fc.record({
      batch: fc.array(fc.integer({ min: 1, max: 2 }), { maxLength: 2 }),
      matrix: fc.tuple(fc.nat({ max: 4 }), fc.nat({ max: 4 })),
      k: fc.option(fc.integer({ min: -5, max: 5 }), { nil: undefined }),
      known: fc.boolean(),
      upper: fc.constantFrom(0, 1),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ batch, matrix, k, known, upper, seed }) => {
        const diagonal = k === undefined ? undefined : { ...scalar(k, "int64"), constant: known };
        const inputs = [{ shape: [...batch, ...matrix] }, diagonal];
        await checkOp({ op: "Trilu", inputs, attributes: { upper }, seed });
        checkSecondDerivative({ op: "Trilu", inputs, attributes: { upper }, seed });
      }),
      { numRuns: 20 },
    );
  });

  it("derives zero through what is made, whatever it was made from", () => {
    const tracer = new Tracer();
    const x = tracer.input({ dtype: "float32", shape: [2, 2] });
    expect(tracer.emit("EyeLike", [x]).node?.definition.derivative).toBe("zero");
  });

  it.each<[string, OpCase]>([
    ["shape has a negative dim, -1", { op: "ConstantOfShape", inputs: [list([2, -1])] }],
    ["has too many elements", { op: "ConstantOfShape", inputs: [list([2 ** 31, 2 ** 31])] }],
    [
      "value is not a tensor of one element",
      { op: "ConstantOfShape", inputs: [list([2])], attributes: { value: Tensor.zeros([2]) } },
    ],
    ["must be known while tracing", { op: "ConstantOfShape", inputs: [{ ...list([2]), constant: false }] }],
    ["delta is 0", { op: "Range", inputs: [scalar(0), scalar(1), scalar(0)] }],
    ["limit is Infinity", { op: "Range", inputs: [scalar(0), scalar(Infinity), scalar(1)] }],
    ["has too many elements", { op: "Range", inputs: [scalar(0), scalar(1e30), scalar(1)] }],
    ["dtypes float32 and int64 differ", { op: "Range", inputs: [scalar(0), scalar(1), scalar(1, "int64")] }],
    ["start is not one element", { op: "Range", inputs: [list([0, 1]), list([1]), list([1])] }],
    ["takes a matrix, not rank 1", { op: "EyeLike", inputs: [{ shape: [3] }] }],
    ["ONNX element type 8 is not supported", { op: "EyeLike", inputs: [{ shape: [3, 3] }], attributes: { dtype: 8 } }],
    ["takes matrices, not rank 1", { op: "Trilu", inputs: [{ shape: [3] }] }],
    ["k is not one element", { op: "Trilu", inputs: [{ shape: [3, 3] }, list([0, 1])] }],
    ["k is float32, not int64", { op: "Trilu", inputs: [{ shape: [3, 3] }, { shape: [] }] }],
  ])("says: %s", async (message, test) => {
    await expect(checkOp(test)).rejects.toThrow(message);
  });
});
