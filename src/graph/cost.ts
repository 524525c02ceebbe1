/** @file What a node costs: the multiply-adds of products. */

import { type Shape, sizeOf } from "./tensor.ts";
import type { GraphNode } from "./tracer.ts";
import type { Value } from "./value.ts";

/**
 * Multiply-adds of a product (MatMul, Gemm, Conv, ConvTranspose) that its input number `at` takes part in.
 * @returns undefined when the input is none of a product's two factors
 */
export function multiplyAdds({ definition, attributes, inputs, outputs }: GraphNode, at: number): number | undefined {
  const shape = inputs[at]?.shape;
  if (shape === undefined) return undefined;
  const results = sizeOf(outputs[0].shape);
  switch (`${definition.name} ${at}`) {
    case "MatMul 0":
      return results * lastOf(shape);
    case "MatMul 1":
      return results * (shape.length === 1 ? shape[0] : shape[shape.length - 2]);
    case "Gemm 0":
      return results * shape[attributes.transA === 1 ? 0 : 1];
    case "Gemm 1":
      return results * shape[attributes.transB === 1 ? 1 : 0];
    case "Conv 1":
      return results * sizeOf(shape.slice(1));
    case "ConvTranspose 1":
      return sizeOf((inputs[0] as Value).shape) * sizeOf(shape.slice(1));
    default:
      return undefined;
  }
}

const lastOf = (shape: Shape): number => shape[shape.length - 1];
