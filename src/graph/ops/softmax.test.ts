import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkOp } from "../testing/check-op.ts";
import { checkGradientRuns, checkSecondDerivative } from "../testing/second-derivative.ts";

const shapes = fc
  .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })
  .chain((shape) => fc.tuple(fc.constant(shape), fc.integer({ min: -shape.length, max: shape.length - 1 })));

describe("softmax", () => {
  it.each(["Softmax", "LogSoftmax"])("%s", async (op) => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.nat(), async ([shape, axis], seed) => {
        const test = { op, inputs: [{ shape }], attributes: { axis }, seed };
        await checkOp(test);
        await checkGradientRuns(test);
        checkSecondDerivative(test);
      }),
      { numRuns: 12 },
    );
  });

  it("Hardmax takes the first of the largest", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.nat(), ([shape, axis], seed) =>
        checkOp({ op: "Hardmax", inputs: [{ shape, range: [0, 4] }], attributes: { axis }, seed }),
      ),
      { numRuns: 12 },
    );
    await checkOp({ op: "Hardmax", inputs: [{ shape: [2, 4], values: [1, 3, 3, 2, 5, 5, 5, 5] }] });
  });

  it("does not overflow", async () => {
    for (const op of ["Softmax", "LogSoftmax"])
      await checkOp({ op, inputs: [{ shape: [4], values: [1000, 999, -1000, -Infinity] }], differentiate: [] });
  });

  it("says what is wrong", async () => {
    await expect(checkOp({ op: "Softmax", inputs: [{ shape: [2, 3] }], attributes: { axis: 2 } })).rejects.toThrow(
      "Softmax: [2, 3]: axis 2 is outside rank 2",
    );
    await expect(checkOp({ op: "Softmax", inputs: [{ shape: [2], dtype: "int32" }] })).rejects.toThrow(
      "elements are int32; floats are needed",
    );
  });
});
