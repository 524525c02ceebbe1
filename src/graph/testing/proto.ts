/** @file Small ONNX files for tests. */

import { attributeToProto } from "../onnx/attribute.ts";
import type { AttributeProto, ModelProto, NodeProto, TensorProto } from "../onnx/schema.ts";

export const float = (name: string, value: number): AttributeProto => attributeToProto(name, "float", value);
export const int = (name: string, value: number): AttributeProto => attributeToProto(name, "int", value);
export const ints = (name: string, value: number[]): AttributeProto => attributeToProto(name, "ints", value);
export const text = (name: string, value: string): AttributeProto => attributeToProto(name, "string", value);

export function node(opType: string, input: string[], output: string[], attribute: AttributeProto[] = []): NodeProto {
  return { opType, input, output, name: `${opType}_${output[0]}`, attribute };
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
