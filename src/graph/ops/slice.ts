/** @file Slice, with its adjoint: putting what was taken back among zeros. */

import { known, type OpDefinition, required, table } from "../op.ts";
import { type Shape, sizeOf } from "../tensor.ts";
import type { Value } from "../value.ts";
import { distinctAxes, indexTypes, integers, optionalIntegers } from "./known.ts";
import { padded } from "./pad.ts";
import { gridIndices, pick, range } from "./reindex.ts";
import { linearJvp } from "./rules.ts";
import { reshapeTo } from "./shape.ts";

/** What a Slice takes of one axis: `count` elements from `start`, `step` apart. */
interface Cut {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** INT32_MAX and INT64_MAX: as the end of a backward cut, ONNX Runtime reads them as "to the first element". */
const greatest: readonly number[] = [2 ** 31 - 1, 2 ** 63];

/** One cut per axis. */
function cutsOf(
  shape: Shape,
  starts: readonly number[],
  ends: readonly number[],
  axes: readonly number[] = range(starts.length),
  steps: readonly number[] = starts.map(() => 1),
): Cut[] {
  for (const [name, list] of Object.entries({ ends, axes, steps })) {
    if (list.length !== starts.length) throw new Error(`${starts.length} starts, but ${list.length} ${name}`);
  }
  const cuts: Cut[] = shape.map((count) => ({ start: 0, step: 1, count }));
  for (const [i, axis] of distinctAxes(axes, shape.length).entries()) {
    const [dim, step] = [shape[axis], steps[i]];
    if (step === 0) throw new Error(`the step of axis ${axis} is 0`);
    // Backwards, the first element to take is at most the last of the axis, and the end may lie before the axis.
    const [low, high] = step > 0 ? [0, dim] : [-1, dim - 1];
    const clamp = (at: number) => Math.min(high, Math.max(low, at < 0 ? at + dim : at));
    const start = Math.max(0, clamp(starts[i]));
    const end = step < 0 && greatest.includes(ends[i]) ? low : clamp(ends[i]);
    cuts[axis] = { start, step, count: dim === 0 ? 0 : Math.max(0, Math.ceil((end - start) / step)) };
  }
  return cuts;
}

const slice: OpDefinition = {
  name: "Slice",
  staticInputs: [1, 2, 3, 4],
  infer: (inputs) => {
    const x = required(inputs, 0);
    const cuts = cutsOf(
      x.shape,
      integers(inputs, 1, "starts", indexTypes),
      integers(inputs, 2, "ends", indexTypes),
      optionalIntegers(inputs, 3, "axes", indexTypes),
      optionalIntegers(inputs, 4, "steps", indexTypes),
    );
    return [{ dtype: x.dtype, shape: cuts.map(({ count }) => count) }];
  },
  evaluate: ([x, ...lists]) => {
    if (!x) return [];
    const [starts, ends, axes, steps] = lists.map((list) => list && Array.from(list.data));
    const cuts = cutsOf(x.shape, starts ?? [], ends ?? [], axes, steps);
    return [
      pick(
        x,
        gridIndices(
          x.shape,
          cuts.map(({ start, step, count }) => range(count).map((k) => start + k * step)),
        ),
      ),
    ];
  },
  derivative: {
    vjp: ({ inputs }, [cotangent]) => {
      const x = required(inputs, 0);
      const lists = [known(inputs, 1) ?? [], known(inputs, 2) ?? []] as const;
      return [cotangent && unslice(cotangent, cutsOf(x.shape, ...lists, known(inputs, 3), known(inputs, 4)), x.shape)];
    },
    jvp: linearJvp(() => [0]),
  },
};

/** Puts the elements back where the cuts took them from, zeros elsewhere; undefined when nothing was taken. */
function unslice(taken: Value, cuts: readonly Cut[], shape: Shape): Value | undefined {
  if (sizeOf(taken.shape) === 0) return undefined;
  const axes = range(cuts.length);
  const reversed = axes.filter((axis) => cuts[axis].step < 0 && cuts[axis].count > 1);
  const forward =
    reversed.length === 0
      ? taken
      : taken.slice(
          reversed.map(() => -1),
          reversed.map((axis) => -cuts[axis].count - 1),
          reversed,
          reversed.map(() => -1),
        );
  const first = cuts.map(({ start, step, count }) => (step < 0 ? start + (count - 1) * step : start));
  const stride = cuts.map(({ step, count }) => (count > 1 ? Math.abs(step) : 1));
  return padded(
    spread(forward, stride),
    first,
    axes.map((axis) => shape[axis] - first[axis] - cuts[axis].count * stride[axis]),
  );
}

/** Follows each element by stride − 1 zeros along its axis; by Concat, which is five times as fast as Pad here. */
function spread(x: Value, stride: readonly number[]): Value {
  let result = x;
  for (const [axis, step] of stride.entries()) {
    if (step === 1) continue;
    const { shape, dtype, tracer } = result;
    const gaps = tracer.constant(0, dtype, shape.toSpliced(axis + 1, 0, step - 1));
    const parts = [reshapeTo(result, shape.toSpliced(axis + 1, 0, 1)), gaps];
    result = reshapeTo(tracer.emit("Concat", parts, { axis: axis + 1 }), shape.with(axis, shape[axis] * step));
  }
  return result;
}

export const sliceOps = table(slice);
