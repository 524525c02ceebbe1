/** @file Convolutions over one, two or three axes, and their transposes. */

import { CajalError, type Rng, sizeOf, Tensor, type Value } from "../../graph/index.ts";
import { he } from "../initialisers.ts";
import type { LayerOptions } from "./linear.ts";

/** weight [out, in / groups, kernel…] (of a transposed one [in, out / groups, kernel…]), bias [out] if any. */
export interface Conv<T> {
  readonly weight: T;
  readonly bias?: T;
}

/** One number for all axes, or one for each. */
export type PerAxis = number | readonly number[];

export interface InitConvOptions extends LayerOptions {
  /** Channels are split into so many groups that don't mix. Default 1. */
  readonly groups?: number;
}

/** @param kernel one number: a square of that side; a list: one number per spatial axis, so [5] makes a one-dimensional layer */
export function initConv(
  rng: Rng,
  inputs: number,
  outputs: number,
  kernel: PerAxis,
  options: InitConvOptions = {},
): Conv<Tensor> {
  const { groups = 1 } = options;
  return initKernel(rng, inputs, outputs, weightShape("initConv", outputs, inputs, kernel, groups), options);
}

/** @param kernel as of `initConv` */
export function initConvTranspose(
  rng: Rng,
  inputs: number,
  outputs: number,
  kernel: PerAxis,
  options: InitConvOptions = {},
): Conv<Tensor> {
  const { groups = 1 } = options;
  return initKernel(rng, inputs, outputs, weightShape("initConvTranspose", inputs, outputs, kernel, groups), options);
}

function initKernel(
  rng: Rng,
  inputs: number,
  outputs: number,
  [shape, taps]: readonly [number[], number],
  { weight = he(), bias = true, groups = 1 }: InitConvOptions,
): Conv<Tensor> {
  const weights = weight(rng, shape, { inputs: (inputs / groups) * taps, outputs: (outputs / groups) * taps });
  return bias ? { weight: weights, bias: Tensor.zeros([outputs]) } : { weight: weights };
}

function weightShape(name: string, outer: number, inner: number, kernel: PerAxis, groups: number): [number[], number] {
  const taps = typeof kernel === "number" ? [kernel, kernel] : kernel;
  if (inner % groups !== 0 || outer % groups !== 0)
    throw new CajalError("shape", `${name}: ${inner} and ${outer} channels do not both divide into ${groups} groups`);
  return [[outer, inner / groups, ...taps], sizeOf(taps)];
}

export interface ConvOptions {
  readonly stride?: PerAxis;
  /** Zeros before and after each axis; "same" keeps the size (divides it by the stride, rounded up). Default 0. */
  readonly padding?: PerAxis | "same";
  readonly dilation?: PerAxis;
  readonly groups?: number;
}

/** x [batch, in, …] → [batch, out, …], over the axes of the kernel. */
export function conv(p: Conv<Value | Tensor>, x: Value, options: ConvOptions = {}): Value {
  return x.op("Conv", [p.weight, p.bias], {
    ...windowAttributes("conv", x.shape.slice(2), p.weight.shape.slice(2), options),
    group: options.groups ?? 1,
  });
}

export interface ConvTransposeOptions {
  readonly stride?: PerAxis;
  /** Cut off before and after each axis. Default 0. */
  readonly padding?: PerAxis;
  /** Added behind each axis: which of the sizes that a convolution of this stride takes to one is meant. Default 0. */
  readonly outputPadding?: PerAxis;
  readonly dilation?: PerAxis;
  readonly groups?: number;
}

/** x [batch, in, …] → [batch, out, …]: what a convolution of these options would read, from what it wrote. */
export function convTranspose(p: Conv<Value | Tensor>, x: Value, options: ConvTransposeOptions = {}): Value {
  const kernel = p.weight.shape.slice(2);
  return x.op("ConvTranspose", [p.weight, p.bias], {
    ...windowAttributes("convTranspose", x.shape.slice(2), kernel, options),
    output_padding: perAxis("convTranspose", "outputPadding", options.outputPadding ?? 0, kernel.length),
    group: options.groups ?? 1,
  });
}

/** ONNX's attributes of a window that slides over axes of the given sizes. */
export function windowAttributes(
  name: string,
  sizes: readonly number[],
  kernel: readonly number[],
  { stride = 1, padding = 0, dilation = 1 }: Pick<ConvOptions, "stride" | "padding" | "dilation">,
): { strides: readonly number[]; dilations: readonly number[]; pads: readonly number[] } {
  const strides = perAxis(name, "stride", stride, kernel.length);
  const dilations = perAxis(name, "dilation", dilation, kernel.length);
  if (padding !== "same") {
    const pads = perAxis(name, "padding", padding, kernel.length);
    return { strides, dilations, pads: [...pads, ...pads] };
  }
  const missing = sizes.map((size, i) => {
    const extent = (kernel[i] - 1) * dilations[i] + 1;
    return Math.max(0, (Math.ceil(size / strides[i]) - 1) * strides[i] + extent - size);
  });
  const before = missing.map((n) => Math.floor(n / 2));
  return { strides, dilations, pads: [...before, ...missing.map((n, i) => n - before[i])] };
}

export function perAxis(name: string, what: string, value: PerAxis, axes: number): readonly number[] {
  if (typeof value === "number") return new Array<number>(axes).fill(value);
  if (value.length !== axes)
    throw new CajalError("argument", `${name}: ${what} has ${value.length} numbers for ${axes} spatial axes`);
  return value;
}
