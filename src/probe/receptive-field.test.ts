import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { collect, compile, Tensor, tap, trace, type Value } from "../graph/index.ts";
import { receptiveFields } from "./receptive-field.ts";

interface LayerSpec {
  readonly op: "Conv" | "MaxPool" | "AveragePool";
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
  readonly dilation: number;
}

const side = 24;

function apply(x: Value, { op, kernel, stride, pad, dilation }: LayerSpec): Value {
  const attributes = {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [pad, pad, pad, pad],
    dilations: [dilation, dilation],
  };
  return op === "Conv" ? x.op("Conv", [Tensor.full([1, 1, kernel, kernel], 1)], attributes) : x.op(op, [], attributes);
}

/** The rows of the input that change a cell, found by changing one row after the other. */
async function rowsSeenBy(net: (x: Value) => Value, row: number): Promise<number[]> {
  const run = compile(net);
  // Growing values, so that each window's maximum is its last cell, and each change is larger than all of them.
  const base = Float64Array.from({ length: side * side }, (_, i) => i / 1000);
  const cell = async (values: Float64Array) => {
    const y = await run(Tensor.of(values, [1, 1, side, side]));
    const columns = y.shape[3];
    return Array.from(y.numbers().subarray(row * columns, (row + 1) * columns)).join();
  };
  const before = await cell(base);
  const seen: number[] = [];
  for (let r = 0; r < side; r++) {
    const changed = base.slice();
    for (let c = 0; c < side; c++) changed[r * side + c] = 1000;
    if ((await cell(changed)) !== before) seen.push(r);
  }
  await run.release();
  return seen;
}

describe("receptive fields", () => {
  const spec = fc.record({
    op: fc.constantFrom("Conv", "MaxPool", "AveragePool") as fc.Arbitrary<LayerSpec["op"]>,
    kernel: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 2 }),
    pad: fc.constant(0),
    dilation: fc.integer({ min: 1, max: 2 }),
  });

  it("are just the pixels that matter (brute force)", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(spec, { minLength: 1, maxLength: 3 }), async (specs) => {
        // Without gaps between windows every row inside the field matters.
        const dense = specs.map((s) => ({
          ...s,
          dilation: s.kernel === 1 ? 1 : s.dilation,
          stride: Math.min(s.stride, s.kernel),
          pad: Math.min(1, s.kernel - 1),
        }));
        const net = (x: Value) => dense.reduce(apply, x);
        const { inputs, outputs } = trace(net, [Tensor.zeros([1, 1, side, side])]);
        const field = receptiveFields([outputs[0].value], inputs[0].value).get(outputs[0].value);
        if (field === undefined) throw new Error("no field");
        const row = Math.floor(outputs[0].value.shape[2] / 2);
        const { size, step, start } = field[0];
        const centre = start + row * step;
        const seen = await rowsSeenBy(net, row);
        const first = Math.max(0, centre - (size - 1) / 2);
        const last = Math.min(side - 1, centre + (size - 1) / 2);
        expect(seen[0]).toBeGreaterThanOrEqual(first);
        expect(seen[seen.length - 1]).toBeLessThanOrEqual(last);
        if (dense.every((s) => s.dilation === 1)) expect([seen[0], seen[seen.length - 1]]).toEqual([first, last]);
      }),
      { numRuns: 12 },
    );
  });

  it("of a known network: VGG's third pooling sees 44 − … pixels as in the literature", () => {
    const conv = { op: "Conv", kernel: 3, stride: 1, pad: 1, dilation: 1 } as const;
    const pool = { op: "MaxPool", kernel: 2, stride: 2, pad: 0, dilation: 1 } as const;
    const vgg = [conv, conv, pool, conv, conv, pool, conv, conv, conv, pool];
    const { inputs, outputs } = trace((x: Value) => vgg.reduce(apply, x), [Tensor.zeros([1, 1, 64, 64])]);
    const field = receptiveFields([outputs[0].value], inputs[0].value).get(outputs[0].value);
    // Araujo et al. 2019, appendix: VGG-16 pool3 has field 44, stride 8.
    expect([field?.[0].size, field?.[0].step]).toEqual([44, 8]);
  });

  it("of branches is their union, and global pooling has none", () => {
    const net = (x: Value) => {
      const narrow = apply(x, { op: "Conv", kernel: 1, stride: 1, pad: 0, dilation: 1 });
      const wide = apply(x, { op: "Conv", kernel: 3, stride: 1, pad: 1, dilation: 1 });
      const sum = tap("sum", narrow.add(wide));
      const gated = tap("gated", sum.mul(sum.mean([2, 3], true).sigmoid()));
      return { gated, pooled: tap("pooled", gated.mean([2, 3], true)) };
    };
    const { inputs, result } = trace((x: Value) => collect(net)(x).taps, [Tensor.zeros([1, 1, 8, 8])]);
    const fields = receptiveFields(Object.values(result), inputs[0].value);
    expect(fields.get(result.sum)?.[0]).toEqual({ size: 3, step: 1, start: 0 });
    expect(fields.get(result.gated)?.[0].size).toBe(3);
    expect(fields.has(result.pooled)).toBe(false);
  });
});
