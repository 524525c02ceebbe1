import { describe, expect, it } from "vitest";
import { evaluate } from "../evaluate.ts";
import { Tensor } from "../tensor.ts";
import { checkOp } from "../testing/check-op.ts";
import { Tracer } from "../tracer.ts";

const int64 = (value: number) => ({ shape: [], dtype: "int64", values: [value] }) as const;
const hertz = (value: number) => ({ shape: [], values: [value] }) as const;

describe("windows", () => {
  for (const op of ["HannWindow", "HammingWindow", "BlackmanWindow"]) {
    it(`${op}: periodic and symmetric, as the runtime makes it`, async () => {
      for (const size of [1, 2, 9, 16])
        for (const periodic of [0, 1]) {
          if (size === 1 && periodic === 0) continue;
          await checkOp({
            op,
            inputs: [{ ...int64(size), constant: true }],
            attributes: { periodic },
            tolerance: 1e-6,
          });
        }
    });
  }

  it("Hann windows half a window apart add up to one", () => {
    const window = new Tracer().constant(16, "int64").op("HannWindow", [], { output_datatype: 11 });
    const [w] = evaluate([window], new Map());
    for (let n = 0; n < 8; n++) expect(w[n] + w[n + 8]).toBeCloseTo(1, 12);
  });
});

describe("MelWeightMatrix", () => {
  it("is what the runtime makes", async () => {
    for (const [bands, length, rate, low, high] of [
      [8, 16, 8192, 0, 4096],
      [20, 512, 16000, 60, 7600],
      [5, 33, 8000, 100, 3000],
    ]) {
      await checkOp({
        op: "MelWeightMatrix",
        inputs: [int64(bands), int64(length), int64(rate), hertz(low), hertz(high)].map((x) => ({
          ...x,
          constant: true,
        })),
        tolerance: 1e-5,
      });
    }
  });

  it("says what is wrong", () => {
    const tracer = new Tracer();
    const numbers = [8, 16, 8000].map((n) => Tensor.scalar(n, "int64"));
    const mel = (low: number, high: number) =>
      tracer
        .lift(numbers[0], "int64")
        .op("MelWeightMatrix", [numbers[1], numbers[2], Tensor.scalar(low), Tensor.scalar(high)]);
    expect(() => mel(100, 50)).toThrow("the edges 100 and 50 Hz");
    expect(() => mel(100, 5000)).toThrow("upper ≤ 4000");
  });
});
