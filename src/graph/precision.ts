/**
 * @file Mixed precision: matrix products and convolutions take operands rounded to float16, everything else stays float32.
 * Graphics cards multiply float16 several times as fast; parameters, sums and derivative rules keep their digits.
 */

import { onnxNumber } from "./dtype.ts";
import { CajalError } from "./error.ts";
import { attributeToProto } from "./onnx/attribute.ts";
import type { NodeProto } from "./onnx/schema.ts";
import type { Runtime } from "./runtime/runtime.ts";
import type { GraphNode } from "./tracer.ts";

export type Precision = "full" | "mixed";

/** The nodes that are written for a node, instead of the one that says the same. */
export type Rewrite = (node: GraphNode, proto: NodeProto, fresh: (name: string) => string) => readonly NodeProto[];

const products = new Set(["MatMul", "Gemm", "Conv", "ConvTranspose"]);

export const asTraced: Rewrite = (_node, proto) => [proto];

/** Casts around each float32 product. Equal casts are merged, and those of constants computed, by the runtime. */
export const halveProducts: Rewrite = ({ definition, inputs }, proto, fresh) => {
  if (!products.has(definition.name) || inputs.some((input) => input !== undefined && input.dtype !== "float32"))
    return [proto];
  const [result] = proto.output;
  const halves = proto.input.map((name) => (name === "" ? "" : fresh(`${result}:half`)));
  const half = fresh(`${result}:product`);
  return [
    ...proto.input.flatMap((name, i) => (name === "" ? [] : [cast(name, halves[i], "float16")])),
    { ...proto, name: half, input: halves, output: [half] },
    cast(half, result, "float32"),
  ];
};

function cast(from: string, to: string, dtype: "float16" | "float32"): NodeProto {
  const attribute = [attributeToProto("to", "int", onnxNumber[dtype])];
  return { opType: "Cast", name: to, input: [from], output: [to], attribute };
}

/** @throws CajalError `argument` when mixed precision is asked of a device without float16: it would only be slower and coarser */
export function rewriteFor(precision: Precision, { device, float16 }: Runtime): Rewrite {
  if (precision === "full") return asTraced;
  if (float16) return halveProducts;
  throw new CajalError(
    "argument",
    `compile: precision "mixed" needs a device with float16; "${device}" has none here`,
    {
      advice: 'Leave precision at "full", or give a runtime whose float16 is true.',
    },
  );
}
