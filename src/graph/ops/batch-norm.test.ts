import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkOp } from "../testing/check-op.ts";
import { checkGradientRuns, checkSecondDerivative } from "../testing/second-derivative.ts";

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 });

const inputsFor = (shape: readonly number[]) => {
  const perChannel = { shape: [shape.length > 1 ? shape[1] : 1] };
  return [{ shape }, perChannel, perChannel, perChannel, { ...perChannel, range: [0.5, 2] as const }];
};

// A large ε keeps batches of one or two elements smooth enough for central differences.
const attributes = { epsilon: 0.1, momentum: 0.75 };

async function check(test: Parameters<typeof checkOp>[0]): Promise<void> {
  await checkOp(test);
  await checkGradientRuns(test);
  checkSecondDerivative(test);
}

describe("BatchNormalization", () => {
  it("by given statistics", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.nat(), (shape, seed) =>
        check({ op: "BatchNormalization", inputs: inputsFor(shape), attributes, seed }),
      ),
      { numRuns: 12 },
    );
  });

  it("by the batch's own statistics", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.nat(), (shape, seed) => {
        const trained = { ...attributes, training_mode: 1 };
        return check({ op: "BatchNormalization", inputs: inputsFor(shape), attributes: trained, outputs: 3, seed });
      }),
      { numRuns: 12 },
    );
  });

  it("says what does not fit", async () => {
    const fails = (shapes: number[][], training_mode = 0, outputs = 1) => {
      const inputs = shapes.map((shape) => ({ shape }));
      return expect(checkOp({ op: "BatchNormalization", inputs, attributes: { training_mode }, outputs })).rejects;
    };
    await fails([[2, 3], [3], [3], [2], [3]]).toThrow("mean has shape [2], not [3]");
    await fails([[2, 3], [3], [3], [3]]).toThrow("input 4 is missing");
    await fails([[2, 3], [3], [3], [3], [3]], 1).toThrow("training_mode 1 has 3 outputs, not 1");
    await fails([[2, 3], [3], [3], [3], [3]], 0, 3).toThrow("training_mode 0 has 1 outputs, not 3");
    await fails([[0, 3], [3], [3], [3], [3]], 1, 3).toThrow("there are no elements to normalise over");
  });
});
