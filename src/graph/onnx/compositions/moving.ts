/** @file Ops that move elements: CenterCropPad, Compress, ReverseSequence, TensorScatter, STFT's frames; and AffineGrid. */

import { CajalError } from "../../error.ts";
import { known, normaliseAxis } from "../../op.ts";
import { padded } from "../../ops/pad.ts";
import { range } from "../../ops/reindex.ts";
import { Tensor } from "../../tensor.ts";
import type { Value } from "../../value.ts";
import type { Invocation } from "../upgrade.ts";
import { type Composition, input, integer } from "./composition.ts";

/** The elements of an input that decides a shape. */
function fixed(node: Invocation, index: number): number[] {
  if (input(node, index).constant === undefined) {
    throw new CajalError(
      "not-static",
      `${node.op}: input ${index} decides a shape, so it must be known while tracing, but it depends on the data`,
    );
  }
  return known(node.inputs, index) ?? [];
}

/** The middle of the input, or the input in the middle of zeros, axis by axis. */
export const centerCropPad: Composition = (node) => {
  const x = input(node, 0);
  const wanted = fixed(node, 1);
  const axes = ((node.attributes.axes as readonly number[] | undefined) ?? range(x.rank)).map((axis) =>
    normaliseAxis(axis, x.rank),
  );
  const missing = x.shape.map((dim, axis) => (axes.includes(axis) ? wanted[axes.indexOf(axis)] - dim : 0));
  // What is odd goes to the end: one more zero, or one more element cut.
  const before = missing.map((count) => (count < 0 ? -Math.floor(-count / 2) : Math.floor(count / 2)));
  return [
    padded(
      x,
      before,
      missing.map((count, axis) => count - before[axis]),
    ),
  ];
};

export const compress: Composition = (node) => {
  const x = input(node, 0);
  const places = fixed(node, 1).flatMap((chosen, i) => (chosen !== 0 ? [i] : []));
  const indices = Tensor.of(places, [places.length], "int64");
  const { axis } = node.attributes;
  return [axis === undefined ? x.reshape([-1]).gather(indices) : x.gather(indices, Number(axis))];
};

/** The first `lengths[b]` steps of sequence b, reversed; the rest as it is. */
export const reverseSequence: Composition = (node) => {
  const [x, lengths] = [input(node, 0), input(node, 1)];
  const [time, batch] = [integer(node, "time_axis", 0), integer(node, "batch_axis", 1)];
  const along = (axis: number, count: number) => x.shape.map((_, i) => (i === axis ? count : 1));
  const step = x.tracer.constant(range(x.shape[time]), "int64", along(time, x.shape[time]));
  const length = lengths.reshape(along(batch, x.shape[batch]));
  const source = step.less(length).where(length.sub(1).sub(step), step);
  return [x.op("GatherElements", [source.expand(x.shape)], { axis: time })];
};

/** The cache with the update written at each sample's index. */
export const tensorScatter: Composition = (node) => {
  const [cache, update, starts] = [input(node, 0), input(node, 1), node.inputs[2]];
  const axis = normaliseAxis(integer(node, "axis", -2), cache.rank);
  const along = (at: number, count: number) => cache.shape.map((_, i) => (i === at ? count : 1));
  const step = cache.tracer.constant(range(update.shape[axis]), "int64", along(axis, update.shape[axis]));
  const place = starts ? step.add(starts.reshape(along(0, cache.shape[0]))) : step;
  const wrapped = node.attributes.mode === "circular" ? place.op("Mod", [cache.shape[axis]]) : place;
  return [cache.op("ScatterElements", [wrapped.expand(update.shape), update], { axis })];
};

/** Short-time Fourier transform: frames [batch, frames, length, 1 or 2], each under the window, each transformed. */
export const stft: Composition = (node) => {
  const signal = input(node, 0);
  const [step] = fixed(node, 1);
  const window = node.inputs[2];
  const length = node.inputs[3] ? fixed(node, 3)[0] : (window?.shape[0] ?? signal.shape[1]);
  if (window && window.shape[0] !== length) throw new Error(`a window of ${window.shape[0]} for frames of ${length}`);
  const count = Math.floor((signal.shape[1] - length) / step) + 1;
  const places = range(count).flatMap((frame) => range(length).map((i) => frame * step + i));
  const frames = signal.gather(Tensor.of(places, [count, length], "int64"), 1);
  const weighed = window ? frames.mul(window.unsqueeze(1)) : frames;
  return [weighed.op("DFT", [], { onesided: integer(node, "onesided", 1) })];
};

/** Positions [N, …size, 2 or 3] in [−1, 1] that affine maps send the points of an even grid to. */
export const affineGrid: Composition = (node) => {
  const theta = input(node, 0);
  const [batch, , ...size] = fixed(node, 1);
  const corners = integer(node, "align_corners", 0) === 1;
  const coordinate = (i: number, dim: number) => {
    if (!corners) return (2 * i + 1) / dim - 1;
    return dim === 1 ? -1 : (2 * i) / (dim - 1) - 1;
  };
  let points: number[][] = [[]];
  for (const dim of size) points = points.flatMap((p) => range(dim).map((i) => [coordinate(i, dim), ...p]));
  const homogeneous = points.flatMap((p) => [...p, 1]);
  const grid: Value = theta.tracer.constant(homogeneous, theta.dtype, [points.length, size.length + 1]);
  return [grid.matmul(theta.transpose([0, 2, 1])).reshape([batch, ...size, size.length])];
};
