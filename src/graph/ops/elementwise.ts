/** @file Pointwise ops of one input: algebra, transcendental functions, activations, casts. */

import { dtypeOf, isFloat } from "../dtype.ts";
import { type AttributeSpec, type Attributes, int, type OpDefinition, required, table } from "../op.ts";
import type { Value } from "../value.ts";
import { type Partial, pointwise } from "./rules.ts";

type Slope = (x: Value, y: Value, attributes: Attributes) => Value;

interface UnaryOptions {
  readonly attributes?: Readonly<Record<string, AttributeSpec>>;
  /** dy/dx; none: zero almost everywhere. */
  readonly slope?: Slope;
}

function unary(
  name: string,
  f: (x: number, attributes: Attributes) => number,
  options: UnaryOptions = {},
): OpDefinition {
  const { slope, attributes } = options;
  const partial: Partial | undefined =
    slope && ((t, call) => t.mul(slope(call.inputs[0] as Value, call.outputs[0], call.attributes)));
  return {
    name,
    ...(attributes && { attributes }),
    infer: (inputs) => [required(inputs, 0)],
    evaluate: ([x], attributes) => [(x?.data ?? new Float64Array()).map((v) => f(v, attributes))],
    derivative: partial ? pointwise(() => [partial]) : "zero",
  };
}

const float = (value: number): AttributeSpec => ({ kind: "float", default: value });
const num = (attributes: Attributes, name: string): number => int(attributes, name);

/** 1 where the condition holds, 0 elsewhere, in the dtype of x. */
const indicator = (condition: Value, x: Value): Value => condition.cast(x.dtype);
const where = (condition: Value, yes: Value | number, no: Value | number, like: Value): Value =>
  condition.where(like.tracer.lift(yes, like.dtype), no);

const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const sqrt2 = Math.SQRT2;

/** erf by its series near zero and its continued fraction far out, to float64 precision. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    let term = a;
    let sum = a;
    for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) {
      term *= (-a * a) / n;
      sum += term / (2 * n + 1);
    }
    return Math.sign(x) * ((2 / Math.sqrt(Math.PI)) * sum);
  }
  let fraction = 0;
  for (let k = 60; k > 0; k--) fraction = k / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / (Math.sqrt(Math.PI) * (a + fraction)));
}

export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Φ(x) of the exact GELU and its derivative, φ(x). */
const gaussian = {
  cdf: (x: Value): Value =>
    x
      .mul(1 / sqrt2)
      .erf()
      .add(1)
      .mul(0.5),
  density: (x: Value): Value =>
    x
      .mul(x)
      .mul(-0.5)
      .exp()
      .mul(1 / Math.sqrt(2 * Math.PI)),
};

// The tanh approximation of GELU: ½x(1 + tanh u), u = √(2/π)(x + 0.044715x³).
const geluScale = Math.sqrt(2 / Math.PI);

function geluSlope(x: Value, _y: Value, attributes: Attributes): Value {
  if (attributes.approximate !== "tanh") return gaussian.cdf(x).add(x.mul(gaussian.density(x)));
  const square = x.mul(x);
  const t = x.mul(square.mul(0.044715).add(1)).mul(geluScale).tanh();
  const du = square
    .mul(3 * 0.044715)
    .add(1)
    .mul(geluScale);
  return t
    .add(1)
    .mul(0.5)
    .add(x.mul(0.5).mul(t.mul(t).neg().add(1)).mul(du));
}

function gelu(x: number, attributes: Attributes): number {
  if (attributes.approximate !== "tanh") return 0.5 * x * (1 + erf(x / sqrt2));
  return 0.5 * x * (1 + Math.tanh(geluScale * (x + 0.044715 * x ** 3)));
}

const cast: OpDefinition = {
  name: "Cast",
  attributes: { to: { kind: "int" }, saturate: { kind: "int", default: 1 } },
  infer: (inputs, attributes) => {
    if (attributes.to === undefined) throw new Error('attribute "to" is missing');
    return [{ dtype: dtypeOf(int(attributes, "to"), "Cast"), shape: required(inputs, 0).shape }];
  },
  evaluate: ([x], _attributes, [type]) => {
    const data = x?.data ?? new Float64Array();
    if (type.dtype === "bool") return [data.map((v) => (v === 0 ? 0 : 1))];
    return [isFloat(type.dtype) ? data.slice() : data.map(Math.trunc)];
  },
  derivative: {
    vjp: ({ inputs, outputs }, [cotangent]) => {
      const x = inputs[0] as Value;
      return isFloat(x.dtype) && isFloat(outputs[0].dtype) ? [cotangent?.cast(x.dtype)] : [];
    },
    jvp: ({ outputs }, [tangent]) => (isFloat(outputs[0].dtype) ? [tangent?.cast(outputs[0].dtype)] : []),
  },
};

const identity: OpDefinition = {
  name: "Identity",
  infer: (inputs) => inputs.map((_, i) => required(inputs, i)),
  evaluate: (inputs) => inputs.map((x) => (x?.data ?? new Float64Array()).slice()),
  derivative: { vjp: (_call, cotangents) => cotangents, jvp: (_call, tangents) => tangents },
};

function toBool(
  name: string,
  f: (x: number, attributes: Attributes) => boolean,
  options: UnaryOptions = {},
): OpDefinition {
  return {
    ...unary(name, (x, attributes) => (f(x, attributes) ? 1 : 0), options),
    infer: (inputs) => [{ dtype: "bool", shape: required(inputs, 0).shape }],
  };
}

export const elementwiseOps = table(
  identity,
  cast,
  unary("Neg", (x) => -x, { slope: (x) => x.tracer.lift(-1, x.dtype) }),
  unary("Abs", Math.abs, { slope: (x) => x.sign() }),
  unary("Sign", Math.sign),
  unary("Floor", Math.floor),
  unary("Ceil", Math.ceil),
  unary("Round", roundHalfEven),
  unary("Reciprocal", (x) => 1 / x, { slope: (_x, y) => y.mul(y).neg() }),
  unary("Sqrt", Math.sqrt, { slope: (_x, y) => y.reciprocal().mul(0.5) }),
  unary("Exp", Math.exp, { slope: (_x, y) => y }),
  unary("Log", Math.log, { slope: (x) => x.reciprocal() }),
  unary("Sin", Math.sin, { slope: (x) => x.cos() }),
  unary("Cos", Math.cos, { slope: (x) => x.sin().neg() }),
  unary("Tan", Math.tan, { slope: (_x, y) => y.mul(y).add(1) }),
  unary("Asin", Math.asin, { slope: (x) => x.mul(x).neg().add(1).sqrt().reciprocal() }),
  unary("Acos", Math.acos, { slope: (x) => x.mul(x).neg().add(1).sqrt().reciprocal().neg() }),
  unary("Atan", Math.atan, { slope: (x) => x.mul(x).add(1).reciprocal() }),
  unary("Sinh", Math.sinh, { slope: (x) => x.op("Cosh") }),
  unary("Cosh", Math.cosh, { slope: (x) => x.op("Sinh") }),
  unary("Tanh", Math.tanh, { slope: (_x, y) => y.mul(y).neg().add(1) }),
  unary("Asinh", Math.asinh, { slope: (x) => x.mul(x).add(1).sqrt().reciprocal() }),
  unary("Acosh", Math.acosh, { slope: (x) => x.mul(x).sub(1).sqrt().reciprocal() }),
  unary("Atanh", Math.atanh, { slope: (x) => x.mul(x).neg().add(1).reciprocal() }),
  unary("Erf", erf, {
    slope: (x) =>
      x
        .mul(x)
        .neg()
        .exp()
        .mul(2 / Math.sqrt(Math.PI)),
  }),
  unary("Sigmoid", sigmoid, { slope: (_x, y) => y.mul(y.neg().add(1)) }),
  unary("Relu", (x) => Math.max(x, 0), { slope: (x) => indicator(x.greater(0), x) }),
  unary("LeakyRelu", (x, a) => (x < 0 ? num(a, "alpha") * x : x), {
    attributes: { alpha: float(0.01) },
    slope: (x, _y, a) => where(x.less(0), num(a, "alpha"), 1, x),
  }),
  unary("ThresholdedRelu", (x, a) => (x > num(a, "alpha") ? x : 0), {
    attributes: { alpha: float(1) },
    slope: (x, _y, a) => indicator(x.greater(num(a, "alpha")), x),
  }),
  unary("Elu", (x, a) => (x < 0 ? num(a, "alpha") * Math.expm1(x) : x), {
    attributes: { alpha: float(1) },
    slope: (x, y, a) => where(x.less(0), y.add(num(a, "alpha")), 1, x),
  }),
  unary("Celu", (x, a) => Math.max(0, x) + Math.min(0, num(a, "alpha") * Math.expm1(x / num(a, "alpha"))), {
    attributes: { alpha: float(1) },
    slope: (x, _y, a) => where(x.less(0), x.div(num(a, "alpha")).exp(), 1, x),
  }),
  unary("Selu", (x, a) => num(a, "gamma") * (x > 0 ? x : num(a, "alpha") * Math.expm1(x)), {
    attributes: { alpha: float(1.6732631921768188), gamma: float(1.0507010221481323) },
    slope: (x, y, a) => where(x.greater(0), num(a, "gamma"), y.add(num(a, "gamma") * num(a, "alpha")), x),
  }),
  unary("Softplus", softplus, { slope: (x) => x.sigmoid() }),
  unary("Softsign", (x) => x / (1 + Math.abs(x)), { slope: (x) => x.abs().add(1).square().reciprocal() }),
  unary("HardSigmoid", (x, a) => Math.max(0, Math.min(1, num(a, "alpha") * x + num(a, "beta"))), {
    attributes: { alpha: float(0.2), beta: float(0.5) },
    slope: (x, y, a) => indicator(y.greater(0).op("And", [y.less(1)]), x).mul(num(a, "alpha")),
  }),
  unary("HardSwish", (x) => x * Math.max(0, Math.min(1, x / 6 + 0.5)), {
    slope: (x) => where(x.less(-3), 0, where(x.greater(3), 1, x.mul(1 / 3).add(0.5), x), x),
  }),
  unary("Mish", (x) => x * Math.tanh(softplus(x)), {
    slope: (x) => {
      const t = x.softplus().tanh();
      return t.add(x.mul(t.square().neg().add(1)).mul(x.sigmoid()));
    },
  }),
  unary("Gelu", gelu, { attributes: { approximate: { kind: "string", default: "none" } }, slope: geluSlope }),
  unary(
    "Shrink",
    (x, a) => (x < -num(a, "lambd") ? x + num(a, "bias") : x > num(a, "lambd") ? x - num(a, "bias") : 0),
    {
      attributes: { lambd: float(0.5), bias: float(0) },
      slope: (x, _y, a) => indicator(x.abs().greater(num(a, "lambd")), x),
    },
  ),
  toBool("Not", (x) => x === 0),
  toBool("IsNaN", Number.isNaN),
  toBool(
    "IsInf",
    (x, a) =>
      (x === Infinity && num(a, "detect_positive") === 1) || (x === -Infinity && num(a, "detect_negative") === 1),
    { attributes: { detect_negative: { kind: "int", default: 1 }, detect_positive: { kind: "int", default: 1 } } },
  ),
);
