/** @file Small ONNX files for tests. */

import { type DType, onnxNumber } from "../dtype.ts";
import { attributeToProto } from "../onnx/attribute.ts";
import type { AttributeProto, ModelProto, NodeProto, TensorProto, ValueInfoProto } from "../onnx/schema.ts";
import { tensorToProto } from "../onnx/tensor.ts";
import type { Tensor } from "../tensor.ts";

export const float = (name: string, value: number): AttributeProto => attributeToProto(name, "float", value);
export const int = (name: string, value: number): AttributeProto => attributeToProto(name, "int", value);
export const ints = (name: string, value: number[]): AttributeProto => attributeToProto(name, "ints", value);
export const text = (name: string, value: string): AttributeProto => attributeToProto(name, "string", value);

export function node(opType: string, input: string[], output: string[], attribute: AttributeProto[] = []): NodeProto {
  return { opType, input, output, name: `${opType}_${output[0]}`, attribute };
}

/** A node of ONNX Runtime's own domain. */
export function fusedNode(
  opType: string,
  input: string[],
  output: string[],
  attribute: AttributeProto[] = [],
): NodeProto {
  return { ...node(opType, input, output, attribute), domain: "com.microsoft" };
}

/** An input or output; a dim with a name is open, no dims: nothing is said of the shape. */
export function port(name: string, shape?: readonly (number | string)[], dtype: DType = "float32"): ValueInfoProto {
  const dim = shape?.map((d) => (typeof d === "number" ? { dimValue: d } : { dimParam: d }));
  return { name, type: { tensorType: { elemType: onnxNumber[dtype], ...(dim && { shape: { dim } }) } } };
}

/** A model with inputs, outputs and weights by name. */
export function network(
  opset: number,
  nodes: NodeProto[],
  inputs: ValueInfoProto[],
  outputs: ValueInfoProto[],
  weights: Readonly<Record<string, Tensor>> = {},
): ModelProto {
  return {
    irVersion: 8,
    opsetImport: [
      { domain: "", version: opset },
      { domain: "com.microsoft", version: 1 },
    ],
    metadataProps: [],
    functions: [],
    graph: {
      name: "test",
      node: nodes,
      initializer: Object.entries(weights).map(([name, tensor]) => tensorToProto(tensor, name)),
      input: inputs,
      output: outputs,
      valueInfo: [],
      sparseInitializer: [],
    },
  };
}

/** A model of one input "x" and one output "y", both float32. */
export function model(
  opset: number,
  nodes: NodeProto[],
  shape: readonly (number | string)[],
  initializer: TensorProto[] = [],
): ModelProto {
  const dim = shape.map((d) => (typeof d === "number" ? { dimValue: d } : { dimParam: d }));
  return {
    irVersion: 8,
    opsetImport: [{ domain: "", version: opset }],
    metadataProps: [],
    functions: [],
    graph: {
      name: "test",
      node: nodes,
      initializer,
      input: [{ name: "x", type: { tensorType: { elemType: 1, shape: { dim } } } }],
      output: [{ name: "y", type: { tensorType: { elemType: 1 } } }],
      valueInfo: [],
      sparseInitializer: [],
    },
  };
}
