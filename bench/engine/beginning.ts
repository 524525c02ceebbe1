/** @file What the peers start from: each network's first parameters and its fixed batch, as arrays of their own. */

import { Rng } from "cajal/graph";
import { cnn, gpt, lif, mlp } from "./task.ts";

/** How an engine makes its arrays. */
export interface Arrays<T> {
  parameter(values: Float32Array<ArrayBuffer>, shape: number[]): T;
  constant(values: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>, shape: number[]): T;
}

/** weight [inputs, outputs], bias [outputs]. */
export type Dense<T> = { weight: T; bias: T };

/** kernel [3, 3, inputs, outputs], bias [outputs]. */
export type Conv<T> = { kernel: T; bias: T };

/** scale and shift [width]. */
export type Norm<T> = { scale: T; shift: T };

/** qkv makes queries, keys and values in one product. */
export type Block<T> = { norm1: Norm<T>; qkv: Dense<T>; out: Dense<T>; norm2: Norm<T>; up: Dense<T>; down: Dense<T> };

/** x [batch, inputs], y [batch]. */
export function mlpBeginning<T>(arrays: Arrays<T>) {
  const { normal, dense, labels, constant } = draws(arrays);
  const { batch, widths } = mlp;
  return {
    params: widths.slice(1).map((width, i) => dense(widths[i], width)),
    x: constant(normal(batch * widths[0]), [batch, widths[0]]),
    y: labels([batch], widths[3]),
  };
}

/** x [batch, side, side, channels], y [batch]. */
export function cnnBeginning<T>(arrays: Arrays<T>) {
  const { normal, dense, labels, parameter, constant, full } = draws(arrays);
  const { batch, side, channels, classes } = cnn;
  const conv = (inputs: number, outputs: number): Conv<T> => ({
    kernel: parameter(normal(9 * inputs * outputs, Math.sqrt(2 / (9 * inputs))), [3, 3, inputs, outputs]),
    bias: full([outputs], 0),
  });
  return {
    params: {
      convs: channels.slice(1).map((outputs, i) => conv(channels[i], outputs)),
      dense: dense(channels[3] * (side / 8) ** 2, classes),
    },
    x: constant(normal(batch * side * side * channels[0]), [batch, side, side, channels[0]]),
    y: labels([batch], classes),
  };
}

/** tokens [vocabulary, width], positions [context, width], head [width, vocabulary]; x and y [batch, context]. */
export function gptBeginning<T>(arrays: Arrays<T>) {
  const { normal, dense, labels, parameter, full } = draws(arrays);
  const { batch, context, layers, width, vocabulary } = gpt;
  const norm = (): Norm<T> => ({ scale: full([width], 1), shift: full([width], 0) });
  const small = (...shape: [number, number]) => parameter(normal(shape[0] * shape[1], 0.02), shape);
  const block = (): Block<T> => ({
    norm1: norm(),
    qkv: dense(width, 3 * width),
    out: dense(width, width),
    norm2: norm(),
    up: dense(width, 4 * width),
    down: dense(4 * width, width),
  });
  return {
    params: {
      tokens: small(vocabulary, width),
      positions: small(context, width),
      blocks: Array.from({ length: layers }, block),
      norm: norm(),
      head: small(width, vocabulary),
    },
    x: labels([batch, context], vocabulary),
    y: labels([batch, context], vocabulary),
  };
}

/** input [inputs, units], recurrent [units, units]; x [steps, batch, inputs], y [batch, units]. */
export function lifBeginning<T>(arrays: Arrays<T>) {
  const { rng, normal, parameter, constant } = draws(arrays);
  const { steps, batch, inputs, units } = lif;
  const spikes = Float32Array.from({ length: steps * batch * inputs }, () => (rng.random() < 0.2 ? 1 : 0));
  const rates = Float32Array.from({ length: batch * units }, () => rng.random());
  return {
    params: {
      input: parameter(normal(inputs * units, 1 / Math.sqrt(inputs)), [inputs, units]),
      recurrent: parameter(normal(units * units, 0.3 / Math.sqrt(units)), [units, units]),
    },
    x: constant(spikes, [steps, batch, inputs]),
    y: constant(rates, [batch, units]),
  };
}

function draws<T>({ parameter, constant }: Arrays<T>) {
  const rng = new Rng(1);
  const normal = (length: number, deviation = 1) => Float32Array.from({ length }, () => deviation * rng.gaussian());
  const full = (shape: [number], value: number) => parameter(new Float32Array(shape[0]).fill(value), shape);
  const dense = (inputs: number, outputs: number): Dense<T> => ({
    weight: parameter(normal(inputs * outputs, 1 / Math.sqrt(inputs)), [inputs, outputs]),
    bias: full([outputs], 0),
  });
  const labels = (shape: number[], classes: number) => {
    const length = shape.reduce((a, b) => a * b, 1);
    return constant(
      Int32Array.from({ length }, () => rng.int(0, classes)),
      shape,
    );
  };
  return { rng, normal, parameter, constant, full, dense, labels };
}
