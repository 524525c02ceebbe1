import { describe, expect, it } from "vitest";
import { evaluate } from "../evaluate.ts";
import { Rng } from "../rng.ts";
import { type Shape, Tensor } from "../tensor.ts";
import { checkOp } from "../testing/check-op.ts";
import { Tracer } from "../tracer.ts";
import type { Value } from "../value.ts";

const scalar = (value: number) => ({ shape: [], dtype: "int64", values: [value], constant: true }) as const;

function run(shape: Shape, data: Float64Array, build: (x: Value) => Value): Float64Array {
  const x = new Tracer().input({ dtype: "float64", shape });
  return evaluate([build(x)], new Map([[x, data]]))[0];
}

describe("DFT", () => {
  it("of real signals: whole and half spectra, padded and cut, on any axis, forward = reverse", async () => {
    for (const onesided of [0, 1]) {
      const attributes = { onesided };
      await checkOp({ op: "DFT", inputs: [{ shape: [2, 8, 1] }], attributes });
      await checkOp({ op: "DFT", inputs: [{ shape: [2, 7, 1] }], attributes });
      await checkOp({ op: "DFT", inputs: [{ shape: [2, 7, 1] }, scalar(10)], attributes });
      await checkOp({ op: "DFT", inputs: [{ shape: [2, 9, 1] }, scalar(6)], attributes });
      await checkOp({ op: "DFT", inputs: [{ shape: [6, 3, 2, 1] }, undefined, scalar(0)], attributes });
      await checkOp({ op: "DFT", inputs: [{ shape: [2, 6, 3, 1] }, scalar(5), scalar(-3)], attributes });
    }
  });

  it("of complex signals, and back", async () => {
    for (const inverse of [0, 1]) {
      const attributes = { inverse };
      await checkOp({ op: "DFT", inputs: [{ shape: [2, 8, 2] }], attributes });
      await checkOp({ op: "DFT", inputs: [{ shape: [5, 2, 2] }, undefined, scalar(0)], attributes });
      await checkOp({ op: "DFT", inputs: [{ shape: [1, 5, 2] }, scalar(8)], attributes });
      await checkOp({ op: "DFT", inputs: [{ shape: [1, 7, 2] }, scalar(4)], attributes });
    }
  });

  it("from half a spectrum back to the real signal", async () => {
    const attributes = { inverse: 1, onesided: 1 };
    await checkOp({ op: "DFT", inputs: [{ shape: [2, 5, 2] }], attributes });
    for (const length of [5, 6, 7, 8, 9, 12])
      await checkOp({
        op: "DFT",
        inputs: [{ shape: [Math.floor(length / 2) + 1, 2, 2] }, scalar(length), scalar(0)],
        attributes,
      });
  });

  const signal = new Rng(1).normal([3, 12, 1]).numbers();

  it("inverts itself", () => {
    const back = run([3, 12, 1], signal, (x) => x.op("DFT").op("DFT", [], { inverse: 1 }).slice([0], [1], [-1]));
    for (const [i, value] of signal.entries()) expect(back[i]).toBeCloseTo(value, 12);
    const half = run([3, 12, 1], signal, (x) =>
      x.op("DFT", [], { onesided: 1 }).op("DFT", [], { onesided: 1, inverse: 1 }),
    );
    for (const [i, value] of signal.entries()) expect(half[i]).toBeCloseTo(value, 12);
  });

  it("keeps the energy (Parseval) and turns a shift into a phase", () => {
    const energy = run([3, 12, 1], signal, (x) => x.op("DFT").square().sum().div(12).sub(x.square().sum()));
    expect(energy[0]).toBeCloseTo(0, 10);
    const magnitude = (y: Value) => y.op("DFT").square().sum(-1);
    const difference = run([3, 12, 1], signal, (x) => {
      const shifted = x.gather(Tensor.of([11, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [12], "int64"), 1);
      return magnitude(shifted).sub(magnitude(x)).abs().max();
    });
    expect(difference[0]).toBeLessThan(1e-10);
  });

  it("says what is wrong", () => {
    const x = (shape: Shape) => new Tracer().input({ dtype: "float32", shape });
    expect(() => x([4, 3]).op("DFT")).toThrow("the last axis holds real or complex numbers");
    expect(() => x([4, 2]).op("DFT", [], { onesided: 1 })).toThrow("onesided needs a real signal");
    expect(() => x([4, 1]).op("DFT", [], { onesided: 1, inverse: 1 })).toThrow("needs a complex spectrum");
    expect(() => x([4, 2]).op("DFT", [Tensor.scalar(9, "int64")], { onesided: 1, inverse: 1 })).toThrow("has 5 bins");
    expect(() => x([4, 1]).op("DFT", [undefined, Tensor.scalar(1, "int64")])).toThrow("real and imaginary parts");
  });
});
