import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkOp, type TestInput } from "../testing/check-op.ts";
import { checkGradientRuns, checkSecondDerivative } from "../testing/second-derivative.ts";

const dim = fc.integer({ min: 1, max: 4 });

/** Batch axes of two operands that broadcast together. */
const batches = fc.array(fc.tuple(dim, fc.constantFrom("both", "left", "right")), { maxLength: 2 }).chain((common) =>
  fc.tuple(fc.nat({ max: common.length }), fc.nat({ max: common.length })).map(([dropA, dropB]) => {
    const side = (ones: "left" | "right") => common.map(([d, which]) => (which === ones ? 1 : d));
    return [side("left").slice(dropA), side("right").slice(dropB)];
  }),
);

const products = fc.record({ batches, m: dim, k: dim, n: dim, vectorA: fc.nat(4), vectorB: fc.nat(4), seed: fc.nat() });
const bit = fc.constantFrom(0, 1);

const integer: Partial<TestInput> = { dtype: "int64", range: [-4, 5] };

describe("matrix products", () => {
  it("MatMul of vectors, matrices and stacks", async () => {
    await fc.assert(
      fc.asyncProperty(products, async ({ batches: [a, b], m, k, n, vectorA, vectorB, seed }) => {
        const left = vectorA === 0 ? [k] : [...a, m, k];
        const right = vectorB === 0 ? [k] : [...b, k, n];
        const inputs = [{ shape: left }, { shape: right }];
        await checkOp({ op: "MatMul", inputs, seed });
        checkSecondDerivative({ op: "MatMul", inputs, seed });
        await checkGradientRuns({ op: "MatMul", inputs, seed });
        await checkOp({ op: "MatMul", inputs: inputs.map((input) => ({ ...input, ...integer })), seed });
      }),
      { numRuns: 25 },
    );
  });

  it("FusedMatMul", async () => {
    await fc.assert(
      fc.asyncProperty(
        products,
        fc.record({ transA: bit, transB: bit, alpha: fc.constantFrom(1, 0.5) }),
        async ({ batches: [a, b], m, k, n, vectorA, vectorB, seed }, attributes) => {
          const left = vectorA === 0 ? [k] : [...a, ...(attributes.transA ? [k, m] : [m, k])];
          const right = vectorB === 0 && !attributes.transA ? [k] : [...b, ...(attributes.transB ? [n, k] : [k, n])];
          const inputs = [{ shape: left }, { shape: right }];
          await checkOp({ op: "FusedMatMul", inputs, attributes, seed });
          checkSecondDerivative({ op: "FusedMatMul", inputs, attributes, seed });
          await checkGradientRuns({ op: "FusedMatMul", inputs, attributes, seed });
        },
      ),
      { numRuns: 25 },
    );
  });

  it("Gemm", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ m: dim, k: dim, n: dim, c: fc.constantFrom("none", "full", "row", "column", "one", "scalar") }),
        fc.record({ transA: bit, transB: bit, alpha: fc.constantFrom(1, 0.5), beta: fc.constantFrom(1, -2) }),
        fc.nat(),
        async ({ m, k, n, c }, attributes, seed) => {
          const shapes = { full: [m, n], row: [n], column: [m, 1], one: [1, 1], scalar: [] };
          const inputs = [
            { shape: attributes.transA ? [k, m] : [m, k] },
            { shape: attributes.transB ? [n, k] : [k, n] },
            ...(c === "none" ? [] : [{ shape: shapes[c as keyof typeof shapes] }]),
          ];
          await checkOp({ op: "Gemm", inputs, attributes, seed });
          checkSecondDerivative({ op: "Gemm", inputs, attributes, seed });
          await checkGradientRuns({ op: "Gemm", inputs, attributes, seed });
        },
      ),
      { numRuns: 25 },
    );
  });

  it("says what does not fit", async () => {
    const fails = (op: string, inputs: TestInput[], attributes = {}) =>
      expect(checkOp({ op, inputs, attributes })).rejects;
    await fails("MatMul", [{ shape: [128, 784] }, { shape: [512, 10] }]).toThrow(
      "MatMul: [128, 784] × [512, 10]: inner dimensions 784 and 512 differ",
    );
    await fails("MatMul", [{ shape: [2, 3, 4] }, { shape: [3, 4, 2] }]).toThrow("2 and 3 differ");
    await fails("MatMul", [{ shape: [] }, { shape: [3] }]).toThrow("an operand is a scalar; use Mul");
    await fails("MatMul", [{ shape: [2] }, { shape: [2], dtype: "int32" }]).toThrow("dtypes float32 and int32 differ");
    await fails(
      "MatMul",
      ["left", "right"].map(() => ({ shape: [2], dtype: "bool" }) as const),
    ).toThrow("elements are bool; floats, int32 or int64 are needed");
    const matrices = [{ shape: [3, 2] }, { shape: [3, 4] }];
    await fails("Gemm", matrices).toThrow("inner dimensions 2 and 3 differ");
    await fails("Gemm", [{ shape: [3] }, { shape: [3, 4] }]).toThrow(
      "both factors are matrices, but have rank 1 and 2",
    );
    await fails("Gemm", [...matrices, { shape: [3] }], { transA: 1 }).toThrow(
      "C of shape [3] does not broadcast to [2, 4]",
    );
    await fails("FusedMatMul", matrices, { transBatchA: 1 }).toThrow("transBatchA = 1 is not supported");
    await fails("FusedMatMul", [{ shape: [2, 3] }, { shape: [2] }], { transA: 1 }).toThrow("a matrix of one column");
  });
});
