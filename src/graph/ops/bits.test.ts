import { describe, expect, it } from "vitest";
import { Tensor } from "../tensor.ts";
import { checkOp, type TestInput } from "../testing/check-op.ts";
import { Tracer } from "../tracer.ts";

describe("ops on bits", () => {
  it("shift unsigned integers; what leaves on the left is gone", async () => {
    for (const dtype of ["uint8", "uint32", "uint64"] as const) {
      const x = { shape: [2, 4], dtype, values: [1, 2, 255, 128, 77, 3, 9, 200] };
      const by = { shape: [4], dtype, values: [0, 1, 3, 7] };
      for (const direction of ["LEFT", "RIGHT"])
        await checkOp({ op: "BitShift", inputs: [x, by], attributes: { direction } });
    }
  });

  for (const dtype of ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"] as const) {
    it(`combine ${dtype}, broadcast`, async () => {
      const signed = dtype.startsWith("i");
      const a: TestInput = { shape: [3, 1, 4], dtype, range: signed ? [-128, 128] : [0, 256] };
      const b: TestInput = { shape: [5, 1], dtype, range: signed ? [-100, 100] : [0, 100] };
      for (const op of ["BitwiseAnd", "BitwiseOr", "BitwiseXor"]) await checkOp({ op, inputs: [a, b] });
      await checkOp({ op: "BitwiseNot", inputs: [a] });
    });
  }

  it("say what is wrong", () => {
    const x = new Tracer().input({ dtype: "float32", shape: [2] });
    expect(() => x.op("BitwiseAnd", [x])).toThrow("elements are float32, not integers");
    const n = new Tracer().input({ dtype: "int32", shape: [2] });
    expect(() => n.op("BitShift", [n], { direction: "LEFT" })).toThrow("not unsigned");
    expect(() => n.op("BitwiseOr", [Tensor.of([1], [1], "int64")])).toThrow("dtypes int32 and int64 differ");
  });
});
