/** @file The activation functions that recurrent ops choose by name, on numbers and as nodes. */

import type { Attributes } from "../op.ts";
import type { Value } from "../value.ts";

export interface Activation {
  of(x: number): number;
  on(x: Value): Value;
}

type Parameter = number | "needed";

interface NamedActivation {
  /** Defaults of the parameters, where it has them. */
  readonly alpha?: Parameter;
  readonly beta?: Parameter;
  readonly of: (x: number, alpha: number, beta: number) => number;
  readonly on: (x: Value, alpha: number, beta: number) => Value;
}

const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

/** By name in lower case. Parameters are needed where the standard gives no default, or ONNX Runtime takes another one. */
const activations: Readonly<Record<string, NamedActivation>> = {
  relu: { of: (x) => Math.max(x, 0), on: (x) => x.relu() },
  tanh: { of: Math.tanh, on: (x) => x.tanh() },
  sigmoid: { of: sigmoid, on: (x) => x.sigmoid() },
  affine: {
    alpha: "needed",
    beta: "needed",
    of: (x, alpha, beta) => alpha * x + beta,
    on: (x, alpha, beta) => x.mul(alpha).add(beta),
  },
  leakyrelu: {
    alpha: 0.01,
    of: (x, alpha) => (x < 0 ? alpha * x : x),
    on: (x, alpha) => x.op("LeakyRelu", [], { alpha }),
  },
  thresholdedrelu: {
    alpha: "needed",
    of: (x, alpha) => (x > alpha ? x : 0),
    on: (x, alpha) => x.op("ThresholdedRelu", [], { alpha }),
  },
  scaledtanh: {
    alpha: "needed",
    beta: "needed",
    of: (x, alpha, beta) => alpha * Math.tanh(beta * x),
    on: (x, alpha, beta) => x.mul(beta).tanh().mul(alpha),
  },
  hardsigmoid: {
    alpha: 0.2,
    beta: 0.5,
    of: (x, alpha, beta) => Math.max(0, Math.min(1, alpha * x + beta)),
    on: (x, alpha, beta) => x.op("HardSigmoid", [], { alpha, beta }),
  },
  elu: {
    alpha: 1,
    of: (x, alpha) => (x < 0 ? alpha * Math.expm1(x) : x),
    on: (x, alpha) => x.op("Elu", [], { alpha }),
  },
  softsign: { of: (x) => x / (1 + Math.abs(x)), on: (x) => x.op("Softsign") },
  softplus: { of: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), on: (x) => x.softplus() },
};

/** Takes the next given parameter, where the function has such a one. */
function parameter(name: string, kind: string, fallback: Parameter | undefined, given: number[]): number {
  if (fallback === undefined) return 0;
  const value = given.shift() ?? fallback;
  if (value === "needed") throw new Error(`${name} needs activation_${kind}`);
  return value;
}

/**
 * The activations of all directions, in order. `activation_alpha` and `activation_beta` go, in order, to those functions that have
 * such a parameter. Where `clip` is given, the argument of each is first brought into [−clip, clip].
 * @param unclipped positions among a direction's functions that `clip` leaves alone
 */
export function activationsOf(
  attributes: Attributes,
  defaults: readonly string[],
  directions: number,
  unclipped: readonly number[] = [],
): Activation[] {
  const names =
    (attributes.activations as readonly string[] | undefined) ??
    Array.from({ length: directions }, () => defaults).flat();
  if (names.length !== defaults.length * directions)
    throw new Error(`${names.length} activations are named, ${defaults.length * directions} are needed`);
  const alphas = [...((attributes.activation_alpha as readonly number[] | undefined) ?? [])];
  const betas = [...((attributes.activation_beta as readonly number[] | undefined) ?? [])];
  const clip = attributes.clip as number | undefined;
  return names.map((name, i) => {
    const key = name.toLowerCase();
    if (!Object.hasOwn(activations, key)) throw new Error(`the activation "${name}" is not known`);
    const { of, on, ...defaultsOf } = activations[key];
    const alpha = parameter(name, "alpha", defaultsOf.alpha, alphas);
    const beta = parameter(name, "beta", defaultsOf.beta, betas);
    if (clip === undefined || unclipped.includes(i % defaults.length))
      return { of: (x) => of(x, alpha, beta), on: (x) => on(x, alpha, beta) };
    return {
      of: (x) => of(Math.max(-clip, Math.min(clip, x)), alpha, beta),
      on: (x) => on(x.op("Clip", [-clip, clip]), alpha, beta),
    };
  });
}
