import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { grad } from "../derivative.ts";
import { evaluate } from "../evaluate.ts";
import { checkOp } from "../testing/check-op.ts";
import { checkGradientRuns, checkSecondDerivative } from "../testing/second-derivative.ts";
import { Tracer } from "../tracer.ts";

const shapes = fc
  .array(fc.integer({ min: 2, max: 4 }), { minLength: 1, maxLength: 4 })
  .chain((shape) => fc.tuple(fc.constant(shape), fc.integer({ min: -shape.length, max: shape.length - 1 })));

async function check(test: Parameters<typeof checkOp>[0]): Promise<void> {
  await checkOp(test);
  await checkGradientRuns(test);
  checkSecondDerivative(test);
}

describe("normalisations without parameters", () => {
  it.each([1, 2])("LpNormalization, p = %d", async (p) => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.nat(), ([shape, axis], seed) =>
        // Away from 0, where |x| has its kink.
        check({ op: "LpNormalization", inputs: [{ shape, range: [0.3, 2] }], attributes: { p, axis }, seed }),
      ),
      { numRuns: 12 },
    );
    await checkOp({
      op: "LpNormalization",
      inputs: [{ shape: [3, 4], kinks: 4 } as never],
      attributes: { p, axis: 0 },
    });
  });

  it("the zero vector stays zero, and its gradient is zero", async () => {
    for (const p of [1, 2]) {
      const inputs = [{ shape: [2, 2], values: [0, 0, 3, -4] }];
      await checkOp({ op: "LpNormalization", inputs, attributes: { p }, differentiate: [] });
      const tracer = new Tracer();
      const x = tracer.input({ dtype: "float32", shape: [2] });
      const g = grad((v: typeof x) => tracer.emit("LpNormalization", [v], { p }).sum())(x);
      expect(evaluate([g], new Map([[x, new Float64Array(2)]]))[0]).toEqual(new Float64Array(2));
    }
  });

  it("MeanVarianceNormalization", async () => {
    await fc.assert(
      fc.asyncProperty(fc.tuple(...[2, 1, 2, 2].map((min) => fc.integer({ min, max: 3 }))), fc.nat(), (shape, seed) =>
        check({ op: "MeanVarianceNormalization", inputs: [{ shape, distinct: true }], seed }),
      ),
      { numRuns: 8 },
    );
    for (const axes of [[1], [-1, 0], [0, 1, 2]])
      await check({
        op: "MeanVarianceNormalization",
        inputs: [{ shape: [3, 2, 4], distinct: true }],
        attributes: { axes },
      });
  });

  it("a constant group becomes zeros", () =>
    checkOp({
      op: "MeanVarianceNormalization",
      inputs: [{ shape: [2, 3], values: [4, 4, 4, 1, 2, 3] }],
      attributes: { axes: [1] },
      differentiate: [],
      noRuntime: "ONNX Runtime 1.30 leaves out the 1e-9 that the standard adds, and gives NaN",
    }));

  it("says what does not fit", async () => {
    const fails = (op: string, shape: number[], attributes = {}) =>
      expect(checkOp({ op, inputs: [{ shape }], attributes })).rejects;
    await fails("LpNormalization", [2, 3], { p: 3 }).toThrow("p is 3, not 1 or 2");
    await fails("LpNormalization", [2, 3], { axis: 2 }).toThrow("axis 2 is outside rank 2");
    await fails("MeanVarianceNormalization", [2, 3]).toThrow("axis 2 is outside rank 2");
    await fails("MeanVarianceNormalization", [2, 3], { axes: [1, -1] }).toThrow("axis 1 is given twice");
  });
});
