/** @file Ops that make arrays from shapes, bounds and positions: ConstantOfShape, Range, EyeLike, Trilu. */

import { dtypeOf } from "../dtype.ts";
import { int, known, type OpDefinition, required, table } from "../op.ts";
import { sizeOf, Tensor } from "../tensor.ts";
import { dims, integerInput, integers } from "./known.ts";
import { linearJvp } from "./rules.ts";

const zero = Tensor.zeros([1]);

const constantOfShape: OpDefinition = {
  name: "ConstantOfShape",
  attributes: { value: { kind: "tensor", default: zero } },
  staticInputs: [0],
  infer: (inputs, { value }) => {
    if (!(value instanceof Tensor) || value.size !== 1) throw new Error("value is not a tensor of one element");
    return [{ dtype: value.dtype, shape: dims(integers(inputs, 0, "shape"), "shape") }];
  },
  evaluate: (_inputs, { value }, [type]) => [
    new Float64Array(sizeOf(type.shape)).fill(value instanceof Tensor ? value.numbers()[0] : 0),
  ],
  derivative: "zero",
};

const range: OpDefinition = {
  name: "Range",
  staticInputs: [0, 1, 2],
  infer: (inputs) => {
    const { dtype } = required(inputs, 0);
    const [start, limit, delta] = ["start", "limit", "delta"].map((name, i) => {
      const input = required(inputs, i);
      if (input.dtype !== dtype) throw new Error(`dtypes ${dtype} and ${input.dtype} differ`);
      if (sizeOf(input.shape) !== 1) throw new Error(`${name} is not one element`);
      const [value] = known(inputs, i) ?? [];
      if (!Number.isFinite(value)) throw new Error(`${name} is ${value}`);
      return value;
    });
    if (delta === 0) throw new Error("delta is 0");
    // The standard subtracts in the dtype itself, which may round.
    const span = dtype === "float32" ? Math.fround(limit - start) : limit - start;
    return [{ dtype, shape: [Math.max(0, Math.ceil(span / delta))] }];
  },
  evaluate: ([start, , delta], _attributes, [type]) => [
    Float64Array.from({ length: type.shape[0] }, (_, i) => (start?.data[0] ?? 0) + i * (delta?.data[0] ?? 0)),
  ],
  // Its inputs are known while tracing, so they never depend on anything.
  derivative: "zero",
};

const eyeLike: OpDefinition = {
  name: "EyeLike",
  attributes: { dtype: { kind: "int" }, k: { kind: "int", default: 0 } },
  infer: (inputs, attributes) => {
    const { dtype, shape, rank } = required(inputs, 0);
    if (rank !== 2) throw new Error(`takes a matrix, not rank ${rank}`);
    return [{ dtype: attributes.dtype === undefined ? dtype : dtypeOf(int(attributes, "dtype"), "EyeLike"), shape }];
  },
  evaluate: (_inputs, attributes, [{ shape }]) => {
    const [rows, columns] = shape;
    const k = int(attributes, "k");
    return [
      Float64Array.from({ length: rows * columns }, (_, i) => ((i % columns) - Math.floor(i / columns) === k ? 1 : 0)),
    ];
  },
  derivative: "zero",
};

/** Trilu(x, k?): the elements on and above (below) the k-th diagonal of each matrix, zeros elsewhere. */
const trilu: OpDefinition = {
  name: "Trilu",
  attributes: { upper: { kind: "int", default: 1 } },
  infer: (inputs) => {
    const x = required(inputs, 0);
    if (x.rank < 2) throw new Error(`takes matrices, not rank ${x.rank}`);
    if (inputs[1] && sizeOf(integerInput(inputs, 1, "k").shape) !== 1) throw new Error("k is not one element");
    return [x];
  },
  evaluate: ([x, diagonal], attributes) => {
    if (!x) return [];
    const [rows, columns] = x.shape.slice(-2);
    const k = diagonal?.data[0] ?? 0;
    const upper = int(attributes, "upper") !== 0;
    return [
      x.data.map((value, i) => {
        const offset = (i % columns) - (Math.floor(i / columns) % rows);
        return (upper ? offset >= k : offset <= k) ? value : 0;
      }),
    ];
  },
  derivative: {
    vjp: (call, [cotangent]) => [cotangent && call.emit("Trilu", [cotangent, call.inputs[1]], call.attributes)],
    jvp: linearJvp(() => [0]),
  },
};

export const generateOps = table(constantOfShape, range, eyeLike, trilu);
