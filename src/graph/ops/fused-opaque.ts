/** @file Fused ops of ONNX Runtime (com.microsoft) that run as they are and cannot be looked into. */

import { type AttributeSpec, type OpDefinition, required, table } from "../op.ts";
import { needed } from "./fused-attention.ts";

const reason = "a fused op of ONNX Runtime that is not taken apart here";
const list = (...names: string[]): Record<string, AttributeSpec> =>
  Object.fromEntries(names.map((name) => [name, { kind: "int" }]));

/** Attention with a quantised input and quantised weights. */
const quantisedAttention: OpDefinition = {
  name: "QAttention",
  domain: "com.microsoft",
  attributes: {
    ...list("num_heads", "unidirectional", "past_present_share_buffer", "do_rotary"),
    mask_filter_value: { kind: "float" },
    scale: { kind: "float" },
  },
  infer: (inputs, attributes) => {
    const [x, weights, scale, past] = [required(inputs, 0), required(inputs, 1), required(inputs, 3), inputs[8]];
    const heads = needed(attributes, "num_heads");
    const [batch, steps] = x.shape;
    const width = weights.shape[1] / 3;
    const { dtype } = scale;
    return [
      { dtype, shape: [batch, steps, width] },
      { dtype, shape: [2, batch, heads, steps + (past?.shape[3] ?? 0), width / heads] },
    ];
  },
  derivative: { missing: reason },
};

/** Rows of a table that is quantised in blocks. */
const gatherQuantised: OpDefinition = {
  name: "GatherBlockQuantized",
  domain: "com.microsoft",
  attributes: list("bits", "block_size", "gather_axis", "quantize_axis"),
  infer: (inputs, attributes) => {
    const [data, indices, scales] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
    const axis = Number(attributes.gather_axis ?? 0);
    const perByte = data.dtype === "uint8" ? 8 / Number(attributes.bits ?? 4) : 1;
    const shape = data.shape.map((dim, i) => (i === data.rank - 1 ? dim * perByte : dim));
    return [{ dtype: scales.dtype, shape: [...shape.slice(0, axis), ...indices.shape, ...shape.slice(axis + 1)] }];
  },
  derivative: { missing: reason },
};

export const fusedOpaqueOps = table(quantisedAttention, gatherQuantised);
