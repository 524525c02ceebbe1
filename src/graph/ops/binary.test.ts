import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { broadcastShapes } from "../broadcast.ts";
import { checkOp, type OpCase, type TestInput } from "../testing/check-op.ts";

/** Shapes that broadcast together: each is the common one with some dims 1 or leading dims left out. */
const broadcasting = (count: number) =>
  fc
    .array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 })
    .chain((common) =>
      fc.tuple(
        ...Array.from({ length: count }, () =>
          fc
            .tuple(
              fc.array(fc.boolean(), { minLength: common.length, maxLength: common.length }),
              fc.nat({ max: common.length }),
            )
            .map(([ones, drop]) => common.map((dim, i) => (ones[i] ? 1 : dim)).slice(drop)),
        ),
      ),
    );

const cases: readonly [string, number, Partial<TestInput>?, Partial<OpCase>?][] = [
  ["Add", 2],
  ["Sub", 2],
  ["Mul", 2],
  ["Div", 2, { range: [0.5, 2] }],
  ["Pow", 2, { range: [0.5, 2] }],
  ["Sum", 3],
  ["Mean", 3],
  ["Max", 3],
  ["Min", 3],
  ["PRelu", 2],
];

const comparisons = ["Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual"];

describe("pointwise ops of several inputs", () => {
  it.each(cases)("%s", async (op, count, input = {}, options = {}) => {
    await fc.assert(
      fc.asyncProperty(broadcasting(count), fc.nat(), async (shapes, seed) => {
        // PRelu broadcasts one way only.
        const used = op === "PRelu" ? [broadcastShapes(...shapes), shapes[1]] : shapes;
        // Different ranges keep Max, Min and PRelu off their kinks.
        const inputs = used.map((shape, i) => ({
          shape,
          ...(input.range ? {} : { range: [-2 - i, 1.5 + i] as const }),
          ...input,
        }));
        await checkOp({ op, inputs, seed, ...(op === "PRelu" ? { kinks: 8 } : {}), ...options });
      }),
      { numRuns: 8 },
    );
  });

  it.each(comparisons)("%s", async (op) => {
    const small = { dtype: "int32", range: [0, 3] } as const;
    await checkOp({
      op,
      inputs: [
        { shape: [4, 5], ...small },
        { shape: [5], ...small },
      ],
    });
  });

  it.each(["And", "Or", "Xor"])("%s", (op) =>
    checkOp({
      op,
      inputs: [
        { shape: [4, 5], dtype: "bool" },
        { shape: [5], dtype: "bool" },
      ],
    }),
  );

  it("Where", () =>
    checkOp({ op: "Where", inputs: [{ shape: [2, 1, 3], dtype: "bool" }, { shape: [4, 1] }, { shape: [3] }] }));

  it("Mod of both kinds", async () => {
    const inputs = [
      { shape: [3, 4], range: [-5, 5] },
      { shape: [4], range: [1.3, 1.7] },
    ] as const;
    await checkOp({ op: "Mod", attributes: { fmod: 1 }, inputs, seed: 4 });
    const whole = { dtype: "int64", constant: false } as const;
    await checkOp({
      op: "Mod",
      inputs: [
        { shape: [6], range: [-5, 5], ...whole },
        { shape: [1], values: [3], ...whole },
      ],
    });
  });

  it("Clip with either bound, both, or none", async () => {
    const x = { shape: [3, 5], range: [-2, 2] } as const;
    const low = { shape: [], values: [-0.71] };
    const high = { shape: [], values: [0.83] };
    for (const inputs of [[x], [x, low], [x, undefined, high], [x, low, high]]) await checkOp({ op: "Clip", inputs });
  });

  it("says which dims do not broadcast", async () => {
    await expect(checkOp({ op: "Add", inputs: [{ shape: [2, 3] }, { shape: [4] }] })).rejects.toThrow(
      "Add: [2, 3] × [4]: shapes [2, 3] and [4] do not broadcast: 3 and 4 differ",
    );
  });
});
