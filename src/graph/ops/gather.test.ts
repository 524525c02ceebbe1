import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runtime } from "#runtime";
import { vjp } from "../derivative.ts";
import { encodeGraph } from "../onnx/export.ts";
import { Rng } from "../rng.ts";
import { type Shape, sizeOf, Tensor } from "../tensor.ts";
import { checkOp, type OpCase, type TestInput } from "../testing/check-op.ts";
import { checkSecondDerivative } from "../testing/second-derivative.ts";
import { Tracer } from "../tracer.ts";

const shape = (minLength: number, maxLength = 3) => fc.array(fc.integer({ min: 1, max: 4 }), { minLength, maxLength });

/** Indices into an axis of `size` elements, from either end. */
const indices = (dims: Shape, size: number, options: Partial<TestInput> = {}): TestInput => ({
  shape: dims,
  dtype: "int64",
  range: [-size, size],
  ...options,
});

const random = <T>(arbitrary: fc.Arbitrary<T>, toCase: (drawn: T) => OpCase, numRuns = 20) =>
  fc.assert(
    fc.asyncProperty(arbitrary, fc.nat(), async (drawn, seed) => {
      const test = { seed, ...toCase(drawn) };
      await checkOp(test);
      checkSecondDerivative(test);
    }),
    { numRuns },
  );

describe("ops that read elements at indices", () => {
  it("Gather along any axis, with any number of indices, known or not", async () => {
    const cases = shape(1).chain((data) =>
      fc.record({
        data: fc.constant(data),
        dims: shape(0, 2),
        axis: fc.integer({ min: -data.length, max: data.length - 1 }),
        dtype: fc.constantFrom<"int32" | "int64">("int32", "int64"),
        constant: fc.boolean(),
      }),
    );
    await random(cases, ({ data, dims, axis, dtype, constant }) => ({
      op: "Gather",
      inputs: [{ shape: data }, indices(dims, data[axis < 0 ? axis + data.length : axis], { dtype, constant })],
      attributes: { axis },
    }));
  });

  it("Gather at known indices: one, a run, a reordering, some, none", async () => {
    for (const values of [[2], [1, 2, 3], [0, 1, 2, 3, 4], [3, 0, 4, 1, 2], [-1, 0, -3], [2, 0, 2], []]) {
      for (const axis of [0, 1, 2]) {
        const test = {
          op: "Gather",
          inputs: [{ shape: [5, 5, 5] }, { shape: [values.length], values, dtype: "int64", constant: true } as const],
          attributes: { axis },
        };
        await checkOp(test);
        checkSecondDerivative(test);
      }
    }
    await checkOp({
      op: "Gather",
      inputs: [{ shape: [3, 4] }, { shape: [], values: [1], dtype: "int64", constant: true }],
      attributes: { axis: 1 },
    });
  });

  it("GatherElements", async () => {
    const cases = shape(1).chain((data) =>
      fc.record({
        data: fc.constant(data),
        dims: fc.tuple(...data.map((dim) => fc.integer({ min: 0, max: dim }))),
        axis: fc.integer({ min: 0, max: data.length - 1 }),
        length: fc.nat({ max: 6 }),
        back: fc.boolean(),
        constant: fc.boolean(),
      }),
    );
    await random(cases, ({ data, dims, axis, length, back, constant }) => ({
      op: "GatherElements",
      inputs: [{ shape: data }, indices(dims.with(axis, length), data[axis], { constant })],
      attributes: { axis: back ? axis - data.length : axis },
    }));
  });

  it("GatherND with and without batch dims", async () => {
    const cases = shape(1, 4).chain((data) =>
      fc.nat({ max: data.length - 1 }).chain((batch) =>
        fc.record({
          data: fc.constant(data),
          batch: fc.constant(batch),
          outer: shape(0, 2),
          tuple: fc.integer({ min: 1, max: data.length - batch }),
          constant: fc.boolean(),
        }),
      ),
    );
    await random(cases, ({ data, batch, outer, tuple, constant }) => {
      const smallest = Math.min(...data.slice(batch, batch + tuple));
      return {
        op: "GatherND",
        inputs: [{ shape: data }, indices([...data.slice(0, batch), ...outer, tuple], smallest, { constant })],
        attributes: { batch_dims: batch },
      };
    });
  });

  it.each([
    [8, 700, 900],
    [3, 150_000, 3],
  ])("the gradient of %i rows read %i times, %i wide, is exact on several threads", async (rows, reads, width) => {
    const tracer = new Tracer();
    const data = tracer.input({ dtype: "float32", shape: [rows, width] });
    const at = tracer.input({ dtype: "int64", shape: [reads] });
    const cotangent = tracer.input({ dtype: "float32", shape: [reads, width] });
    const { pull } = vjp((x: typeof data) => x.gather(at), data);
    const bytes = encodeGraph(
      Object.entries({ at, cotangent }).map(([name, value]) => ({ name, value })),
      [{ name: "gradient", value: pull(cotangent)[0] }],
    );
    const rng = new Rng(5);
    const places = Float64Array.from({ length: reads }, () => Math.floor(rng.random() * rows));
    // Small integers, so that float32 sums are exact.
    const elements = Float64Array.from({ length: reads * width }, () => Math.floor(rng.random() * 8));
    const expected = new Float64Array(rows * width);
    for (const [i, place] of places.entries())
      for (let k = 0; k < width; k++) expected[place * width + k] += elements[i * width + k];
    const session = await runtime.createSession(bytes, { threads: 4 });
    for (let run = 0; run < 10; run++) {
      const { gradient } = await session.run({
        at: Tensor.of(places, [reads], "int64"),
        cotangent: Tensor.of(elements, [reads, width]),
      });
      const wrong = gradient.numbers().findIndex((sum, i) => sum !== expected[i]);
      expect(wrong, `first wrong element of ${sizeOf(gradient.shape)}, run ${run}`).toBe(-1);
    }
    await session.release();
  });

  const x: TestInput = { shape: [2, 3] };
  const known = (dims: Shape, ...values: number[]): TestInput => ({
    shape: dims,
    values,
    dtype: "int64",
    constant: true,
  });
  it.each<[string, OpCase]>([
    [
      "index 3 is outside an axis of 3 elements",
      { op: "Gather", inputs: [x, known([2], 0, 3)], attributes: { axis: 1 } },
    ],
    ["index -3 is outside an axis of 2 elements", { op: "Gather", inputs: [x, known([], -3)] }],
    ["index 0 is outside an axis of 0 elements", { op: "Gather", inputs: [{ shape: [0] }, known([], 0)] }],
    ["axis 0 is outside rank 0", { op: "Gather", inputs: [{ shape: [] }, known([], 0)] }],
    ["indices is float32, not int64 or int32", { op: "Gather", inputs: [x, { shape: [2] }] }],
    ["indices have rank 1, the data 2", { op: "GatherElements", inputs: [x, known([1], 0)] }],
    [
      "axis 1 of the indices has 4 elements, of the data 3",
      { op: "GatherElements", inputs: [x, indices([2, 4], 2)], attributes: { axis: 0 } },
    ],
    [
      "index 2 is outside an axis of 2",
      { op: "GatherElements", inputs: [x, known([1, 1], 2)], attributes: { axis: 0 } },
    ],
    ["index tuples have 3 elements, the data 2 axes for them", { op: "GatherND", inputs: [x, known([1, 3], 0, 0, 0)] }],
    ["index tuples have 0 elements", { op: "GatherND", inputs: [x, known([1, 0])] }],
    ["index 3 is outside an axis of 3", { op: "GatherND", inputs: [x, known([2, 2], 0, 2, 1, 3)] }],
    ["indices are a scalar", { op: "GatherND", inputs: [x, known([], 0)] }],
    ["the data is a scalar", { op: "GatherND", inputs: [{ shape: [] }, known([1], 0)] }],
    ["indices is int32, not int64", { op: "GatherND", inputs: [x, { shape: [1, 1], dtype: "int32" }] }],
    [
      "batch_dims 2 is not in 0 … 1",
      { op: "GatherND", inputs: [x, indices([2, 3, 1], 1)], attributes: { batch_dims: 2 } },
    ],
    [
      "batch dims [2] and [3] differ",
      { op: "GatherND", inputs: [x, indices([3, 1], 1)], attributes: { batch_dims: 1 } },
    ],
  ])("says: %s", async (message, test) => {
    await expect(checkOp(test)).rejects.toThrow(message);
  });
});
