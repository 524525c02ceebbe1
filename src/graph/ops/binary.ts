/** @file Pointwise ops of several inputs, with NumPy broadcasting: arithmetic, comparisons, logic, selection. */

import { broadcastIndices, broadcastShapes, expandTo, unbroadcast } from "../broadcast.ts";
import type { DType } from "../dtype.ts";
import { type AttributeSpec, type Attributes, evaluateOp, int, type OpDefinition, required, table } from "../op.ts";
import type { ValueType } from "../tensor.ts";
import type { Value } from "../value.ts";
import { type Partial, pointwise, sumOf } from "./rules.ts";

type Inputs = readonly (Value | undefined)[];

function sameDtype(inputs: Inputs): DType {
  const dtype = required(inputs, 0).dtype;
  for (let i = 1; i < inputs.length; i++) {
    const other = required(inputs, i).dtype;
    if (other !== dtype) throw new Error(`dtypes ${dtype} and ${other} differ`);
  }
  return dtype;
}

function broadcastType(inputs: Inputs): ValueType {
  return { dtype: sameDtype(inputs), shape: broadcastShapes(...inputs.map((_, i) => required(inputs, i).shape)) };
}

interface NaryOptions {
  readonly attributes?: Readonly<Record<string, AttributeSpec>>;
  readonly result?: DType;
  /** One partial per input, or none: zero. */
  readonly partials?: (inputs: Inputs) => readonly (Partial | undefined)[];
}

/** A broadcasting op that folds `f` over its inputs, element by element. */
function nary(
  name: string,
  arity: number | "any",
  f: (a: number, b: number, attributes: Attributes) => number,
  options: NaryOptions = {},
): OpDefinition {
  const { partials } = options;
  return {
    name,
    ...(options.attributes && { attributes: options.attributes }),
    infer: (inputs) => {
      if (arity !== "any" && inputs.length !== arity) throw new Error(`takes ${arity} inputs, not ${inputs.length}`);
      const type = broadcastType(inputs);
      return [options.result === undefined ? type : { ...type, dtype: options.result }];
    },
    evaluate: (inputs, attributes, [type]) => {
      const operands = inputs.flatMap((x) => (x ? [{ data: x.data, at: broadcastIndices(x.shape, type.shape) }] : []));
      const size = operands[0].at.length;
      const result = new Float64Array(size);
      for (let i = 0; i < size; i++) {
        let value = operands[0].data[operands[0].at[i]];
        for (let k = 1; k < operands.length; k++) value = f(value, operands[k].data[operands[k].at[i]], attributes);
        result[i] = value;
      }
      if (type.dtype.startsWith("int") || type.dtype === "uint8")
        for (let i = 0; i < size; i++) result[i] = Math.trunc(result[i]);
      return [result];
    },
    derivative: partials ? pointwise((call) => partials(call.inputs)) : "zero",
  };
}

const pass: Partial = (t) => t;

/** Max and Min pass the direction to whichever inputs attain the result, in equal parts. */
const attaining = (inputs: Inputs): readonly Partial[] =>
  inputs.map((_, i) => (t, call) => {
    const hit = (x: Value) => call.outputs[0].equal(x).cast(t.dtype);
    const ties = sumOf(call.inputs.map((x) => hit(x as Value))) as Value;
    return t.mul(hit(call.inputs[i] as Value)).div(ties);
  });

const powPartials: readonly Partial[] = [
  (t, { inputs: [x, p] }) => {
    const exponent = (p as Value).cast(t.dtype);
    return t.mul(exponent).mul((x as Value).pow(exponent.sub(1)));
  },
  // x^p·log x, with the limit 0 at x = 0.
  (t, { inputs: [x], outputs: [y] }) => {
    const base = x as Value;
    return t.mul(y).mul(base.greater(0).where(base, 1).log());
  },
];

const pow: OpDefinition = {
  ...nary("Pow", 2, (a, b) => a ** b, { partials: () => powPartials }),
  infer: (inputs) => [
    { dtype: required(inputs, 0).dtype, shape: broadcastShapes(required(inputs, 0).shape, required(inputs, 1).shape) },
  ],
};

const mean: OpDefinition = (() => {
  const sum = nary("Mean", "any", (a, b) => a + b, {
    partials: (inputs) => inputs.map(() => (t) => t.mul(1 / inputs.length)),
  });
  return {
    ...sum,
    evaluate: (inputs, attributes, types) =>
      evaluateOp(sum, inputs, attributes, types).map((total) => total.map((v) => v / inputs.length)),
  };
})();

const where: OpDefinition = {
  name: "Where",
  infer: (inputs) => {
    const [condition, yes, no] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
    if (condition.dtype !== "bool") throw new Error(`the condition is ${condition.dtype}, not bool`);
    return [{ dtype: sameDtype([yes, no]), shape: broadcastShapes(condition.shape, yes.shape, no.shape) }];
  },
  evaluate: (inputs, _attributes, [type]) => {
    const [condition, yes, no] = inputs.map((x) => ({
      data: x?.data ?? [],
      at: broadcastIndices(x?.shape ?? [], type.shape),
    }));
    return [
      Float64Array.from(condition.at, (at, i) => (condition.data[at] !== 0 ? yes.data[yes.at[i]] : no.data[no.at[i]])),
    ];
  },
  derivative: pointwise(({ inputs: [condition] }) => [
    undefined,
    (t) => (condition as Value).where(t, 0),
    (t) => (condition as Value).where(t.tracer.lift(0, t.dtype), t),
  ]),
};

/** PRelu broadcasts the slope to x only, never x to the slope. */
const prelu: OpDefinition = {
  ...nary("PRelu", 2, (x, slope) => (x < 0 ? slope * x : x), {
    partials: () => [
      (t, { inputs: [x, slope] }) => t.mul((x as Value).less(0).where(slope as Value, 1)),
      (t, { inputs: [x] }) => t.mul((x as Value).less(0).where(x as Value, 0)),
    ],
  }),
  infer: (inputs) => [{ dtype: sameDtype(inputs), shape: required(inputs, 0).shape }],
};

/** Clip(x, min?, max?): the direction passes where x is not cut, and to the bound where it is. */
const clip: OpDefinition = {
  name: "Clip",
  infer: (inputs) => [required(inputs, 0)],
  evaluate: ([x, low, high]) => {
    const [min, max] = [low?.data[0] ?? -Infinity, high?.data[0] ?? Infinity];
    return [(x?.data ?? new Float64Array()).map((v) => Math.min(max, Math.max(v, min)))];
  },
  derivative: (() => {
    const masks = (x: Value, low: Value | undefined, high: Value | undefined) => {
      const above = high && x.greater(high);
      const below = low && x.less(low).op("And", [above ? above.not() : x.tracer.constant(1, "bool")]);
      return { above, below };
    };
    return {
      vjp: (call, [cotangent]) => {
        if (!cotangent) return [];
        const [x, low, high] = [call.inputs[0] as Value, call.inputs[1], call.inputs[2]];
        const { above, below } = masks(x, low, high);
        const zero = cotangent.tracer.lift(0, cotangent.dtype);
        const inside = [above, below].reduce((t: Value, cut) => (cut ? cut.where(zero, t) : t), cotangent);
        return [
          inside,
          low && below && unbroadcast(call, below.where(cotangent, 0), low.shape),
          high && above && unbroadcast(call, above.where(cotangent, 0), high.shape),
        ];
      },
      jvp: ({ inputs: [x, low, high] }, [tx, tlow, thigh]) => {
        const { above, below } = masks(x as Value, low, high);
        const shape = (x as Value).shape;
        const zero = (x as Value).tracer.lift(0, (x as Value).dtype);
        let tangent = tx ?? zero;
        if (below) tangent = below.where(tlow ?? zero, tangent);
        if (above) tangent = above.where(thigh ?? zero, tangent);
        return [expandTo(tangent, shape)];
      },
    };
  })(),
};

const remainder = (a: number, b: number, attributes: Attributes): number =>
  int(attributes, "fmod") === 1 ? a % b : a - b * Math.floor(a / b);

const truth = (value: boolean): number => (value ? 1 : 0);
const comparison = (name: string, f: (a: number, b: number) => boolean): OpDefinition =>
  nary(name, 2, (a, b) => truth(f(a, b)), { result: "bool" });

export const binaryOps = table(
  nary("Add", 2, (a, b) => a + b, { partials: () => [pass, pass] }),
  nary("Sub", 2, (a, b) => a - b, { partials: () => [pass, (t) => t.neg()] }),
  nary("Mul", 2, (a, b) => a * b, {
    partials: ([a, b]) => [(t) => t.mul(b as Value), (t) => t.mul(a as Value)],
  }),
  nary("Div", 2, (a, b) => a / b, {
    partials: ([, b]) => [
      (t) => t.div(b as Value),
      (t, { outputs: [y] }) =>
        t
          .mul(y)
          .div(b as Value)
          .neg(),
    ],
  }),
  pow,
  nary("Mod", 2, remainder, {
    attributes: { fmod: { kind: "int", default: 0 } },
    partials: () => [
      pass,
      (t, { inputs: [a, b], attributes }) => {
        const ratio = (a as Value).div(b as Value);
        const whole = int(attributes, "fmod") === 1 ? ratio.abs().op("Floor").mul(ratio.sign()) : ratio.op("Floor");
        return t.mul(whole).neg();
      },
    ],
  }),
  nary("Sum", "any", (a, b) => a + b, { partials: (inputs) => inputs.map(() => pass) }),
  mean,
  nary("Max", "any", (a, b) => Math.max(a, b), { partials: attaining }),
  nary("Min", "any", (a, b) => Math.min(a, b), { partials: attaining }),
  where,
  prelu,
  clip,
  comparison("Equal", (a, b) => a === b),
  comparison("Less", (a, b) => a < b),
  comparison("LessOrEqual", (a, b) => a <= b),
  comparison("Greater", (a, b) => a > b),
  comparison("GreaterOrEqual", (a, b) => a >= b),
  nary("And", 2, (a, b) => truth(a !== 0 && b !== 0)),
  nary("Or", 2, (a, b) => truth(a !== 0 || b !== 0)),
  nary("Xor", 2, (a, b) => truth((a !== 0) !== (b !== 0))),
);
