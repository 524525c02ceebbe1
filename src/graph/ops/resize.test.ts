import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Attributes } from "../op.ts";
import { Tensor } from "../tensor.ts";
import { checkOp, type OpCase, type TestInput } from "../testing/check-op.ts";
import { checkGradientRuns, checkSecondDerivative } from "../testing/second-derivative.ts";
import { Tracer } from "../tracer.ts";
import { coordinateModes, nearestModes } from "./resample-weights.ts";

const int = (min: number, max: number) => fc.integer({ min, max });
const scales = (values: readonly number[]): TestInput => ({ shape: [values.length], values, constant: true });
const sizes = (values: readonly number[]): TestInput => ({ ...scales(values), dtype: "int64" });

/** A target for an axis: a scale (not only ones that give whole sizes) or a size. */
const target = fc.record({
  dim: int(1, 7),
  scale: fc.constantFrom(0.5, 0.61, 0.75, 1, 1.5, 2, 2.63, 3),
  size: int(1, 9),
});

/** Where the resized axes are among all, as far as ONNX Runtime has kernels. */
const layouts = {
  nearest: [[0], [0, 1], [2, 3], [0, 1, 2, 3], [1, 2, 4]],
  linear: [[0, 1], [2], [0, 1, 2], [2, 3], [1, 2], [2, 3, 4]],
  cubic: [
    [0, 1],
    [2, 3],
  ],
} as const;
const ranks = { "0": 1, "0,1": 2, "2": 3, "0,1,2": 3, "2,3": 4, "0,1,2,3": 4, "1,2": 4, "1,2,4": 5, "2,3,4": 5 };

const resizing = (mode: keyof typeof layouts) =>
  fc
    .record({
      axes: fc.constantFrom(...layouts[mode]),
      targets: fc.array(target, { minLength: 5, maxLength: 5 }),
      by: fc.constantFrom("scales", "sizes", "not_larger", "not_smaller"),
      named: fc.constantFrom("no", "yes", "from the back"),
      coordinates: fc.constantFrom(...coordinateModes),
      nearest: fc.constantFrom(...nearestModes),
    })
    .map(({ axes, targets, by, named, coordinates, nearest }): OpCase => {
      const rank = ranks[axes.join() as keyof typeof ranks];
      const resized = (axis: number) => (axes as readonly number[]).includes(axis);
      const shape = targets.slice(0, rank).map(({ dim }, axis) => (resized(axis) ? dim : Math.min(dim, 2)));
      // Other axes than the named ones would be resized by a policy.
      const policy = by === "not_larger" || by === "not_smaller";
      const list = named === "no" && !policy ? shape.map((_, axis) => axis) : [...axes];
      // The smallest ratio leaves something of the shortest axis.
      const room = Math.max(...axes.map((axis) => shape[axis])) / Math.min(...axes.map((axis) => shape[axis]));
      const inputs = list.map((axis) => {
        const { scale, size } = targets[axis];
        if (by === "not_larger") return Math.max(size, Math.ceil(room));
        if (by !== "scales") return resized(axis) ? size : shape[axis];
        return resized(axis) ? Math.max(scale, 1 / shape[axis]) : 1;
      });
      return {
        op: "Resize",
        inputs: [{ shape }, undefined, ...(by === "scales" ? [scales(inputs)] : [undefined, sizes(inputs)])],
        attributes: {
          mode,
          coordinate_transformation_mode: coordinates,
          nearest_mode: nearest,
          ...(policy && { keep_aspect_ratio_policy: by }),
          ...(list.length < rank && {
            axes: list.map((axis) => (named === "from the back" && !policy ? axis - rank : axis)),
          }),
        },
      };
    });

const check = async (test: OpCase) => {
  await checkOp(test);
  checkSecondDerivative(test);
  await checkGradientRuns(test);
};

describe("Resize", () => {
  it.each(["nearest", "linear", "cubic"] as const)(
    "%s: runtime, central differences, forward = reverse",
    async (mode) => {
      await fc.assert(
        fc.asyncProperty(resizing(mode), fc.nat(), (test, seed) => check({ ...test, seed })),
        { numRuns: 25 },
      );
    },
  );

  it.each<Attributes>([
    { mode: "cubic", cubic_coeff_a: -0.5 },
    { mode: "cubic", exclude_outside: 1 },
    { mode: "linear", antialias: 1 },
    { mode: "linear", antialias: 1, exclude_outside: 1 },
    { mode: "cubic", antialias: 1, cubic_coeff_a: -0.5 },
    { mode: "cubic", antialias: 1, exclude_outside: 1 },
  ])("%j", async (attributes) => {
    await fc.assert(
      fc.asyncProperty(fc.tuple(target, target), fc.nat(), ([a, b], seed) => {
        const list = [a, b].map(({ dim, scale }) => Math.max(scale, 1 / dim));
        const inputs = [{ shape: [2, 1, a.dim, b.dim] }, undefined, scales([1, 1, ...list])];
        return check({ op: "Resize", inputs, attributes, seed });
      }),
      { numRuns: 10 },
    );
  });

  it("integers, by the nearest", async () => {
    for (const dtype of ["int32", "uint8", "int8"] as const) {
      const inputs = [{ shape: [3, 4], dtype, range: [0, 100] as const }, undefined, scales([1.5, 0.6])];
      await checkOp({ op: "Resize", inputs });
    }
  });

  it("long axes, whose derivative picks terms", async () => {
    for (const mode of ["nearest", "linear"])
      for (const size of [700, 2000])
        await check({
          op: "Resize",
          inputs: [{ shape: [2, 1000] }, undefined, undefined, sizes([2, size])],
          attributes: { mode },
        });
  });

  it("an empty list stands for one that is left out", () =>
    checkOp({ op: "Resize", inputs: [{ shape: [2, 2] }, scales([]), scales([]), sizes([4, 3])] }));

  const refusals: readonly [(number | undefined)[] | undefined, number[] | undefined, Attributes, string][] = [
    [undefined, undefined, {}, "none of scales and sizes are given; one is needed"],
    [[1, 1, 2, 2], [1, 1, 4, 4], {}, "both of scales and sizes are given; one is needed"],
    [[2, 2], undefined, {}, "2 scales for 4 axes"],
    [[2, 2], undefined, { axes: [2, 4] }, "axis 4 is outside rank 4"],
    [[2, 2], undefined, { axes: [2, -2] }, "axis 2 is given twice"],
    [[1, 1, 0, 1], undefined, {}, "an axis would be scaled by 0"],
    [[1, 1, Infinity, 1], undefined, {}, "an axis would be scaled by Infinity"],
    [[1, 1, 0.2, 1], undefined, {}, "nothing would be left of axis 2"],
    [undefined, [1, 1, -4, 4], {}, "an axis would be scaled by -2"],
    [[1, 1, 2, 2], undefined, { mode: "area" }, 'mode "area" is not one of nearest, linear, cubic'],
    [[1, 1, 2, 2], undefined, { coordinate_transformation_mode: "tf_crop_and_resize" }, "is not one of half_pixel"],
    [[2, 2, 2, 2], undefined, { mode: "linear" }, "mode linear takes two to five axes"],
    [[1, 2, 2, 1], undefined, { mode: "cubic" }, "mode cubic takes two or four axes"],
    [[1, 1, 2, 2], undefined, { antialias: 1 }, "antialias goes with mode linear or cubic"],
    [[1, 1, 2, 2], undefined, { exclude_outside: 1, mode: "linear" }, "exclude_outside goes with mode cubic"],
    [
      [1, 2.6, 1, 1],
      undefined,
      {},
      "5 × 2.5999999046325684 is 12 elements by the standard, 13 in ONNX Runtime: give sizes",
    ],
    [[1, 1, 2, 2], undefined, { keep_aspect_ratio_policy: "not_larger" }, "goes with sizes, not with scales"],
    [undefined, [4, 4], { keep_aspect_ratio_policy: "not_larger", axes: [-2, -1] }, "count from the front"],
    [[1, 1, 2 ** 40, 2 ** 40], undefined, {}, "too many elements"],
  ];
  it.each(refusals)("refuses scales %j, sizes %j, %j: %s", (byScale, bySize, attributes, reason) => {
    const tracer = new Tracer();
    const x = tracer.input({ dtype: "float32", shape: [1, 5, 2, 2] });
    const inputs = [
      x,
      undefined,
      byScale && tracer.constant(byScale as number[], "float32"),
      bySize && tracer.constant(bySize, "int64"),
    ];
    expect(() => tracer.emit("Resize", inputs, attributes)).toThrow(reason);
  });

  it("refuses to mix integers, and scales that depend on the data", () => {
    const tracer = new Tracer();
    const x = tracer.input({ dtype: "int32", shape: [2, 2] });
    const twice = tracer.lift(Tensor.of([2, 2]), "float32");
    expect(() => tracer.emit("Resize", [x, undefined, twice], { mode: "linear" })).toThrow("takes floats, not int32");
    const unknown = tracer.input({ dtype: "float32", shape: [2] });
    expect(() => tracer.emit("Resize", [x, undefined, unknown])).toThrow("it must be known while tracing");
  });
});
