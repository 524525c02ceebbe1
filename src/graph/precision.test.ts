import { describe, expect, it } from "vitest";
import { runtime as native } from "#runtime";
import { compile } from "./compile.ts";
import { valueAndGrad } from "./derivative.ts";
import { halfToNumber, numberToHalf } from "./dtype.ts";
import { decodeModel } from "./onnx/codec.ts";
import { Rng } from "./rng.ts";
import type { Runtime } from "./runtime/runtime.ts";
import { Tensor } from "./tensor.ts";
import type { Value } from "./value.ts";

// The native processor computes float16 too, if slowly: it stands in for a card.
const card: Runtime = { ...native, float16: true };

const rounded = (x: number): number => halfToNumber(numberToHalf(x));

describe("mixed precision", () => {
  it("is products of operands rounded to float16, and float32 for the rest", async () => {
    const rng = new Rng(1);
    const [a, b] = [rng.normal([5, 7]), rng.normal([7, 3])];
    const f = compile((x: Value, y: Value) => x.matmul(y).add(1e-6), { runtime: card, precision: "mixed" });
    const results = (await f(a, b)).numbers();
    const [x, y] = [a.numbers().map(rounded), b.numbers().map(rounded)];
    for (const [i, result] of results.entries()) {
      const [row, column] = [Math.floor(i / 3), i % 3];
      const terms = Array.from({ length: 7 }, (_, k) => x[row * 7 + k] * y[k * 3 + column]);
      const size = terms.reduce((sum, term) => sum + Math.abs(term), 0);
      const sum = terms.reduce((total, term) => total + term, 0);
      // Each product and each partial sum may be rounded to float16's 11 places.
      expect(Math.abs(result - sum)).toBeLessThan(8 * size * 2 ** -11);
    }
    await f.release();
  });

  it("keeps the gradient of a convolutional network to about three digits", async () => {
    const rng = new Rng(2);
    interface Net<T> {
      readonly kernel: T;
      readonly bias: T;
      readonly head: T;
    }
    const loss = (p: Net<Value>, x: Value) =>
      x
        .op("Conv", [p.kernel, p.bias], { pads: [1, 1, 1, 1] })
        .relu()
        .mean([2, 3])
        .matmul(p.head)
        .square()
        .mean();
    const p = { kernel: rng.normal([4, 2, 3, 3]), bias: rng.normal([4]), head: rng.normal([4, 3]) };
    const x = rng.normal([2, 2, 6, 6]);
    const gradients = async (precision: "full" | "mixed") => {
      const step = compile((q: Net<Value>, z: Value) => valueAndGrad(loss)(q, z)[1], { runtime: card, precision });
      const { kernel, bias, head } = await step(p, x);
      await step.release();
      return [kernel, bias, head];
    };
    const [full, mixed] = [await gradients("full"), await gradients("mixed")];
    for (const [i, tensor] of full.entries()) {
      const [exact, found] = [tensor.numbers(), mixed[i].numbers()];
      const scale = Math.max(...exact.map(Math.abs));
      const errors = exact.map((element, e) => Math.abs(found[e] - element) / scale);
      expect(Math.max(...errors)).toBeLessThan(5e-3);
      expect(mixed[i].dtype).toBe("float32");
    }
  });

  it("leaves other dtypes, and what is no product, as they are", () => {
    const options = { runtime: card, precision: "mixed" } as const;
    const casts = (bytes: Uint8Array) =>
      decodeModel(bytes).graph?.node.filter(({ opType }) => opType === "Cast").length;
    const product = compile((x: Value) => x.matmul(x).add(x).exp(), options);
    expect(casts(product.onnx(Tensor.zeros([2, 2])))).toBe(3);
    expect(casts(product.onnx(Tensor.zeros([2, 2], "float64")))).toBe(0);
  });

  it("is refused where there is no float16", () => {
    expect(() => compile((x: Value) => x, { precision: "mixed" })).toThrow(
      expect.objectContaining({ code: "argument", message: expect.stringContaining('"cpu" has none here') }),
    );
  });
});
