import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DType } from "../dtype.ts";
import { evaluate } from "../evaluate.ts";
import type { Attributes } from "../op.ts";
import { checkOp, type TestInput } from "../testing/check-op.ts";
import { checkGradientRuns, checkSecondDerivative } from "../testing/second-derivative.ts";
import { Tracer } from "../tracer.ts";

// Powers of two: float32 then divides exactly, and ties are ties on both sides.
const scale = (...shape: number[]): TestInput => {
  const size = shape.reduce((a, b) => a * b, 1);
  return { shape, values: Array.from({ length: size }, (_, i) => 2 ** -(2 + (i % 3))) };
};
const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 });
const stored = fc.constantFrom<DType>("uint8", "int8", "uint16", "int16");

/** A shape with one of the layouts of scales: of the whole, along an axis, in blocks along an axis. */
const layouts = shapes.chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    kind: fc.constantFrom("tensor", "axis", "block"),
    axis: fc.integer({ min: -shape.length, max: shape.length - 1 }),
    block_size: fc.integer({ min: 1, max: 3 }),
  }),
);

function parametersOf({
  shape,
  kind,
  axis,
  block_size,
}: {
  shape: number[];
  kind: string;
  axis: number;
  block_size: number;
}): { of: readonly number[]; attributes: Attributes } {
  const at = axis < 0 ? axis + shape.length : axis;
  if (kind === "tensor" || (kind === "block" && shape.length === 1)) return { of: [], attributes: {} };
  if (kind === "axis") return { of: [shape[at]], attributes: { axis } };
  return { of: shape.with(at, Math.ceil(shape[at] / block_size)), attributes: { axis, block_size } };
}

describe("quantising", () => {
  it("QuantizeLinear, over all layouts", async () => {
    await fc.assert(
      fc.asyncProperty(layouts, stored, fc.boolean(), fc.nat(), async (layout, dtype, withZero, seed) => {
        const { of, attributes } = parametersOf(layout);
        const zero: TestInput = { shape: of, dtype, range: [0, 20] };
        const inputs = [{ shape: layout.shape, range: [-40, 40] as const }, scale(...of), ...(withZero ? [zero] : [])];
        await checkOp({ op: "QuantizeLinear", inputs, attributes, seed });
      }),
      { numRuns: 40 },
    );
  });

  it("DequantizeLinear, over all layouts, is linear in the scale", async () => {
    await fc.assert(
      fc.asyncProperty(layouts, stored, fc.boolean(), fc.nat(), async (layout, dtype, withZero, seed) => {
        const { of, attributes } = parametersOf(layout);
        const zero: TestInput = { shape: of, dtype, range: [0, 20] };
        const q: TestInput = { shape: layout.shape, dtype, range: [0, 100] };
        const test = {
          op: "DequantizeLinear",
          inputs: [q, scale(...of), ...(withZero ? [zero] : [])],
          attributes,
          seed,
        };
        await checkOp(test);
        checkSecondDerivative(test);
        await checkGradientRuns(test);
      }),
      { numRuns: 40 },
    );
  });

  it("of int32 and of 4 bits, constant as weights are", async () => {
    const whole: TestInput = { shape: [2, 3], dtype: "int32", range: [-1000, 1000] };
    await checkOp({ op: "DequantizeLinear", inputs: [whole, scale()] });
    for (const dtype of ["int4", "uint4"] as const) {
      const four: TestInput = { shape: [3, 5], dtype, range: [0, 8], constant: true };
      await checkOp({ op: "DequantizeLinear", inputs: [four, scale(3, 3)], attributes: { block_size: 2 } });
    }
  });

  it("halves go to the even neighbour, and what is too large to the end of the range", () => {
    const tracer = new Tracer();
    const x = tracer.constant([0.5, 1.5, -2.5, 1e6, -1e6], "float32");
    const q = x.op("QuantizeLinear", [1, tracer.constant(0, "int8")]);
    expect([...evaluate([q], new Map())[0]].map((v) => v + 0)).toEqual([0, 2, -2, 127, -128]);
  });

  it("quantised and dequantised is within half a step", async () => {
    const tracer = new Tracer();
    const values = Array.from({ length: 100 }, (_, i) => Math.sin(i) * 3);
    const [q, s, z] = tracer.emitAll("DynamicQuantizeLinear", [tracer.constant(values, "float32")], {}, 3);
    const [back, [step]] = evaluate([tracer.emit("DequantizeLinear", [q, s, z]), s], new Map());
    for (const [i, v] of values.entries()) expect(Math.abs(back[i] - v)).toBeLessThanOrEqual(step / 2 + 1e-9);
  });

  it("DynamicQuantizeLinear", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.integer({ min: -3, max: 1 }), fc.nat(), async (shape, low, seed) => {
        const x = { shape, range: [low, low + 3] } as const;
        await checkOp({ op: "DynamicQuantizeLinear", inputs: [x], outputs: 3, seed, differentiate: [] });
      }),
      { numRuns: 20 },
    );
    const x = { shape: [5], values: [-1.5, -1, 0.5, 1, 2] };
    await checkOp({ op: "DynamicQuantizeLinear", inputs: [x], outputs: 3 });
    await checkOp({
      op: "DynamicQuantizeLinear",
      inputs: [{ shape: [2], values: [0, 0] }],
      outputs: 3,
      differentiate: [],
    });
  });

  it("says what does not fit", async () => {
    const fails = (op: string, inputs: TestInput[], attributes = {}) =>
      expect(checkOp({ op, inputs, attributes })).rejects;
    const x = { shape: [2, 3] };
    await fails("QuantizeLinear", [x, scale(2)]).toThrow("scale has 2 elements, axis 1 has 3");
    await fails("QuantizeLinear", [x, scale(2, 2)], { block_size: 3 }).toThrow("scale has shape [2, 2], not [2, 1]");
    await fails("QuantizeLinear", [{ shape: [3] }, scale(1)], { axis: 0, block_size: 3 }).toThrow("there is one block");
    await fails("QuantizeLinear", [x, scale(), { shape: [], dtype: "int64" }]).toThrow("elements would be int64");
    await fails("QuantizeLinear", [x, scale(), { shape: [1], dtype: "int8" }]).toThrow("different shapes");
    await fails("DequantizeLinear", [x, scale()]).toThrow("elements are float32, not int32");
  });
});
