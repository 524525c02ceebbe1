/** @file Matrix products: MatMul, Gemm, and FusedMatMul, which ONNX Runtime's own exports contain. */

import { broadcastIndices, broadcastShapes, expandTo, unbroadcast } from "../broadcast.ts";
import type { DType } from "../dtype.ts";
import {
  type AttributeSpec,
  type Attributes,
  type Call,
  type Derivative,
  type HostArray,
  int,
  type OpDefinition,
  required,
  table,
} from "../op.ts";
import { formatShape, type Shape, sizeOf } from "../tensor.ts";
import type { Value } from "../value.ts";
import { matrixProduct, transposed } from "./matrix-product.ts";
import { sumOf } from "./rules.ts";
import { reshapeTo } from "./shape.ts";

type Inputs = readonly (Value | undefined)[];

/** A product of two operands, with what each is before it meets the other. */
interface Factors {
  readonly transA: boolean;
  readonly transB: boolean;
  readonly alpha: number;
}

/** Shapes of a product over the last two axes: operands as stacks of matrices [..., m, k] and [..., k, n], and the result. */
interface ProductShapes {
  readonly a: Shape;
  readonly b: Shape;
  /** [..., m, n], before the axes of 1-D operands are dropped. */
  readonly stack: Shape;
  readonly result: Shape;
}

function sameNumbers(a: Value, b: Value): DType {
  if (a.dtype !== b.dtype) throw new Error(`dtypes ${a.dtype} and ${b.dtype} differ`);
  if (a.dtype === "bool" || a.dtype === "int8" || a.dtype === "uint8")
    throw new Error(`elements are ${a.dtype}; floats, int32 or int64 are needed`);
  return a.dtype;
}

const swapped = (shape: Shape): Shape => [...shape.slice(0, -2), shape[shape.length - 1], shape[shape.length - 2]];

/** A 1-D operand stands for a row on the left, for a column on the right, and is never transposed. */
export function productShapes(a: Shape, b: Shape, { transA, transB }: Factors): ProductShapes {
  if (a.length === 0 || b.length === 0) throw new Error("an operand is a scalar; use Mul");
  const left = a.length === 1 ? [1, a[0]] : a;
  const right = b.length === 1 ? [b[0], 1] : b;
  const [m, k] = (transA && a.length > 1 ? swapped(left) : left).slice(-2);
  const [inner, n] = (transB && b.length > 1 ? swapped(right) : right).slice(-2);
  if (k !== inner) throw new Error(`inner dimensions ${k} and ${inner} differ`);
  const batch = broadcastShapes(left.slice(0, -2), right.slice(0, -2));
  return {
    a: left,
    b: right,
    stack: [...batch, m, n],
    result: [...batch, ...(a.length === 1 ? [] : [m]), ...(b.length === 1 ? [] : [n])],
  };
}

/** The stack of products, matrix by matrix. */
function multiply(a: HostArray, b: HostArray, factors: Factors): Float64Array {
  const shapes = productShapes(a.shape, b.shape, factors);
  const transA = factors.transA && a.shape.length > 1;
  const transB = factors.transB && b.shape.length > 1;
  const [m, n] = shapes.stack.slice(-2);
  const k = shapes.a[shapes.a.length - (transA ? 2 : 1)];
  const batch = shapes.stack.slice(0, -2);
  const [ofA, ofB] = [shapes.a, shapes.b].map((shape) => broadcastIndices(shape.slice(0, -2), batch));
  const [rowA, stepA] = transA ? [1, m] : [k, 1];
  const [colB, stepB] = transB ? [k, 1] : [1, n];
  const result = new Float64Array(sizeOf(shapes.stack));
  let at = 0;
  for (let i = 0; i < ofA.length; i++) {
    for (let row = 0; row < m; row++) {
      for (let col = 0; col < n; col++) {
        let total = 0;
        const startA = ofA[i] * m * k + row * rowA;
        const startB = ofB[i] * k * n + col * colB;
        for (let j = 0; j < k; j++) total += a.data[startA + j * stepA] * b.data[startB + j * stepB];
        result[at++] = total * factors.alpha;
      }
    }
  }
  return result;
}

/** An op that multiplies its two inputs over their last two axes, all others broadcast. */
function product(
  name: string,
  factorsOf: (attributes: Attributes) => Factors,
  options: { domain?: string; attributes?: Readonly<Record<string, AttributeSpec>> } = {},
): OpDefinition {
  const operands = (call: Call) => {
    const [a, b] = call.inputs as readonly Value[];
    const given = factorsOf(call.attributes);
    const shapes = productShapes(a.shape, b.shape, given);
    const factors = { ...given, transA: given.transA && a.rank > 1, transB: given.transB && b.rank > 1 };
    return { a, b, shapes, factors };
  };
  return {
    name,
    ...options,
    infer: (inputs, attributes) => {
      const [a, b] = [required(inputs, 0), required(inputs, 1)];
      return [{ dtype: sameNumbers(a, b), shape: productShapes(a.shape, b.shape, factorsOf(attributes)).result }];
    },
    evaluate: ([a, b], attributes) => (a && b ? [multiply(a, b, factorsOf(attributes))] : []),
    derivative: {
      vjp: (call, [cotangent]) => {
        if (!cotangent) return [];
        const { a, b, shapes, factors } = operands(call);
        const [left, right] = [reshapeTo(a, shapes.a), reshapeTo(b, shapes.b)];
        const { transA, transB, alpha } = factors;
        const t = reshapeTo(cotangent, shapes.stack);
        const toA = transA
          ? matrixProduct(call, right, transB, t, true, alpha)
          : matrixProduct(call, t, false, right, !transB, alpha);
        const toB = secondGradient(call, left, t, factors, shapes.b);
        return [
          reshapeTo(unbroadcast(call, toA, shapes.a), a.shape),
          reshapeTo(unbroadcast(call, toB, shapes.b), b.shape),
        ];
      },
      jvp: (call, [ta, tb]) => {
        const { a, b } = operands(call);
        const apply = (x: Value, y: Value) => call.emit(name, [x, y], call.attributes);
        return [sumOf([...(ta ? [apply(ta, b)] : []), ...(tb ? [apply(a, tb)] : [])])];
      },
    },
  };
}

/** The cotangent of the second operand, before it is summed over what was broadcast. */
function secondGradient(call: Call, a: Value, t: Value, { transA, transB, alpha }: Factors, shape: Shape): Value {
  // One matrix for the whole stack: one product over all rows at once, instead of one per matrix and a sum.
  const stacked = shape.length === 2 && a.rank > 2;
  const rows = (value: Value) => reshapeTo(value, [sizeOf(value.shape.slice(0, -1)), value.shape[value.rank - 1]]);
  if (stacked)
    return secondGradient(call, rows(transA ? transposed(a) : a), rows(t), { transA: false, transB, alpha }, shape);
  return transB ? matrixProduct(call, t, true, a, transA, alpha) : matrixProduct(call, a, !transA, t, false, alpha);
}

const flag = (attributes: Attributes, name: string): boolean => int(attributes, name) !== 0;
const off: AttributeSpec = { kind: "int", default: 0 };
const one: AttributeSpec = { kind: "float", default: 1 };

const factorsFrom = (attributes: Attributes): Factors => ({
  transA: flag(attributes, "transA"),
  transB: flag(attributes, "transB"),
  alpha: int(attributes, "alpha"),
});

const matmul = product("MatMul", () => ({ transA: false, transB: false, alpha: 1 }));

const fusedProduct = product("FusedMatMul", factorsFrom, {
  domain: "com.microsoft",
  attributes: { transA: off, transB: off, transBatchA: off, transBatchB: off, alpha: one },
});

const fusedMatMul: OpDefinition = {
  ...fusedProduct,
  infer: (inputs, attributes, outputs) => {
    for (const name of ["transBatchA", "transBatchB"])
      if (flag(attributes, name)) throw new Error(`${name} = 1 is not supported`);
    // ONNX Runtime 1.30 does not transpose here, without a word.
    if (flag(attributes, "transA") && required(inputs, 0).rank > 1 && required(inputs, 1).rank === 1)
      throw new Error("transA with a vector on the right is not supported; make it a matrix of one column");
    return fusedProduct.infer(inputs, attributes, outputs);
  },
};

function gemmType(inputs: Inputs, attributes: Attributes) {
  const [a, b, c] = [required(inputs, 0), required(inputs, 1), inputs[2]];
  const dtype = sameNumbers(a, b);
  if (c && c.dtype !== dtype) throw new Error(`dtypes ${dtype} and ${c.dtype} differ`);
  if (a.rank !== 2 || b.rank !== 2) throw new Error(`both factors are matrices, but have rank ${a.rank} and ${b.rank}`);
  const { result } = productShapes(a.shape, b.shape, factorsFrom(attributes));
  if (c && (c.rank > 2 || c.shape.some((dim, i) => dim !== 1 && dim !== result[2 - c.rank + i])))
    throw new Error(`C of shape ${formatShape(c.shape)} does not broadcast to ${formatShape(result)}`);
  return { dtype, shape: result };
}

/** Y = α·A′·B′ + β·C, C broadcast to Y. */
const gemmDerivative: Derivative = {
  vjp: (call, [cotangent]) => {
    if (!cotangent) return [];
    const [a, b, c] = call.inputs as readonly [Value, Value, Value | undefined];
    const { transA, transB, alpha } = factorsFrom(call.attributes);
    const beta = int(call.attributes, "beta");
    return [
      transA
        ? matrixProduct(call, b, transB, cotangent, true, alpha)
        : matrixProduct(call, cotangent, false, b, !transB, alpha),
      transB
        ? matrixProduct(call, cotangent, true, a, transA, alpha)
        : matrixProduct(call, a, !transA, cotangent, false, alpha),
      c && scaled(unbroadcast(call, cotangent, c.shape), beta),
    ];
  },
  jvp: (call, [ta, tb, tc]) => {
    const [a, b] = call.inputs as readonly Value[];
    const { shape } = call.outputs[0];
    const term = (x: Value, y: Value) => call.emit("Gemm", [x, y], { ...call.attributes, beta: 1 });
    return [
      sumOf([
        ...(ta ? [term(ta, b)] : []),
        ...(tb ? [term(a, tb)] : []),
        ...(tc ? [expandTo(scaled(tc, int(call.attributes, "beta")), shape)] : []),
      ]),
    ];
  },
};

const scaled = (value: Value, factor: number): Value => (factor === 1 ? value : value.mul(factor));

const gemm: OpDefinition = {
  name: "Gemm",
  attributes: { alpha: one, beta: one, transA: off, transB: off },
  infer: (inputs, attributes) => [gemmType(inputs, attributes)],
  evaluate: ([a, b, c], attributes, [type]) => {
    if (!a || !b) return [];
    const result = multiply(a, b, factorsFrom(attributes));
    if (c) {
      const beta = int(attributes, "beta");
      const at = broadcastIndices(c.shape, type.shape);
      for (let i = 0; i < result.length; i++) result[i] += beta * c.data[at[i]];
    }
    return [result];
  },
  derivative: gemmDerivative,
};

export const linearOps = table(matmul, gemm, fusedMatMul);
