import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { grad } from "../derivative.ts";
import { evaluate } from "../evaluate.ts";
import { checkOp, type TestInput } from "../testing/check-op.ts";
import { checkGradientRuns, checkSecondDerivative } from "../testing/second-derivative.ts";
import { Tracer } from "../tracer.ts";

/** A shape, some of its axes (counted from either end), and the attributes. */
const reductions = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 0, maxLength: 4 }).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    axes: fc.option(
      fc
        .subarray(shape.map((_, i) => i))
        .chain((axes) => fc.tuple(...axes.map((axis) => fc.constantFrom(axis, axis - shape.length)))),
      { nil: undefined },
    ),
    keepdims: fc.constantFrom(0, 1),
    noop_with_empty_axes: fc.constantFrom(0, 1),
    seed: fc.nat(),
  }),
);

const list = (values: readonly number[]): TestInput => ({
  shape: [values.length],
  dtype: "int64",
  values,
  constant: true,
});

const ops: readonly [string, Partial<TestInput>?][] = [
  ["ReduceSum"],
  ["ReduceMean"],
  ["ReduceMax", { distinct: true }],
  ["ReduceMin", { distinct: true }],
  ["ReduceProd"],
  ["ReduceL1", { range: [0.2, 2] }],
  ["ReduceL2", { range: [0.2, 2] }],
  ["ReduceSumSquare"],
  ["ReduceLogSum", { range: [0.3, 2] }],
  ["ReduceLogSumExp"],
];

/** The gradient of the op's sum at the elements. */
function gradientOf(op: string, shape: readonly number[], elements: readonly number[]): number[] {
  const tracer = new Tracer();
  const x = tracer.input({ dtype: "float32", shape });
  const g = grad((v: typeof x) => tracer.emit(op, [v], { keepdims: 0 }))(x);
  return Array.from(evaluate([g], new Map([[x, Float64Array.from(elements)]]))[0]);
}

describe("reductions", () => {
  it.each(ops)("%s", async (op, input = {}) => {
    await fc.assert(
      fc.asyncProperty(reductions, async ({ shape, axes, seed, ...attributes }) => {
        const inputs = [{ shape, ...input }, axes && list(axes)];
        await checkOp({ op, inputs, attributes, seed });
        checkSecondDerivative({ op, inputs, attributes, seed });
        await checkGradientRuns({ op, inputs, attributes, seed });
      }),
      { numRuns: 12 },
    );
  });

  it.each(ops)("%s of integers", async (op) => {
    const inputs = [{ shape: [3, 4], dtype: "int32", range: [1, 6] } as const, list([1])];
    await checkOp({ op, inputs });
  });

  it("a product with one zero, two zeros, and none", () => {
    expect(gradientOf("ReduceProd", [4], [2, 3, -1, 5])).toEqual([-15, -10, 30, -6].map((v) => expect.closeTo(v, 12)));
    expect(gradientOf("ReduceProd", [4], [2, 0, -1, 5])).toEqual([0, -10, 0, 0].map((v) => expect.closeTo(v, 12)));
    expect(gradientOf("ReduceProd", [4], [2, 0, -1, 0])).toEqual([0, 0, 0, 0].map((v) => expect.closeTo(v, 12)));
    checkSecondDerivative({ op: "ReduceProd", inputs: [{ shape: [2, 3], values: [0, 2, 3, 0, 0, 4] }, list([1])] });
  });

  it("the zero vector's norm has gradient 0", () => {
    expect(gradientOf("ReduceL2", [3], [0, 0, 0])).toEqual([0, 0, 0]);
  });

  it("ties share the gradient of an extreme in equal parts", () => {
    expect(gradientOf("ReduceMax", [5], [1, 3, 3, 2, 3])).toEqual([0, 1 / 3, 1 / 3, 0, 1 / 3]);
    expect(gradientOf("ReduceMin", [4], [1, 3, 1, 2])).toEqual([0.5, 0, 0.5, 0]);
  });

  it("a log-sum-exp of −∞ alone depends on nothing", () => {
    expect(gradientOf("ReduceLogSumExp", [2], [-Infinity, -Infinity])).toEqual([0, 0]);
    expect(gradientOf("ReduceLogSumExp", [2], [-Infinity, 4])).toEqual([0, 1]);
  });

  it("extremes of bool", async () => {
    for (const op of ["ReduceMax", "ReduceMin"])
      await checkOp({ op, inputs: [{ shape: [4, 5], dtype: "bool" }, list([1])] });
  });

  it.each(["ArgMax", "ArgMin"])("%s", async (op) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
        fc.record({ axis: fc.integer(), keepdims: fc.constantFrom(0, 1), select_last_index: fc.constantFrom(0, 1) }),
        fc.nat(),
        async (shape, { axis, ...rest }, seed) => {
          const rank = shape.length;
          const wrapped = (((axis % (2 * rank)) + 2 * rank) % (2 * rank)) - rank;
          // Few distinct numbers, so that elements tie.
          const inputs = [{ shape, dtype: "int32", range: [0, 3] } as const];
          await checkOp({ op, inputs, attributes: { axis: wrapped, ...rest }, seed });
        },
      ),
      { numRuns: 12 },
    );
  });

  it("says what is wrong", async () => {
    const x = { shape: [2, 3] };
    const sum = (inputs: TestInput[], op = "ReduceSum") => expect(checkOp({ op, inputs })).rejects;
    await sum([x, list([2])]).toThrow("axis 2 is outside rank 2");
    await sum([x, list([1, -1])]).toThrow("axis 1 is given twice");
    await sum([{ shape: [3], dtype: "bool" }]).toThrow("elements are bool; floats, int32 or int64 are needed");
    await sum([x, { ...list([1]), constant: false }]).toThrow("input 1 decides a shape");
    await sum([{ shape: [2, 0] }], "ReduceMax").toThrow("axis 1 has no elements: there is no maximum");
    await sum([{ shape: [0, 2] }], "ArgMin").toThrow("axis 0 has no elements to choose from");
    await sum([{ shape: [] }], "ArgMax").toThrow("axis 0 is outside rank 0");
  });

  it("what is left of no elements", async () => {
    const inputs = [{ shape: [2, 0, 3] }, list([1])];
    for (const op of ["ReduceSum", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare"])
      await checkOp({ op, inputs });
    for (const op of ["ReduceLogSum", "ReduceLogSumExp"]) await checkOp({ op, inputs, differentiate: [] });
  });
});
