/** @file MatMulNBits of ONNX Runtime (com.microsoft): a product with weights of 4 or 8 bits, quantised in blocks along the inner axis. */

import { type Call, int, type OpDefinition, required, table } from "../op.ts";
import { formatShape, sizeOf, Tensor } from "../tensor.ts";
import type { Value } from "../value.ts";
import { needed, unexpanded } from "./fused-attention.ts";

const matMulNBits: OpDefinition = {
  name: "MatMulNBits",
  domain: "com.microsoft",
  attributes: {
    K: { kind: "int" },
    N: { kind: "int" },
    bits: { kind: "int", default: 4 },
    block_size: { kind: "int" },
    accuracy_level: { kind: "int" },
  },
  infer: (inputs, attributes) => {
    const [a, b, scales] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
    const [inner, outer] = [needed(attributes, "K"), needed(attributes, "N")];
    const [block, bits] = [needed(attributes, "block_size"), int(attributes, "bits")];
    if (a.shape[a.rank - 1] !== inner) throw new Error(`inner dimensions ${a.shape[a.rank - 1]} and ${inner} differ`);
    const blocks = Math.ceil(inner / block);
    if (sizeOf(scales.shape) !== outer * blocks)
      throw new Error(`the scales are ${formatShape(scales.shape)}, not ${outer} × ${blocks}`);
    if (b.dtype !== "uint8" || sizeOf(b.shape) !== (outer * blocks * block * bits) / 8)
      throw new Error(`the weights ${b} do not hold ${outer} × ${blocks} blocks of ${block}`);
    return [{ dtype: a.dtype, shape: [...a.shape.slice(0, -1), outer] }];
  },
  derivative: { expand: (call) => [expand(call)] },
};

/** The codes of rows [outer, width], `bits` to a code, the first in the low bits; a row may be padded. */
function codes(packed: Value, bits: number, outer: number, width: number): Float64Array {
  const bytes = packed.constant?.data;
  if (bytes === undefined) throw unexpanded("MatMulNBits", "a weight that depends on the data");
  const [perByte, mask] = [8 / bits, 2 ** bits - 1];
  const stride = bytes.length / outer;
  return Float64Array.from({ length: outer * width }, (_, i) => {
    const [row, column] = [Math.floor(i / width), i % width];
    return (Number(bytes[row * stride + Math.floor(column / perByte)]) >> (bits * (column % perByte))) & mask;
  });
}

/** a·Wᵀ + bias, with W[n, k] = (code − zero point)·scale of the block. */
function expand(call: Call): Value {
  const [a, b, scales, zeros, groups, bias] = call.inputs as readonly [Value, Value, Value, ...(Value | undefined)[]];
  const { attributes } = call;
  const [inner, outer, block, bits] = ["K", "N", "block_size", "bits"].map((name) => needed(attributes, name));
  if (groups !== undefined) throw unexpanded("MatMulNBits", "an order of groups");
  if (bits !== 4 && bits !== 8) throw unexpanded("MatMulNBits", `a weight of ${bits} bits`);
  const blocks = Math.ceil(inner / block);
  const stored = bits === 4 ? "uint4" : "uint8";
  const lift = (elements: Float64Array, width: number) =>
    a.tracer.lift(Tensor.of(elements, [outer, width], stored), stored);
  const middle = new Float64Array(outer * blocks).fill(2 ** (bits - 1));
  const scale = scales.reshape([outer, blocks]);
  if (zeros && zeros.dtype !== "uint8") throw unexpanded("MatMulNBits", `a zero point of ${zeros.dtype}`);
  const offset = lift(zeros ? codes(zeros, bits, outer, blocks) : middle, blocks);
  const whole = lift(codes(b, bits, outer, blocks * block), blocks * block);
  const weights = call.emit("DequantizeLinear", [whole, scale, offset], { axis: 1, block_size: block });
  const y = a.matmul(weights.slice([0], [inner], [1]).transpose([1, 0]));
  return bias ? y.add(bias) : y;
}

export const fusedWeightsOps = table(matMulNBits);
