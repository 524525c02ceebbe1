import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkOp, type TestInput } from "../testing/check-op.ts";
import { checkGradientRuns, checkSecondDerivative } from "../testing/second-derivative.ts";

const dim = fc.integer({ min: 1, max: 3 });
const shapes = (minLength: number, maxLength: number) => fc.array(dim, { minLength, maxLength });

async function check(test: Parameters<typeof checkOp>[0]): Promise<void> {
  await checkOp(test);
  await checkGradientRuns(test);
  checkSecondDerivative(test);
}

// A large ε keeps groups of one or two elements smooth enough for central differences.
const epsilon = 0.1;

describe("normalisations of each example", () => {
  it.each(["LayerNormalization", "SimplifiedLayerNormalization"])("%s", async (op) => {
    await fc.assert(
      fc.asyncProperty(
        shapes(1, 4).chain((shape) =>
          fc.tuple(fc.constant(shape), fc.integer({ min: -shape.length, max: shape.length - 1 })),
        ),
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        fc.nat(),
        async ([shape, axis], outputs, biased, seed) => {
          const simplified = op.startsWith("Simplified");
          const affine = { shape: shape.slice(axis < 0 ? axis + shape.length : axis) };
          const inputs = [{ shape }, affine, ...(biased && !simplified ? [affine] : [])];
          await check({ op, inputs, attributes: { axis, epsilon }, outputs: simplified ? 1 : outputs, seed });
        },
      ),
      { numRuns: 20 },
    );
  });

  it("InstanceNormalization", async () => {
    await fc.assert(
      fc.asyncProperty(shapes(3, 5), fc.nat(), async (shape, seed) => {
        const inputs = [{ shape }, { shape: [shape[1]] }, { shape: [shape[1]] }];
        await check({ op: "InstanceNormalization", inputs, attributes: { epsilon }, seed });
      }),
      { numRuns: 12 },
    );
  });

  it("GroupNormalization", async () => {
    await fc.assert(
      fc.asyncProperty(shapes(3, 5), dim, fc.nat(), async ([n, perGroup, ...rest], groups, seed) => {
        const channels = groups * perGroup;
        const inputs = [{ shape: [n, channels, ...rest] }, { shape: [channels] }, { shape: [channels] }];
        await check({ op: "GroupNormalization", inputs, attributes: { epsilon, num_groups: groups }, seed });
      }),
      { numRuns: 12 },
    );
  });

  it("of float64 and float16", async () => {
    const affine = { shape: [3] };
    for (const outputs of [1, 3]) {
      const of = (dtype: "float64" | "float16") => ({
        op: "LayerNormalization",
        inputs: [
          { shape: [2, 3], dtype },
          { ...affine, dtype },
          { ...affine, dtype },
        ],
        attributes: { epsilon },
        outputs,
      });
      await checkOp(of("float64"));
      await checkOp({ ...of("float16"), tolerance: 2e-3, differentiate: [] });
    }
  });

  it("says what does not fit", async () => {
    const fails = (op: string, shapes: number[][], attributes = {}) =>
      expect(checkOp({ op, inputs: shapes.map((shape): TestInput => ({ shape })), attributes })).rejects;
    await fails("LayerNormalization", [[2, 3], [2]]).toThrow("scale has shape [2], not [3]");
    await fails("LayerNormalization", [[2, 3], [3], [2, 3]]).toThrow("bias has shape [2, 3], not [3]");
    await fails("LayerNormalization", [[2, 3], [3]], { axis: 2 }).toThrow("axis 2 is outside rank 2");
    await fails("LayerNormalization", [[2, 3], [3]], { stash_type: 11 }).toThrow("stash_type 11 is not supported");
    await fails("LayerNormalization", [[2, 0], [0]]).toThrow("there are no elements to normalise over");
    await fails("InstanceNormalization", [[2, 3], [3], [3]]).toThrow("rank 3 or more, not of rank 2");
    await fails("GroupNormalization", [[2, 3, 4], [3], [3]]).toThrow('"num_groups" is missing');
    await fails("GroupNormalization", [[2, 3, 4], [3], [3]], { num_groups: 2 }).toThrow(
      "3 channels do not fall into 2 equal groups",
    );
    await fails("GroupNormalization", [[0, 3, 4], [3], [3]], { num_groups: 3 }).toThrow("there are no elements");
    await fails("GroupNormalization", [[2, 3, 4], [3], [3]], { num_groups: 0 }).toThrow("into 0 equal groups");
  });
});
