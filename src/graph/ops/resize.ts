/** @file Resize: nearest, linear and cubic resampling, axis by axis. */

import { isFloat } from "../dtype.ts";
import {
  type AttributeSpec,
  type Attributes,
  type HostArray,
  int,
  ints,
  known,
  type OpDefinition,
  required,
  table,
  text,
} from "../op.ts";
import type { Shape } from "../tensor.ts";
import type { Value } from "../value.ts";
import { distinctAxes, optionalIntegers } from "./known.ts";
import { resample, resampleTransposed } from "./resample.ts";
import {
  coordinateModes,
  interpolations,
  mixtures,
  nearestModes,
  type Resampling,
  type Scaling,
} from "./resample-weights.ts";
import { linearJvp } from "./rules.ts";

const option = (value: string): AttributeSpec => ({ kind: "string", default: value });
const flag: AttributeSpec = { kind: "int", default: 0 };

/** X resized by `scales` (input 2) or to `sizes` (input 3); `roi` (input 1) is for tf_crop_and_resize, which is not known here. */
const resize: OpDefinition = {
  name: "Resize",
  attributes: {
    antialias: flag,
    axes: { kind: "ints" },
    coordinate_transformation_mode: option("half_pixel"),
    cubic_coeff_a: { kind: "float", default: -0.75 },
    exclude_outside: flag,
    extrapolation_value: { kind: "float", default: 0 },
    keep_aspect_ratio_policy: option("stretch"),
    mode: option("nearest"),
    nearest_mode: option("round_prefer_floor"),
  },
  staticInputs: [1, 2, 3],
  infer: (inputs, attributes) => {
    const { dtype, shape } = required(inputs, 0);
    const how = resamplingOf(attributes);
    if (!isFloat(dtype) && how.interpolation !== "nearest")
      throw new Error(`mode ${how.interpolation} takes floats, not ${dtype}`);
    const axes = scalings(shape, scalesOf(inputs), sizesOf(inputs), attributes);
    checkKernel(axes, how.interpolation);
    return [{ dtype, shape: axes.map(({ output }) => output) }];
  },
  evaluate: ([x, , scales, sizes], attributes) => {
    if (!x) return [];
    const how = resamplingOf(attributes);
    const axes = scalings(x.shape, scales && [...scales.data], sizes && [...sizes.data], attributes);
    let result: HostArray = { shape: x.shape, data: x.data.slice() };
    for (const [axis, scaling] of axes.entries())
      if (changes(scaling)) result = resample(result, axis, mixtures(scaling, how));
    return [result.data];
  },
  derivative: {
    vjp: (call, [cotangent]) => {
      if (!cotangent) return [];
      const { shape } = required(call.inputs, 0);
      const how = resamplingOf(call.attributes);
      const axes = scalings(shape, known(call.inputs, 2), known(call.inputs, 3), call.attributes);
      let rest: Value = cotangent;
      for (const [axis, scaling] of axes.entries()) {
        if (changes(scaling)) rest = resampleTransposed(call, rest, axis, mixtures(scaling, how), scaling.input);
      }
      return [rest];
    },
    jvp: linearJvp(() => [0]),
  },
};

function changes({ input, output, scale }: Scaling): boolean {
  return input !== output || scale !== 1;
}

function choice<T extends string>(attributes: Attributes, name: string, options: readonly T[]): T {
  const chosen = options.find((one) => one === text(attributes, name));
  if (chosen === undefined) throw new Error(`${name} "${text(attributes, name)}" is not one of ${options.join(", ")}`);
  return chosen;
}

function resamplingOf(attributes: Attributes): Resampling {
  const interpolation = choice(attributes, "mode", interpolations);
  const antialias = int(attributes, "antialias") !== 0;
  const excludeOutside = int(attributes, "exclude_outside") !== 0;
  if (antialias && interpolation === "nearest")
    throw new Error("antialias goes with mode linear or cubic, not nearest");
  if (excludeOutside && interpolation !== "cubic" && !antialias)
    throw new Error(`exclude_outside goes with mode cubic or antialias, not with mode ${interpolation} alone`);
  return {
    interpolation,
    coordinates: choice(attributes, "coordinate_transformation_mode", coordinateModes),
    nearest: choice(attributes, "nearest_mode", nearestModes),
    cubic: Math.fround(attributes.cubic_coeff_a as number),
    excludeOutside,
    antialias,
  };
}

type Inputs = readonly (Value | undefined)[];

function scalesOf(inputs: Inputs): readonly number[] | undefined {
  const scales = inputs[2];
  if (scales && (scales.dtype !== "float32" || scales.rank !== 1))
    throw new Error(`scales is ${scales}, not a list of float32`);
  return known(inputs, 2);
}

function sizesOf(inputs: Inputs): readonly number[] | undefined {
  return optionalIntegers(inputs, 3, "sizes");
}

/** What happens to each axis. */
function scalings(
  shape: Shape,
  scales: readonly number[] | undefined,
  sizes: readonly number[] | undefined,
  attributes: Attributes,
): Scaling[] {
  // Exporters also write an empty list for one that is left out.
  const [byScale, bySize] = [(scales?.length ?? 0) > 0, (sizes?.length ?? 0) > 0];
  if (byScale === bySize) throw new Error(`${byScale ? "both" : "none"} of scales and sizes are given; one is needed`);
  const given = ints(attributes, "axes");
  const axes = distinctAxes(given?.length ? given : undefined, shape.length);
  const targets = (byScale ? scales : sizes) ?? [];
  if (targets.length !== axes.length)
    throw new Error(`${targets.length} ${byScale ? "scales" : "sizes"} for ${axes.length} axes`);
  const ratios = targets.map((target, i) => (byScale ? target : ratio(target, shape[axes[i]])));
  const wrong = ratios.find((scale) => !(scale > 0 && scale < Infinity));
  if (wrong !== undefined) throw new Error(`an axis would be scaled by ${wrong}`);
  const policy = choice(attributes, "keep_aspect_ratio_policy", policies);
  if (policy !== "stretch") checkPolicy(policy, byScale, given);
  const shared = policy === "not_larger" ? Math.min(...ratios) : Math.max(...ratios);

  const result = shape.map((dim) => ({ input: dim, output: dim, scale: 1 }));
  for (const [i, axis] of axes.entries()) {
    const input = shape[axis];
    const scale = policy === "stretch" ? ratios[i] : shared;
    const output = policy === "stretch" && bySize ? targets[i] : scaledSize(input, scale, policy);
    if (output < 1 && input > 0) throw new Error(`nothing would be left of axis ${axis}: ${input} × ${scale}`);
    result[axis] = { input, output, scale: input === 0 ? 1 : Math.fround(scale) };
  }
  // Where no size changes ONNX Runtime copies, whatever the scales.
  const same = result.every(({ input, output }) => input === output);
  return same ? result.map((axis) => ({ ...axis, scale: 1 })) : result;
}

const policies = ["stretch", "not_larger", "not_smaller"] as const;

function checkPolicy(policy: string, byScale: boolean, axes: readonly number[] | undefined): void {
  if (byScale) throw new Error(`keep_aspect_ratio_policy ${policy} goes with sizes, not with scales`);
  if (axes?.some((axis) => axis < 0))
    throw new Error(
      `keep_aspect_ratio_policy ${policy} and axes from the back: ONNX Runtime goes wrong here; count from the front`,
    );
}

/** The standard multiplies exactly, ONNX Runtime in float32. */
function scaledSize(input: number, scale: number, policy: (typeof policies)[number]): number {
  const whole = (size: number) => Math.floor(policy === "stretch" ? size : size + 0.5);
  const [exact, single] = [whole(input * scale), whole(Math.fround(input * Math.fround(scale)))];
  if (exact !== single)
    throw new Error(
      `${input} × ${scale} is ${exact} elements by the standard, ${single} in ONNX Runtime: give sizes instead`,
    );
  return exact;
}

/** An axis of no elements stays one. */
function ratio(size: number, dim: number): number {
  return dim === 0 && size === 0 ? 1 : size / dim;
}

/** Linear and cubic resampling have kernels in ONNX Runtime for images and volumes only. */
function checkKernel(axes: readonly Scaling[], interpolation: Resampling["interpolation"]): void {
  const rank = axes.length;
  const still = (...list: number[]) => list.every((axis) => axes[axis].scale === 1);
  const kernels = {
    nearest: rank > 0,
    linear: rank === 2 || rank === 3 || (rank === 4 && (still(0, 1) || still(0, 3))) || (rank === 5 && still(0, 1)),
    cubic: rank === 2 || (rank === 4 && still(0, 1)),
  };
  if (kernels[interpolation]) return;
  const known = { nearest: "", linear: "two to five axes", cubic: "two or four axes" }[interpolation];
  throw new Error(`mode ${interpolation} takes ${known}, beyond three with all but the spatial ones left as they are`);
}

export const resizeOps = table(resize);
