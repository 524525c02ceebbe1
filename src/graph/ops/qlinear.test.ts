import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DType } from "../dtype.ts";
import { checkOp, type TestInput } from "../testing/check-op.ts";

const dim = fc.integer({ min: 1, max: 4 });
const byte = fc.constantFrom<DType>("uint8", "int8");
const q = (dtype: DType, ...shape: number[]): TestInput => ({
  shape,
  dtype,
  range: dtype === "int8" ? [-60, 60] : [0, 120],
});
const scales = (...shape: number[]): TestInput => {
  const size = shape.reduce((a, b) => a * b, 1);
  return { shape, values: Array.from({ length: size }, (_, i) => 2 ** -(3 + (i % 2))) };
};

describe("quantised products", () => {
  it("MatMulInteger and QLinearMatMul", async () => {
    await fc.assert(
      fc.asyncProperty(
        dim,
        dim,
        dim,
        dim,
        byte,
        byte,
        fc.boolean(),
        fc.nat(),
        async (n, m, k, p, a, b, lists, seed) => {
          const [left, right] = [q(a, n, m, k), q(b, k, p)];
          const of = lists ? [p] : [];
          await checkOp({ op: "MatMulInteger", inputs: [left, right, q(a), q(b, ...of)], seed });
          await checkOp({ op: "MatMulInteger", inputs: [left, right], seed });
          const inputs = [left, scales(), q(a), right, scales(...of), q(b, ...of), { shape: [], values: [2] }, q(a)];
          // ONNX Runtime has no kernel for int8 × uint8.
          const noRuntime = a === "int8" && b === "uint8" ? { noRuntime: "no kernel" } : {};
          await checkOp({ op: "QLinearMatMul", inputs, seed, ...noRuntime });
        },
      ),
      { numRuns: 20 },
    );
  });

  it("ConvInteger and QLinearConv", async () => {
    await fc.assert(
      fc.asyncProperty(
        dim,
        dim,
        dim,
        byte,
        fc.boolean(),
        fc.boolean(),
        fc.nat(),
        async (n, c, m, w, lists, biased, seed) => {
          const attributes = { pads: [1, 0, 1, 2], strides: [1, 2] };
          const [x, weights] = [q("uint8", n, c, 4, 5), q(w, m, c, 3, 2)];
          await checkOp({
            op: "ConvInteger",
            inputs: [x, q("uint8", m, c, 3, 2), q("uint8"), q("uint8")],
            attributes,
            seed,
          });
          const of = lists ? [m] : [];
          const zeros: TestInput = { shape: of, dtype: w, values: new Array(lists ? m : 1).fill(0) };
          const bias: TestInput[] = biased ? [{ shape: [m], dtype: "int32", range: [-500, 500] }] : [];
          const parameters = [scales(...of), zeros, { shape: [], values: [2] }, q("uint8")];
          await checkOp({
            op: "QLinearConv",
            inputs: [x, scales(), q("uint8"), weights, ...parameters, ...bias],
            attributes,
            seed,
          });
        },
      ),
      { numRuns: 20 },
    );
  });

  it("says what does not fit", async () => {
    const fails = (op: string, inputs: TestInput[]) => expect(checkOp({ op, inputs })).rejects;
    await fails("MatMulInteger", [{ shape: [2, 3] }, q("int8", 3, 2)]).toThrow("first operand is float32");
    await fails("MatMulInteger", [q("int8", 2, 3), q("int8", 2, 3)]).toThrow("inner dimensions 3 and 2 differ");
    await fails("MatMulInteger", [q("int8", 2, 3), q("int8", 3, 2), q("uint8")]).toThrow(
      "zero point of the first operand is uint8",
    );
    await fails("MatMulInteger", [q("int8", 2, 3), q("int8", 3, 2), q("int8"), q("int8", 3)]).toThrow(
      "has shape [3], which does not fit",
    );
    await fails("ConvInteger", [q("uint8", 1, 2, 4, 4), q("uint8", 1, 3, 2, 2)]).toThrow("the weights read 3");
  });
});
