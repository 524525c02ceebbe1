import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CajalError } from "../error.ts";
import type { Attributes } from "../op.ts";
import { checkOp, type OpCase } from "../testing/check-op.ts";
import { checkGradientRuns, checkSecondDerivative } from "../testing/second-derivative.ts";
import { Tracer } from "../tracer.ts";

const int = (min: number, max: number) => fc.integer({ min, max });

/** One spatial axis of a Conv: the input is at least as long as the window, the pads are any. */
const axis = fc
  .record({
    kernel: int(1, 3),
    stride: int(1, 3),
    dilation: int(1, 2),
    spare: int(0, 3),
    before: int(0, 3),
    after: int(0, 3),
  })
  .map(({ kernel, dilation, spare, before, after, ...rest }) => {
    const extent = (kernel - 1) * dilation + 1;
    return { kernel, dilation, before, after, size: Math.max(1, extent + spare - before - after), ...rest };
  });

const channels = fc.record({ batch: int(1, 2), groups: int(1, 3), inner: int(1, 2), outer: int(1, 2) });
const autoPad = fc.constantFrom("NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID");

const convCase = fc
  .record({ axes: fc.array(axis, { minLength: 1, maxLength: 3 }), of: channels, autoPad, bias: fc.boolean() })
  .map(({ axes, of: { batch, groups, inner, outer }, autoPad: auto_pad, bias }): OpCase => {
    const same = auto_pad.startsWith("SAME");
    const dilations = axes.map(({ dilation }) => (same ? 1 : dilation));
    const size = axes.map((a, i) => (auto_pad === "VALID" ? (a.kernel - 1) * dilations[i] + 1 + a.after : a.size));
    const kernel = axes.map((a) => a.kernel);
    const pads = [...axes.map((a) => a.before), ...axes.map((a) => a.after)];
    return {
      op: "Conv",
      inputs: [
        { shape: [batch, groups * inner, ...size] },
        { shape: [groups * outer, inner, ...kernel] },
        ...(bias ? [{ shape: [groups * outer] }] : []),
      ],
      attributes: {
        auto_pad,
        strides: axes.map((a) => a.stride),
        dilations,
        group: groups,
        ...(auto_pad === "NOTSET" && { pads, kernel_shape: kernel }),
      },
    };
  });

/** How the size of a ConvTranspose's result is given. */
const sizing = fc.constantFrom("pads", "output_shape", "SAME_UPPER", "SAME_LOWER", "VALID");

const convTransposeCase = fc
  .record({
    axes: fc.array(
      fc.record({
        kernel: int(1, 3),
        stride: int(1, 3),
        dilation: int(1, 2),
        size: int(1, 3),
        cut: int(0, 4),
        extra: int(0, 2),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    of: channels,
    sizing,
    bias: fc.boolean(),
  })
  .map(({ axes, of: { batch, groups, inner, outer }, sizing: by, bias }): OpCase => {
    const same = by.startsWith("SAME");
    const along = axes.map((a) => {
      const dilation = same ? 1 : a.dilation;
      const kernel = same ? Math.max(a.kernel, a.stride) : a.kernel;
      const extra = same ? 0 : Math.min(a.extra, a.stride - 1);
      const full = (a.size - 1) * a.stride + (kernel - 1) * dilation + 1 + extra;
      return { ...a, kernel, dilation, extra, full, cut: Math.min(a.cut, full - 1) };
    });
    const before = along.map((a) => Math.floor(a.cut / 3));
    return {
      op: "ConvTranspose",
      inputs: [
        { shape: [batch, groups * inner, ...along.map((a) => a.size)] },
        { shape: [groups * inner, outer, ...along.map((a) => a.kernel)] },
        ...(bias ? [{ shape: [groups * outer] }] : []),
      ],
      attributes: {
        strides: along.map((a) => a.stride),
        dilations: along.map((a) => a.dilation),
        group: groups,
        output_padding: along.map((a) => a.extra),
        ...(by === "pads" && { pads: [...before, ...along.map((a, i) => a.cut - before[i])] }),
        ...(by === "output_shape" && { output_shape: along.map((a) => Math.max(a.size, a.full - a.cut)) }),
        ...((same || by === "VALID") && { auto_pad: by }),
      },
    };
  });

describe.each([
  ["Conv", convCase],
  ["ConvTranspose", convTransposeCase],
])("%s", (_op, cases) => {
  it("runtime, central differences, forward = reverse, twice", async () => {
    await fc.assert(
      fc.asyncProperty(cases, fc.nat(), async (test, seed) => {
        await checkOp({ ...test, seed });
        checkSecondDerivative({ ...test, seed });
        await checkGradientRuns({ ...test, seed });
      }),
      { numRuns: 20 },
    );
  });
});

describe("the forms of a convolution's derivative", () => {
  const check = async (x: readonly number[], w: readonly number[], attributes: Attributes = {}) => {
    const test = { op: "Conv", inputs: [{ shape: x }, { shape: w }], attributes };
    await checkOp(test);
    checkSecondDerivative(test);
    await checkGradientRuns({ ...test, tolerance: 1e-3 });
  };

  it("by the mirrored kernel, where there are many positions", () =>
    check([2, 4, 24, 23], [4, 2, 3, 2], { group: 2, pads: [1, 0, 2, 1], dilations: [1, 2] }));
  it("by the mirrored kernel, pointwise", () => check([2, 3, 600], [2, 3, 1]));
  it("by patches, where there are few channels", () =>
    check([2, 2, 5, 6], [16, 1, 2, 3], { group: 2, pads: [0, 1, 1, 2], strides: [1, 2] }));
  it("by a convolution with the batch as channels, where there are many taps", async () => {
    await check([2, 2, 13, 12], [8, 2, 6, 6], { strides: [2, 3], pads: [1, 2, 0, 3] });
    await check([2, 4, 12, 13], [4, 2, 9, 9], { group: 2, dilations: [1, 1], strides: [2, 3] });
    await check([2, 1, 12, 12], [9, 1, 6, 6], { strides: [6, 6] });
  });
});

describe("what Conv and ConvTranspose refuse", () => {
  const emit = (op: string, shapes: readonly (readonly number[])[], attributes: Attributes = {}) => {
    const tracer = new Tracer();
    const inputs = shapes.map((shape) => tracer.input({ dtype: "float32", shape }));
    return () => tracer.emit(op, inputs, attributes);
  };
  const image = [1, 4, 5, 5];
  const refusals: readonly [string, readonly (readonly number[])[], Attributes, string][] = [
    [
      "Conv",
      [
        [1, 4],
        [2, 4],
      ],
      {},
      "Conv: [1, 4] × [2, 4]: the input has rank 2; it takes [batch, channels] and one to three spatial axes",
    ],
    [
      "Conv",
      [
        [1, 1, 2, 2, 2, 2],
        [1, 1, 1, 1, 1, 1],
      ],
      {},
      "the input has rank 6",
    ],
    ["Conv", [image, [2, 3, 3, 3]], {}, "the input has 4 channels, the weights read 3 in each of 1 groups"],
    ["Conv", [image, [3, 2, 3, 3]], { group: 2 }, "3 channels do not divide into 2 groups"],
    ["Conv", [image, [3, 2, 3, 3]], { group: 0 }, "group is 0; at least 1 is needed"],
    ["Conv", [image, [3, 4, 3]], {}, "the weights have rank 3, the input 4"],
    ["Conv", [image, [3, 4, 0, 3]], {}, "the weights are empty"],
    [
      "Conv",
      [
        [1, 4, 0, 5],
        [3, 4, 3, 3],
      ],
      {},
      "spatial axis 0 is empty",
    ],
    [
      "Conv",
      [image, [3, 4, 3, 3]],
      { kernel_shape: [3, 2] },
      "kernel_shape is [3, 2], but the weights have [3, 3] taps",
    ],
    ["Conv", [image, [3, 4, 3, 3]], { strides: [0, 1] }, "strides has an entry 0; at least 1 is needed"],
    ["Conv", [image, [3, 4, 3, 3]], { dilations: [1] }, "dilations has 1 entries, not 2"],
    ["Conv", [image, [3, 4, 3, 3]], { pads: [0, 0, -1, 0] }, "pads has an entry -1; at least 0 is needed"],
    ["Conv", [image, [3, 4, 3, 3]], { dilations: [1, 2 ** 60] }, "dilations has an entry"],
    ["Conv", [image, [3, 4, 3, 3]], { dilations: [1, 3] }, "a window spans 7 elements of axis 1, which has 5"],
    ["Conv", [image, [3, 4, 3, 3]], { pads: [0, 2 ** 50, 0, 0] }, "result"],
    ["Conv", [image, [3, 4, 3, 3]], { auto_pad: "SAME" }, 'auto_pad "SAME" is not one of NOTSET, SAME_UPPER'],
    ["Conv", [image, [3, 4, 3, 3]], { auto_pad: "SAME_UPPER", dilations: [2, 2] }, "give pads instead"],
    ["Conv", [image, [3, 4, 3, 3], [4]], {}, "the bias is [4], not one number for each of 3 channels"],
    ["ConvTranspose", [image, [4, 2, 3, 3]], { auto_pad: "VALID", pads: [0, 0, 0, 0] }, "only one of them can hold"],
    [
      "ConvTranspose",
      [image, [4, 2, 3, 3]],
      { auto_pad: "SAME_UPPER", strides: [2, 2], output_padding: [1, 0] },
      "give pads instead",
    ],
    ["ConvTranspose", [image, [3, 2, 3, 3]], {}, "the input has 4 channels, the weights read 3"],
    ["ConvTranspose", [image, [4, 2, 3, 3]], { group: 3 }, "4 channels do not divide into 3 groups"],
    [
      "ConvTranspose",
      [image, [4, 2, 3, 3]],
      { output_padding: [0, 1] },
      "output_padding 1 of axis 1 is not less than its stride",
    ],
    [
      "ConvTranspose",
      [image, [4, 2, 3, 3]],
      { pads: [9, 0, 0, 0] },
      "the pads leave nothing of axis 0, 7 elements long before them",
    ],
    [
      "ConvTranspose",
      [image, [4, 2, 3, 3]],
      { output_shape: [5, 4] },
      "output_shape 4 of axis 1 is less than the input's 5",
    ],
    [
      "ConvTranspose",
      [image, [4, 2, 3, 3]],
      { output_shape: [8, 7] },
      "axis 0 of the result is to have 8 elements, but windows reach 7",
    ],
    [
      "ConvTranspose",
      [image, [4, 2, 1, 1]],
      { auto_pad: "SAME_LOWER", strides: [2, 2] },
      "axis 0 of the result is to have 10 elements, but windows reach 9",
    ],
    ["ConvTranspose", [image, [4, 2, 3, 3], [3]], {}, "the bias is [3], not one number for each of 2 channels"],
  ];
  it.each(refusals)("%s %j %j: %s", (op, shapes, attributes, reason) => {
    expect(emit(op, shapes, attributes)).toThrow(reason);
    expect(emit(op, shapes, attributes)).toThrow(CajalError);
  });

  it("integers and mixed dtypes", () => {
    const tracer = new Tracer();
    const x = tracer.input({ dtype: "float32", shape: image });
    const whole = tracer.input({ dtype: "int32", shape: image });
    expect(() => tracer.emit("Conv", [whole, whole])).toThrow("the input is int32, not of floats");
    expect(() => tracer.emit("Conv", [x, whole])).toThrow("dtypes float32 and int32 differ");
  });
});
