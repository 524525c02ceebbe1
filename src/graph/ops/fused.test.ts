import { describe, expect, it } from "vitest";
import { compile } from "../compile.ts";
import { grad } from "../derivative.ts";
import type { DType } from "../dtype.ts";
import { evaluate } from "../evaluate.ts";
import type { Attributes } from "../op.ts";
import { Rng } from "../rng.ts";
import { sizeOf, Tensor } from "../tensor.ts";
import { checkOp, type TestInput } from "../testing/check-op.ts";
import { checkGradientRuns, checkSecondDerivative } from "../testing/second-derivative.ts";
import { trace } from "../trace.ts";
import { Tracer } from "../tracer.ts";
import type { Value } from "../value.ts";

const float = (...shape: number[]): TestInput => ({ shape, range: [-0.7, 0.7] });
const ints = (values: number[], shape: number[] = [values.length], constant = false): TestInput => ({
  shape,
  dtype: "int32",
  values,
  constant,
});
const none = undefined;
const tolerance = 1e-4;

async function check(test: Parameters<typeof checkOp>[0]): Promise<void> {
  await checkOp({ tolerance, ...test });
  checkSecondDerivative(test);
  await checkGradientRuns(test);
}

describe("fused attention is what its expansion says", () => {
  const [x, weights, bias] = [float(2, 3, 8), float(8, 24), float(24)];
  const attributes = { num_heads: 2 };

  it("Attention", async () => {
    const op = "Attention";
    await check({ op, inputs: [x, weights, bias], attributes });
    await checkOp({
      op,
      inputs: [x, weights, bias],
      attributes: { ...attributes, unidirectional: 1, scale: 0.25 },
      tolerance,
    });
    const masks = [
      ints([3, 2]),
      ints([1, 1, 0, 1, 1, 1], [2, 3]),
      ints([1, 0, 0, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1], [2, 3, 3]),
    ];
    for (const mask of masks) await checkOp({ op, inputs: [x, weights, bias, mask], attributes, tolerance });
    const past = float(2, 2, 2, 4, 4);
    await checkOp({
      op,
      inputs: [x, weights, bias, none, past],
      attributes: { ...attributes, unidirectional: 1 },
      outputs: 2,
      tolerance,
    });
    const sizes = { ...attributes, qkv_hidden_sizes: [8, 8, 4] };
    await checkOp({
      op,
      inputs: [x, float(8, 20), float(20), none, none, float(2, 2, 3, 3)],
      attributes: sizes,
      tolerance,
    });
  });

  it("MultiHeadAttention", async () => {
    const op = "MultiHeadAttention";
    const [q, k, v] = [float(2, 3, 8), float(2, 5, 8), float(2, 5, 4)];
    await check({ op, inputs: [q, k, v], attributes });
    await checkOp({ op, inputs: [q, k, v, float(20), ints([5, 4])], attributes, tolerance });
    await checkOp({ op, inputs: [q, k, v, none, none, float(1, 2, 3, 5)], attributes, tolerance });
    await checkOp({ op, inputs: [q, float(2, 2, 5, 4), float(2, 2, 5, 4)], attributes, tolerance });
    await checkOp({ op, inputs: [float(2, 3, 2, 3, 4)], attributes, noRuntime: "not implemented for CPU" });
    await checkOp({ op, inputs: [q, float(2, 5, 2, 2, 4)], attributes, noRuntime: "not implemented for CPU" });
    const self = [q, q, q];
    const past = [float(2, 2, 4, 4), float(2, 2, 4, 4)];
    const given = { ...attributes, unidirectional: 1 };
    await checkOp({ op, inputs: [...self, none, none, none, ...past], attributes: given, outputs: 3, tolerance });
  });

  it("GroupQueryAttention, with rotary positions and a cache", async () => {
    const op = "GroupQueryAttention";
    const heads = { num_heads: 4, kv_num_heads: 2 };
    const [q, k, v] = [float(2, 3, 64), float(2, 3, 32), float(2, 3, 32)];
    const cache = (of: (angle: number) => number): TestInput => ({
      shape: [6, 8],
      values: Array.from({ length: 48 }, (_, i) => Math.fround(of(0.3 * (i % 8) * Math.floor(i / 8)))),
      constant: true,
    });
    const lengths = (batch: number, total: number) => [ints(new Array(batch).fill(total - 1)), ints([total], [], true)];
    const empty = [float(2, 2, 0, 16), float(2, 2, 0, 16)];
    await check({
      op,
      inputs: [q, k, v, ...empty, ...lengths(2, 3)],
      attributes: heads,
      outputs: 3,
      differentiate: [0, 1, 2],
    });
    for (const rotary_interleaved of [0, 1]) {
      const attributes = { ...heads, do_rotary: 1, rotary_interleaved };
      const caches = [cache(Math.cos), cache(Math.sin)];
      await checkOp({
        op,
        inputs: [q, k, v, ...empty, ...lengths(2, 3), ...caches],
        attributes,
        outputs: 3,
        differentiate: [0, 1, 2],
        tolerance,
      });
      const past = [float(1, 2, 4, 16), float(1, 2, 4, 16)];
      const one = [float(1, 1, 64), float(1, 1, 32), float(1, 1, 32)];
      await checkOp({ op, inputs: [...one, ...past, ...lengths(1, 5), ...caches], attributes, outputs: 3, tolerance });
      await checkOp({
        op,
        inputs: [float(1, 1, 128), none, none, ...past, ...lengths(1, 5), ...caches],
        attributes,
        outputs: 3,
        tolerance,
      });
    }
    const several = [float(2, 1, 64), float(2, 1, 32), float(2, 1, 32), float(2, 2, 4, 16), float(2, 2, 4, 16)];
    await expect(
      checkOp({ op, inputs: [...several, ...lengths(2, 5)], attributes: heads, outputs: 3 }),
    ).rejects.toThrow("a cache that is not full");
  });

  it("says what does not fit", async () => {
    await expect(checkOp({ op: "Attention", inputs: [x, weights, bias] })).rejects.toThrow('"num_heads" is missing');
    await expect(checkOp({ op: "Attention", inputs: [x, float(8, 23)], attributes })).rejects.toThrow(
      "weights [width, q + k + v]",
    );
  });
});

describe("weights of few bits", () => {
  it.each([
    [4, false],
    [4, true],
    [8, false],
    [8, true],
  ])("MatMulNBits of %i bits, zero points %s", async (bits, zeros) => {
    const [K, N, block_size] = [40, 3, 16];
    const byte = (...shape: number[]): TestInput => ({ shape, dtype: "uint8", range: [0, 256], constant: true });
    const inputs = [
      float(2, 2, K),
      byte(N, 3, (block_size * bits) / 8),
      { shape: [N, 3], range: [0.01, 0.1] as const },
    ];
    const zero = zeros ? [byte(N, bits === 4 ? 2 : 3)] : [];
    await check({ op: "MatMulNBits", inputs: [...inputs, ...zero], attributes: { K, N, bits, block_size } });
  });

  it("MatMulNBits says what does not fit", async () => {
    const inputs = [float(2, 8), { shape: [3, 1, 8], dtype: "uint8" } as const, float(3, 1)];
    await expect(checkOp({ op: "MatMulNBits", inputs, attributes: { K: 8, N: 3, block_size: 32 } })).rejects.toThrow(
      "do not hold 3 × 1 blocks of 32",
    );
  });
});

describe("ops that only the runtime computes", () => {
  const run = async (op: string, inputs: readonly (Tensor | undefined)[], attributes: Attributes, outputs: number) => {
    const fn = (x: Value, ...rest: Value[]) => {
      let next = 0;
      const values = inputs.slice(1).map((input) => input && rest[next++]);
      return x.tracer.emitAll(op, [x, ...values], attributes, outputs);
    };
    const given = inputs.filter((input) => input !== undefined);
    const results = await compile(fn)(...(given as [Tensor, ...Tensor[]]));
    const shapes = trace(fn, given).outputs.map(({ value }) => `${value}`);
    expect(
      results.map((result) => `${result}`),
      op,
    ).toEqual(shapes);
    return results;
  };
  const rng = new Rng(3);
  const codes = (shape: number[], dtype: DType) =>
    Tensor.of(
      Array.from({ length: sizeOf(shape) }, () => Math.floor(100 * rng.random())),
      shape,
      dtype,
    );

  it("QAttention is Attention of what its codes stand for, nearly", async () => {
    const [x, weights, bias] = [codes([2, 3, 8], "uint8"), codes([8, 24], "int8"), rng.normal([24])];
    const [scale, zero] = [Tensor.scalar(0.01), Tensor.scalar(50, "uint8")];
    const step = Tensor.scalar(0.02);
    const inputs = [x, weights, bias, scale, step, undefined, zero, Tensor.scalar(0, "int8")];
    const [actual] = await run("QAttention", inputs, { num_heads: 2 }, 1);
    const floats = [
      Tensor.of(
        x.numbers().map((q) => (q - 50) * 0.01),
        x.shape,
      ),
      Tensor.of(
        weights.numbers().map((q) => q * 0.02),
        weights.shape,
      ),
      bias,
    ];
    const [expected] = await run("Attention", floats, { num_heads: 2 }, 1);
    for (const [i, v] of expected.numbers().entries()) expect(actual.numbers()[i]).toBeCloseTo(v, 4);
  });

  it("GatherBlockQuantized picks rows of a quantised table", async () => {
    const [table, scales] = [codes([4, 16], "uint8"), Tensor.of([1, 2, 3, 4], [4, 1])];
    const attributes = { bits: 4, block_size: 32, gather_axis: 0, quantize_axis: 1 };
    const [rows] = await run("GatherBlockQuantized", [table, Tensor.of([2, 0], [2], "int64"), scales], attributes, 1);
    expect(rows.shape).toEqual([2, 32]);
    const low = Number(table.data[2 * 16]) & 15;
    expect(rows.numbers()[0]).toBe((low - 8) * 3);
  });

  it("have no meaning in float64, and say so where a derivative is asked for", () => {
    const tracer = new Tracer();
    const table = tracer.input({ dtype: "uint8", shape: [4, 16] });
    const scales = tracer.input({ dtype: "float32", shape: [4, 1] });
    const rows = (s: Value) =>
      tracer.emit("GatherBlockQuantized", [table, tracer.constant([1], "int64"), s], { bits: 4, block_size: 32 });
    const feeds = new Map([
      [table, new Float64Array(64)],
      [scales, new Float64Array(4)],
    ]);
    expect(() => evaluate([rows(scales)], feeds)).toThrow("only ONNX Runtime computes it");
    expect(() => grad((s: Value) => rows(s).sum())(scales)).toThrow("GatherBlockQuantized: a fused op of ONNX Runtime");
  });
});
