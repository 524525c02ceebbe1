import fc from "fast-check";
import { describe, it } from "vitest";
import { checkOp, type OpCase } from "../testing/check-op.ts";

const shape = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });

/** Op, range of its input, distance of its kinks, attributes. */
const cases: readonly [string, [number, number]?, Partial<OpCase>?][] = [
  ["Identity"],
  ["Neg"],
  ["Abs", [-2, 2], { kinks: 4 }],
  ["Sign"],
  ["Floor"],
  ["Ceil"],
  ["Round", [-4, 4]],
  ["Reciprocal", [0.5, 2]],
  ["Sqrt", [0.3, 3]],
  ["Exp"],
  ["Log", [0.3, 3]],
  ["Sin"],
  ["Cos"],
  ["Tan", [-1, 1]],
  ["Asin", [-0.8, 0.8]],
  ["Acos", [-0.8, 0.8]],
  ["Atan"],
  ["Sinh"],
  ["Cosh"],
  ["Tanh"],
  ["Asinh"],
  ["Acosh", [1.3, 3]],
  ["Atanh", [-0.8, 0.8]],
  ["Erf", [-4, 4]],
  ["Sigmoid", [-6, 6]],
  ["Relu", [-2, 2], { kinks: 4 }],
  ["LeakyRelu", [-2, 2], { kinks: 4, attributes: { alpha: 0.2 } }],
  ["ThresholdedRelu", [-2, 2], { kinks: 1, attributes: { alpha: 1 } }],
  ["Elu", [-2, 2], { kinks: 4, attributes: { alpha: 1.5 } }],
  ["Celu", [-2, 2], { kinks: 4, attributes: { alpha: 1.5 } }],
  ["Selu", [-2, 2], { kinks: 4 }],
  ["Softplus", [-6, 6]],
  ["Softsign", [-2, 2], { kinks: 4 }],
  ["HardSigmoid", [-4, 4], { kinks: 2.5 }],
  ["HardSwish", [-5, 5], { kinks: 3 }],
  ["Mish", [-4, 4]],
  ["Gelu", [-3, 3]],
  ["Gelu", [-3, 3], { attributes: { approximate: "tanh" } }],
  ["Shrink", [-2, 2], { kinks: 0.5, attributes: { lambd: 0.5, bias: 0.3 } }],
  ["IsNaN"],
  ["IsInf"],
];

describe("pointwise ops of one input", () => {
  it.each(cases)("%s: runtime, central differences, forward = reverse", async (op, range = [-2, 2], options = {}) => {
    await fc.assert(
      fc.asyncProperty(shape, fc.nat(), (dims, seed) =>
        checkOp({ op, inputs: [{ shape: dims, range }], seed, ...options }),
      ),
      { numRuns: 4 },
    );
  });

  it("Not", () => checkOp({ op: "Not", inputs: [{ shape: [7], dtype: "bool" }] }));

  it.each(["float64", "float16", "int32", "int64", "uint8", "bool"] as const)("Cast to %s", async (dtype) => {
    const to = { float64: 11, float16: 10, int32: 6, int64: 7, uint8: 2, bool: 9 }[dtype];
    await checkOp({ op: "Cast", inputs: [{ shape: [2, 3], range: [0, 5] }], attributes: { to }, tolerance: 1e-3 });
  });
});
