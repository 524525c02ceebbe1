import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Attributes } from "../op.ts";
import { checkOp } from "../testing/check-op.ts";
import { checkGradientRuns, checkSecondDerivative } from "../testing/second-derivative.ts";
import { Tracer } from "../tracer.ts";

const sizes = fc.tuple(...[1, 2, 3, 4].map(() => fc.integer({ min: 1, max: 3 })), fc.integer({ min: 1, max: 3 }));

describe("blocks", () => {
  it.each([
    ["DepthToSpace", { mode: "DCR" }],
    ["DepthToSpace", { mode: "CRD" }],
    ["SpaceToDepth", {}],
  ])("%s %j: runtime, central differences, forward = reverse", async (op, attributes: Attributes) => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), async ([n, c, h, w, b], seed) => {
        const shape = op === "DepthToSpace" ? [n, c * b * b, h, w] : [n, c, h * b, w * b];
        const test = { op, inputs: [{ shape }], attributes: { ...attributes, blocksize: b }, seed };
        await checkOp(test);
        checkSecondDerivative(test);
        await checkGradientRuns(test);
      }),
      { numRuns: 8 },
    );
  });

  it.each<[string, readonly number[], Attributes, string]>([
    ["DepthToSpace", [1, 4, 2], { blocksize: 2 }, "the input has rank 3; it takes [batch, channels, height, width]"],
    ["DepthToSpace", [1, 6, 2, 2], { blocksize: 2 }, "6 channels do not divide into blocks of 2 × 2"],
    ["DepthToSpace", [1, 4, 2, 2], { blocksize: 0 }, "blocksize is 0; at least 1 is needed"],
    ["DepthToSpace", [1, 4, 2, 2], {}, 'attribute "blocksize" is missing'],
    ["DepthToSpace", [1, 4, 2, 2], { blocksize: 2, mode: "RCD" }, 'mode "RCD" is not DCR or CRD'],
    ["SpaceToDepth", [1, 4, 2, 3], { blocksize: 2 }, "2 × 3 pixels do not divide into blocks of 2 × 2"],
  ])("%s refuses %j %j: %s", (op, shape, attributes, reason) => {
    const tracer = new Tracer();
    expect(() => tracer.emit(op, [tracer.input({ dtype: "float32", shape })], attributes)).toThrow(reason);
  });
});
