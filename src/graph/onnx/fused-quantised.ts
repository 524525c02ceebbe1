/**
 * @file Ops of ONNX Runtime on quantised operands, taken apart: dequantised, computed in floats, quantised again. The runtime computes
 * some of them in integers, so that a result may lie one step beside the runtime's own.
 */

import type { Tracer } from "../tracer.ts";
import type { Value } from "../value.ts";
import type { Part } from "./fused.ts";
import type { Invocation } from "./upgrade.ts";

type Inputs = readonly (Value | undefined)[];

function dequantise([q, scale, zero]: Inputs): Value {
  return (q as Value).tracer.emit("DequantizeLinear", [q, scale, zero]);
}

function quantise(x: Value, [scale, zero]: Inputs): Value {
  return x.tracer.emit("QuantizeLinear", [x, scale, zero]);
}

/** Operands of three inputs each (elements, scale, zero point), then the scale and zero point of the result. */
function onFloats(operands: number, compute: (values: Value[], node: Invocation) => Value): Part {
  return (node) => {
    const values = Array.from({ length: operands }, (_, i) => dequantise(node.inputs.slice(3 * i, 3 * i + 3)));
    return [quantise(compute(values, node), node.inputs.slice(3 * operands))];
  };
}

/** Computes with channels in front where the op has them last. */
function channelsFirst(x: Value, node: Invocation, compute: (x: Value) => Value): Value {
  if (Number(node.attributes.channels_last ?? 0) === 0) return compute(x);
  const axes = x.shape.map((_, i) => i);
  const y = compute(x.transpose([0, x.rank - 1, ...axes.slice(1, -1)]));
  return y.transpose([0, ...axes.slice(2), 1]);
}

/** A result that may be quantised (when a scale is given for it) or stay float. */
function maybeQuantised(x: Value, parameters: Inputs): Value {
  return parameters[0] ? quantise(x, parameters) : x;
}

const gemm: Part = (node, tracer) => {
  const [a, b] = [dequantise(node.inputs.slice(0, 3)), dequantiseColumns(node)];
  const { alpha = 1, transA = 0, transB = 0 } = node.attributes;
  const bias = node.inputs[6];
  // The bias counts in steps of the product of both scales.
  const step = (node.inputs[1] as Value).mul(node.inputs[4] as Value).mul(Number(alpha));
  const shift = bias?.cast(a.dtype).mul(step);
  return [maybeQuantised(tracer.emit("Gemm", [a, b, shift], { alpha, transA, transB }), node.inputs.slice(7))];
};

/** The second operand of QGemm: a list of scales lies along its columns. */
function dequantiseColumns(node: Invocation): Value {
  const [b, scale, zero] = node.inputs.slice(3, 6);
  const axis = Number(node.attributes.transB ?? 0) === 0 ? 1 : 0;
  return (b as Value).tracer.emit("DequantizeLinear", [b, scale, zero], { axis });
}

/** Float times weights of 8 bits, the float quantised on the way. */
const dynamicProduct: Part = (node, tracer) => {
  const [a, b, scale, zero, bias] = node.inputs as readonly [Value, Value, Value, Value | undefined, Value | undefined];
  const [q, step, offset] = tracer.emitAll("DynamicQuantizeLinear", [a], {}, 3);
  return [scaledProduct(tracer, [q, b, step, scale, offset, zero, bias])];
};

/** MatMulInteger, scaled. */
function scaledProduct(tracer: Tracer, [a, b, scaleA, scaleB, zeroA, zeroB, bias]: Inputs): Value {
  const sums = tracer.emit("MatMulInteger", [a, b, zeroA, zeroB]).cast("float32");
  const y = sums.mul((scaleA as Value).mul(scaleB as Value));
  return bias ? y.add(bias) : y;
}

const average: Part = onFloats(1, ([x], node) =>
  channelsFirst(x, node, (first) => {
    const { channels_last: _, ...window } = node.attributes;
    return first.op("AveragePool", [], window);
  }),
);

const concat: Part = (node, tracer) => {
  const [scale, zero, ...operands] = node.inputs;
  const values = Array.from({ length: operands.length / 3 }, (_, i) => dequantise(operands.slice(3 * i, 3 * i + 3)));
  return [quantise(tracer.emit("Concat", values, { axis: Number(node.attributes.axis) }), [scale, zero])];
};

export const fusedQuantised: Readonly<Record<string, Part>> = {
  QLinearAdd: onFloats(2, ([a, b]) => a.add(b)),
  QLinearMul: onFloats(2, ([a, b]) => a.mul(b)),
  QLinearSigmoid: onFloats(1, ([x]) => x.sigmoid()),
  QLinearLeakyRelu: onFloats(1, ([x], { attributes }) =>
    x.op("LeakyRelu", [], { alpha: Number(attributes.alpha ?? 0.01) }),
  ),
  QLinearSoftmax: onFloats(1, ([x], { attributes }) => {
    const axis = Number(attributes.axis ?? -1);
    if (Number(attributes.opset) < 13 && axis !== -1 && axis !== x.rank - 1)
      throw new Error(`axis ${axis} of operator set ${attributes.opset} flattens, which is not supported`);
    return x.softmax(axis);
  }),
  QLinearGlobalAveragePool: onFloats(1, ([x], node) =>
    channelsFirst(x, node, (first) => first.op("GlobalAveragePool")),
  ),
  QLinearAveragePool: average,
  QLinearConcat: concat,
  QGemm: gemm,
  DynamicQuantizeMatMul: dynamicProduct,
  MatMulIntegerToFloat: (node, tracer) => [scaledProduct(tracer, node.inputs)],
};
