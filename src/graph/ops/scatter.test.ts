import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stridesOf } from "../broadcast.ts";
import { Rng } from "../rng.ts";
import { type Shape, sizeOf } from "../tensor.ts";
import { checkOp, type OpCase, type TestInput } from "../testing/check-op.ts";
import { checkSecondDerivative } from "../testing/second-derivative.ts";

const shape = (minLength: number, maxLength = 3) => fc.array(fc.integer({ min: 1, max: 4 }), { minLength, maxLength });

const reduction = fc.constantFrom("none", "add", "mul", "max", "min");

/** Indices that name no element twice: along the axis, each line counts up from a start of its own. */
function distinctAlong(dims: Shape, axis: number, size: number, rng: Rng): number[] {
  const strides = stridesOf(dims);
  const starts = new Map<number, number>();
  return Array.from({ length: sizeOf(dims) }, (_, i) => {
    const along = Math.floor(i / strides[axis]) % dims[axis];
    const line = i - along * strides[axis];
    const start = starts.get(line) ?? Math.floor(rng.random() * size);
    starts.set(line, start);
    return (start + along) % size;
  });
}

/** Distinct index tuples into the places, half of them counted from the end. */
function distinctTuples(places: Shape, count: number, rng: Rng): number[] {
  const strides = stridesOf(places);
  return Array.from(rng.permutation(sizeOf(places)).slice(0, count)).flatMap((place) =>
    places.map((dim, k) => (Math.floor(place / strides[k]) % dim) - (place % 2 === 0 ? dim : 0)),
  );
}

const random = <T extends { reduction: string }>(
  arbitrary: fc.Arbitrary<T>,
  toCase: (drawn: T, rng: Rng) => Pick<OpCase, "op" | "inputs"> & { axis?: number },
) =>
  fc.assert(
    fc.asyncProperty(arbitrary, fc.nat(), async (drawn, seed) => {
      const { axis, ...rest } = toCase(drawn, new Rng(seed));
      const attributes = { reduction: drawn.reduction, ...(axis !== undefined && { axis }) };
      const linear = drawn.reduction === "none" || drawn.reduction === "add";
      const test = { ...rest, attributes, seed, ...(!linear && { differentiate: [] }) };
      await checkOp(test);
      if (linear) checkSecondDerivative(test);
    }),
    { numRuns: 30 },
  );

describe("ops that write elements at indices", () => {
  it("ScatterElements with every reduction", async () => {
    const cases = shape(1).chain((data) =>
      fc.integer({ min: 0, max: data.length - 1 }).chain((axis) =>
        fc.record({
          data: fc.constant(data),
          axis: fc.constant(axis),
          dims: fc.tuple(...data.map((dim) => fc.integer({ min: 1, max: dim }))),
          back: fc.boolean(),
          dtype: fc.constantFrom<"int32" | "int64">("int32", "int64"),
          reduction,
        }),
      ),
    );
    await random(cases, ({ data, axis, dims, back, dtype, reduction }, rng) => ({
      op: "ScatterElements",
      inputs: [
        { shape: data },
        reduction === "none"
          ? { shape: dims, values: distinctAlong(dims, axis, data[axis], rng), dtype }
          : { shape: dims, range: [-data[axis], data[axis]], dtype },
        { shape: dims },
      ],
      axis: back ? axis - data.length : axis,
    }));
  });

  it("ScatterND with every reduction", async () => {
    const cases = shape(1).chain((data) =>
      fc.record({
        data: fc.constant(data),
        tuple: fc.integer({ min: 1, max: data.length }),
        outer: shape(0, 2),
        constant: fc.boolean(),
        reduction,
      }),
    );
    await random(cases, ({ data, tuple, outer, constant, reduction }, rng) => {
      const places = data.slice(0, tuple);
      const count = Math.min(sizeOf(outer), sizeOf(places));
      const free = reduction !== "none";
      const tuples = free ? outer : [count];
      const smallest = Math.min(...places);
      return {
        op: "ScatterND",
        inputs: [
          { shape: data },
          free
            ? { shape: [...tuples, tuple], range: [-smallest, smallest], dtype: "int64", constant }
            : { shape: [...tuples, tuple], values: distinctTuples(places, count, rng), dtype: "int64", constant },
          { shape: [...tuples, ...data.slice(tuple)] },
        ],
      };
    });
  });

  it("more updates than the axis has elements", async () => {
    const index = { shape: [9, 2], range: [0, 3], dtype: "int64" } as const;
    const inputs = [{ shape: [3, 2] }, index, { shape: [9, 2] }];
    await checkOp({ op: "ScatterElements", inputs, attributes: { reduction: "add" } });
  });

  it.each(["ScatterElements", "ScatterND"])("%s: says which reductions have no derivative", async (op) => {
    const index: TestInput = { shape: [2, 1], values: [0, 1], dtype: "int64" };
    const inputs =
      op === "ScatterND" ? [{ shape: [3] }, index, { shape: [2] }] : [{ shape: [3, 1] }, index, { shape: [2, 1] }];
    await expect(checkOp({ op, inputs, attributes: { reduction: "max" } })).rejects.toThrow(
      `${op}: no rule is known for reduction "max"`,
    );
  });

  const x: TestInput = { shape: [2, 3] };
  const at = (dims: Shape, ...values: number[]): TestInput => ({ shape: dims, values, dtype: "int64", constant: true });
  it.each<[string, OpCase]>([
    [
      'reduction "avg" is not one of none, add, mul, max, min',
      { op: "ScatterElements", inputs: [x, at([1, 1], 0), { shape: [1, 1] }], attributes: { reduction: "avg" } },
    ],
    [
      'reduction "constructor" is not one of',
      { op: "ScatterND", inputs: [x, at([1, 1], 0), { shape: [1, 3] }], attributes: { reduction: "constructor" } },
    ],
    [
      "updates are [2, 1], the indices ask for [1, 1]",
      { op: "ScatterElements", inputs: [x, at([1, 1], 0), { shape: [2, 1] }] },
    ],
    ["updates are [1], the indices ask for [1, 3]", { op: "ScatterND", inputs: [x, at([1, 1], 0), { shape: [1] }] }],
    [
      "dtypes float32 and float64 differ",
      { op: "ScatterND", inputs: [x, at([1, 1], 0), { shape: [1, 3], dtype: "float64" }] },
    ],
    [
      "index 2 is outside an axis of 2 elements",
      { op: "ScatterElements", inputs: [x, at([1, 1], 2), { shape: [1, 1] }] },
    ],
    ["index -3 is outside an axis of 2 elements", { op: "ScatterND", inputs: [x, at([1], -3), { shape: [3] }] }],
    ["indices have rank 1, the data 2", { op: "ScatterElements", inputs: [x, at([1], 0), { shape: [1] }] }],
    ["axis 2 is outside rank 2", { op: "ScatterElements", inputs: [x, at([1, 1], 0), x], attributes: { axis: 2 } }],
    ["input 2 is missing", { op: "ScatterND", inputs: [x, at([1], 0)] }],
  ])("says: %s", async (message, test) => {
    await expect(checkOp(test)).rejects.toThrow(message);
  });
});
