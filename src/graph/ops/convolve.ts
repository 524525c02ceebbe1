/**
 * @file The three bilinear maps of a convolution as graphs: y from (x, w), x from (y, w), w from (x, y).
 *
 *     y[n, m, o] = Σ_c Σ_t w[m, c, t] · x[n, c, o·stride + t·dilation − before]
 *
 * Each map's derivatives are the two others. Which form of a map is fastest on ONNX Runtime's CPU kernels was measured
 * (version 1.30, one core, batch 32, 3×3 at 32×32 pixels, ms, where the forward Conv takes 38 and 2.2):
 *
 *     x from y        Conv, mirrored kernel   ConvTranspose
 *     64 → 64         38                      44
 *     3 → 32          4.7                     2.3
 *
 *     w from (x, y)   a matmul per tap        patches, one matmul     Conv with the batch as channels
 *     64 → 64         52                      59                      86
 *     3 → 32          4.5                     2.8                     3.9
 *     3 → 64, 7×7     19                      9                       7           (batch 4 at 112×112, stride 2)
 */

import type { Attributes, Call } from "../op.ts";
import { type Shape, sameShape, sizeOf } from "../tensor.ts";
import type { Value } from "../value.ts";
import { padded } from "./pad.ts";
import { range } from "./reindex.ts";
import { reshapeTo } from "./shape.ts";
import { extents, tails, type Window } from "./window.ts";

/**
 * Patches are multiplied image by image and the products summed: with two threads that takes three quarters of the time of a matmul per
 * tap, as long as the products of all images (so many elements) stay near the processor.
 */
const mostSums = 2 ** 23;

/** Channels are split into groups that do not mix: w is [m, c / groups, taps…]. */
export interface Convolution {
  readonly window: Window;
  readonly groups: number;
}

/** y [n, m, output…] from x [n, c, input…] and w [m, c / groups, kernel…]. */
export function convolve(call: Call, x: Value, w: Value, { window, groups }: Convolution): Value {
  const tail = tails(window);
  const attributes = nodeAttributes(window, window.before, tail, groups);
  return call.emit("Conv", [withoutUnread(x, window, tail), w], attributes);
}

/** Cuts off unread elements where there is room for another window in them (less than a stride is ignored by Conv). */
function withoutUnread(x: Value, { input, strides }: Window, tail: readonly number[]): Value {
  const axes = tail.flatMap((n, i) => (n <= -strides[i] ? [i] : []));
  if (axes.length === 0) return x;
  return x.slice(
    axes.map(() => 0),
    axes.map((i) => input[i] + tail[i]),
    axes.map((i) => i + 2),
  );
}

/** x [n, c, input…] from y [n, m, output…] and w [m, c / groups, kernel…]: the transposed map. */
export function convolveTransposed(call: Call, y: Value, w: Value, convolution: Convolution): Value {
  const { window, groups } = convolution;
  const channels = w.shape[1] * groups;
  const mirrored = mirroredWindow(window);
  const manyPositions = y.shape[0] * sizeOf(window.output) >= 1024;
  if (mirrored && 2 * channels >= y.shape[1] && manyPositions)
    return convolve(call, y, mirroredKernel(w, groups), { window: mirrored, groups });
  const tail = tails(window);
  return call.emit("ConvTranspose", [y, w], {
    ...nodeAttributes(window, window.before, tail, groups),
    output_padding: tail.map((n) => Math.max(0, -n)),
  });
}

/** w [m, c / groups, kernel…] from x [n, c, input…] and y [n, m, output…]: Σ over batch and positions of y times what its tap reads. */
export function correlate(call: Call, x: Value, y: Value, { window, groups }: Convolution): Value {
  const perGroup = { x: x.shape[1] / groups, y: y.shape[1] / groups };
  const shape = [y.shape[1], perGroup.x, ...window.kernel];
  const tapCount = sizeOf(window.kernel);
  const fewChannels = perGroup.x < 8 && perGroup.y >= 8;
  if (tapCount > 64 || (fewChannels && tapCount >= 32)) return correlateByConvolution(call, x, y, { window, groups });

  const [batch, positions] = [x.shape[0], sizeOf(window.output)];
  const grouped = (value: Value, channels: number) => reshapeTo(value, [batch, groups, channels, positions]);
  const weights = grouped(y, perGroup.y);
  const reads = tapReads(x, window);
  const overBatch = (value: Value) => value.sum(0);
  if (fewChannels || batch * sizeOf(shape) <= mostSums) {
    const columns = reads.map((read) => reshapeTo(read, [batch, x.shape[1], 1, positions]));
    const patches = grouped(concat(call, columns, 2), perGroup.x * tapCount);
    const sums = overBatch(patches.matmul(weights.transpose([0, 1, 3, 2])));
    return reshapeTo(sums.transpose([0, 2, 1]), shape);
  }
  const sums = reads.map((read) => {
    const sum = overBatch(weights.matmul(grouped(read, perGroup.x).transpose([0, 1, 3, 2])));
    return reshapeTo(sum, [shape[0], shape[1], 1]);
  });
  return reshapeTo(concat(call, sums, 2), shape);
}

/** What each tap reads at each output, row-major: [n, c, output…] each. */
function tapReads(x: Value, window: Window): Value[] {
  const { output, kernel, strides, dilations, before } = window;
  const behind = tails(window).map((n) => Math.max(0, n));
  const whole = padded(x, [0, 0, ...before], [0, 0, ...behind]);
  const axes = range(kernel.length).map((i) => i + 2);
  if (sizeOf(kernel) === 1 && sameShape(whole.shape.slice(2), output)) return [whole];
  return range(sizeOf(kernel)).map((index) => {
    const tap = coordinatesOf(index, kernel);
    const starts = tap.map((t, i) => t * dilations[i]);
    const ends = starts.map((start, i) => start + (output[i] - 1) * strides[i] + 1);
    return whole.slice(starts, ends, axes, strides);
  });
}

/** The weights as the output of a Conv whose kernel is y and whose channels are the batch. */
function correlateByConvolution(call: Call, x: Value, y: Value, { window, groups }: Convolution): Value {
  const { input, output, kernel, strides, dilations, before, after } = window;
  const [batch, channels] = x.shape;
  const spatial = (from: number) => input.map((_, i) => i + from);
  const split = reshapeTo(x, [batch, groups, channels / groups, ...input]);
  const images = split.transpose([2, 1, 0, ...spatial(3)]);
  const turned = convolve(
    call,
    reshapeTo(images, [channels / groups, groups * batch, ...input]),
    y.transpose([1, 0, ...spatial(2)]),
    {
      window: { input, output: kernel, kernel: output, strides: dilations, dilations: strides, before, after },
      groups,
    },
  );
  return turned.transpose([1, 0, ...spatial(2)]);
}

/** The window that reads y to make x, where that is a convolution: all strides 1 and no more padding than a window covers. */
function mirroredWindow(window: Window): Window | undefined {
  const { input, output, kernel, strides, dilations } = window;
  const extent = extents(window);
  const before = window.before.map((n, i) => extent[i] - 1 - n);
  const after = tails(window).map((n, i) => extent[i] - 1 - n);
  const possible = strides.every((step) => step === 1) && [...before, ...after].every((n) => n >= 0);
  return possible ? { input: output, output: input, kernel, strides, dilations, before, after } : undefined;
}

/** w [m, c / groups, kernel…] as the kernel from m to c channels: [c, m / groups, kernel…], taps in reverse order. */
function mirroredKernel(w: Value, groups: number): Value {
  const [m, perGroup, ...kernel] = w.shape;
  const axes = kernel.flatMap((taps, i) => (taps > 1 ? [i + 2] : []));
  const backwards = axes.map(() => -1);
  const reversed =
    axes.length === 0
      ? w
      : w.slice(
          backwards,
          axes.map((axis) => -w.shape[axis] - 1),
          axes,
          backwards,
        );
  const split = reshapeTo(reversed, [groups, m / groups, perGroup, ...kernel]);
  const swapped = split.transpose([0, 2, 1, ...kernel.map((_, i) => i + 3)]);
  return reshapeTo(swapped, [perGroup * groups, m / groups, ...kernel]);
}

/** Explicit attributes of a node; padding behind that would be negative is left to the caller. */
function nodeAttributes(
  { kernel, strides, dilations }: Window,
  before: readonly number[],
  tail: readonly number[],
  group: number,
): Attributes {
  return { kernel_shape: kernel, strides, dilations, group, pads: [...before, ...tail.map((n) => Math.max(0, n))] };
}

function concat(call: Call, values: readonly Value[], axis: number): Value {
  return values.length === 1 ? values[0] : call.emit("Concat", values, { axis });
}

function coordinatesOf(index: number, shape: Shape): number[] {
  let rest = index;
  const coordinates = shape.map(() => 0);
  for (let i = shape.length - 1; i >= 0; i--) {
    coordinates[i] = rest % shape[i];
    rest = Math.floor(rest / shape[i]);
  }
  return coordinates;
}
