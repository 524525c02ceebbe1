import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkOp } from "../testing/check-op.ts";
import { checkGradientRuns, checkSecondDerivative } from "../testing/second-derivative.ts";

const dim = fc.integer({ min: 1, max: 3 });

describe("LRN", () => {
  it("over any window", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(dim, fc.integer({ min: 1, max: 7 }), dim, dim),
        fc.record({
          size: fc.constantFrom(1, 3, 5, 9),
          alpha: fc.constantFrom(0.5, 1),
          beta: fc.constantFrom(0.75, 1, 0.5),
          bias: fc.constantFrom(1, 2),
        }),
        fc.nat(),
        async (shape, attributes, seed) => {
          const test = { op: "LRN", inputs: [{ shape }], attributes, seed };
          await checkOp(test);
          await checkGradientRuns(test);
          checkSecondDerivative(test);
        },
      ),
      { numRuns: 20 },
    );
  });

  it("says what does not fit", async () => {
    const fails = (shape: number[], attributes = {}) =>
      expect(checkOp({ op: "LRN", inputs: [{ shape }], attributes })).rejects;
    await fails([1, 3, 2, 2]).toThrow('attribute "size" is missing');
    await fails([1, 3, 2, 2], { size: 4 }).toThrow("size 4 is not odd and positive");
    await fails([1, 3, 2, 2], { size: -3 }).toThrow("size -3 is not odd and positive");
    await fails([1, 3, 2, 2], { size: 2 ** 31 - 1 }).toThrow("size 2147483647 is more than 4095");
    await fails([3, 2, 2], { size: 3 }).toThrow("the input is [N, C, H, W], not of rank 3");
  });
});
