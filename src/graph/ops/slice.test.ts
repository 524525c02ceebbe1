import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkOp, type OpCase, type TestInput } from "../testing/check-op.ts";
import { checkSecondDerivative } from "../testing/second-derivative.ts";

const list = (values: readonly number[], dtype: "int64" | "int32" = "int64"): TestInput => ({
  shape: [values.length],
  values,
  dtype,
  constant: true,
});

const far = 2 ** 63;
const bound = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -9, max: 9 }) },
  fc.constantFrom(-far, far, 2 ** 31 - 1),
);

/** A shape, and of some of its axes the bounds and steps. */
const cuts = fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 3 }).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    cut: fc.shuffledSubarray(shape.map((_, i) => i)).chain((axes) =>
      fc.tuple(
        ...axes.map((axis) =>
          fc.record({
            axis: fc.constantFrom(axis, axis - shape.length),
            start: bound,
            end: bound,
            step: fc.constantFrom(1, 1, 2, 3, 5, -1, -2, -3, far, -far),
          }),
        ),
      ),
    ),
  }),
);

describe("Slice", () => {
  it("any bounds and steps, forwards and backwards", async () => {
    await fc.assert(
      fc.asyncProperty(cuts, fc.nat(), async ({ shape, cut }, seed) => {
        const inputs = [
          { shape },
          list(cut.map(({ start }) => start)),
          list(cut.map(({ end }) => end)),
          list(cut.map(({ axis }) => axis)),
          list(cut.map(({ step }) => step)),
        ];
        await checkOp({ op: "Slice", inputs, seed });
        checkSecondDerivative({ op: "Slice", inputs, seed });
      }),
      { numRuns: 60 },
    );
  });

  it("without axes, without steps, with int32 bounds", async () => {
    await checkOp({ op: "Slice", inputs: [{ shape: [5, 4] }, list([1]), list([4])] });
    await checkOp({ op: "Slice", inputs: [{ shape: [5, 4] }, list([1, 2], "int32"), list([4, 9], "int32")] });
    const axes = list([1]);
    await checkOp({ op: "Slice", inputs: [{ shape: [5, 4] }, list([1]), list([3]), axes] });
    await checkOp({ op: "Slice", inputs: [{ shape: [5, 4] }, list([3, 1]), list([0, 3]), undefined, list([-1, 1])] });
  });

  const x: TestInput = { shape: [5, 4] };
  it.each<[string, OpCase["inputs"]]>([
    ["the step of axis 1 is 0", [x, list([0]), list([2]), list([1]), list([0])]],
    ["axis 2 is outside rank 2", [x, list([0]), list([2]), list([2])]],
    ["axis 1 is given twice", [x, list([0, 0]), list([2, 2]), list([1, -1])]],
    ["2 starts, but 1 ends", [x, list([0, 0]), list([2])]],
    ["1 starts, but 2 steps", [x, list([0]), list([2]), undefined, list([1, 1])]],
    ["ends (input 2) is missing", [x, list([0])]],
    ["starts is a list, but has rank 0", [x, { shape: [], values: [1], dtype: "int64", constant: true }, list([2])]],
    ["must be known while tracing", [x, { ...list([0]), constant: false }, list([2])]],
  ])("says: %s", async (message, inputs) => {
    await expect(checkOp({ op: "Slice", inputs })).rejects.toThrow(message);
  });
});
