/** @file Models of one op, with which runtimes prove and fetch. */

import { type DType, onnxNumber } from "../dtype.ts";
import { encodeModel } from "../onnx/codec.ts";
import type { Shape } from "../tensor.ts";

/** y = op(inputs), all of one type. @param shape without one, any */
export function oneOpModel(opType: string, inputs: readonly string[], dtype: DType, shape?: Shape): Uint8Array {
  const dims = shape && { shape: { dim: shape.map((dimValue) => ({ dimValue })) } };
  const port = (name: string) => ({ name, type: { tensorType: { elemType: onnxNumber[dtype], ...dims } } });
  return encodeModel({
    irVersion: 8,
    opsetImport: [{ domain: "", version: 13 }],
    graph: {
      name: opType,
      node: [{ opType, input: [...inputs], output: ["y"], attribute: [] }],
      input: inputs.map(port),
      output: [port("y")],
      initializer: [],
      valueInfo: [],
      sparseInitializer: [],
    },
    metadataProps: [],
    functions: [],
  });
}
