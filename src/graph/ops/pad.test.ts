import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkOp, type OpCase, type TestInput } from "../testing/check-op.ts";
import { checkSecondDerivative } from "../testing/second-derivative.ts";

const list = (values: readonly number[], dtype: "int64" | "int32" = "int64"): TestInput => ({
  shape: [values.length],
  values,
  dtype,
  constant: true,
});

/** How many elements each mode may put beside an axis of `rest` elements. */
const most = {
  constant: () => 3,
  edge: () => 3,
  reflect: (rest: number) => Math.min(3, rest - 1),
  wrap: (rest: number) => Math.min(3, rest),
};
type Mode = keyof typeof most;

/** The margins of one axis: a side that cuts leaves at least one element. */
const margin = (dim: number, mode: Mode) =>
  fc.tuple(fc.integer({ min: -dim, max: 3 }), fc.integer({ min: -dim, max: 3 })).map(([before, after]) => {
    const front = before < 0 ? Math.max(before, 1 - dim) : before;
    const left = dim + Math.min(0, front);
    const back = after < 0 ? Math.max(after, 1 - left) : after;
    const limit = most[mode](left + Math.min(0, back));
    return [Math.min(front, limit), Math.min(back, limit)] as const;
  });

const paddings = (mode: Mode) =>
  fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }).chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      margins: fc.tuple(...shape.map((dim) => margin(dim, mode))),
      axes: fc.option(fc.shuffledSubarray(shape.map((_, i) => i))),
      back: fc.boolean(),
    }),
  );

describe("Pad", () => {
  it.each(Object.keys(most) as Mode[])("%s: runtime, central differences, twice", async (mode) => {
    await fc.assert(
      fc.asyncProperty(paddings(mode), fc.nat(), async ({ shape, margins, axes, back }, seed) => {
        const along = axes ?? shape.map((_, i) => i);
        const pads = list([0, 1].flatMap((side) => along.map((axis) => margins[axis][side])));
        const given = axes ? list(axes.map((axis) => (back ? axis - shape.length : axis))) : undefined;
        const filling = mode === "constant" && back ? { shape: [] } : undefined;
        const test = { op: "Pad", inputs: [{ shape }, pads, filling, given], attributes: { mode }, seed };
        await checkOp(test);
        checkSecondDerivative(test);
      }),
      { numRuns: 25 },
    );
  });

  it("fills with a constant of one element, of any dtype", async () => {
    for (const dtype of ["float64", "int32", "int64", "uint8", "bool"] as const) {
      const one = { shape: [1], values: [1], dtype };
      await checkOp({ op: "Pad", inputs: [{ shape: [2, 3], dtype, range: [0, 9] }, list([1, 0, 0, 2]), one] });
    }
  });

  it("cuts everything, and pads nothing", async () => {
    await checkOp({ op: "Pad", inputs: [{ shape: [3, 2] }, list([-1, 0, -2, 0])] });
    await checkOp({ op: "Pad", inputs: [{ shape: [0, 2] }, list([1, 0, 2, 1])] });
  });

  const x: TestInput = { shape: [3, 2] };
  it.each<[string, OpCase["inputs"], string?]>([
    ['mode "mirror" is not one of constant, edge, reflect, wrap', [x, list([0, 0, 0, 0])], "mirror"],
    ["a scalar has no axis to pad", [{ shape: [] }, list([])]],
    ["2 pads for 2 axes", [x, list([0, 0])]],
    ["axis 2 is outside rank 2", [x, list([0, 0]), undefined, list([2])]],
    ["axis 1 is given twice", [x, list([0, 0, 0, 0]), undefined, list([1, -1])]],
    ["the pads cut 4 elements of axis 0, which has 3", [x, list([-2, 0, -2, 0])]],
    ["reflect can pad axis 1 by at most 1, not 2", [x, list([0, 2, 0, 0])], "reflect"],
    ["wrap can pad axis 0 by at most 2, not 3", [x, list([-1, 0, 3, 0])], "wrap"],
    ["edge can pad axis 0 by at most 0, not 1", [x, list([1, 0, -3, 0])], "edge"],
    ["the constant is int64, not float32", [x, list([0, 0, 0, 0]), { shape: [], dtype: "int64" }]],
    ["the constant is not one element", [x, list([0, 0, 0, 0]), { shape: [2] }]],
    ["has too many elements", [x, list([2 ** 40, 0, 0, 0])]],
    ["pads is int32, not int64", [x, list([0, 0, 0, 0], "int32")]],
  ])("says: %s", async (message, inputs, mode = "constant") => {
    await expect(checkOp({ op: "Pad", inputs, attributes: { mode } })).rejects.toThrow(message);
  });
});
