/** @file hostOp: an op that is computed in TypeScript on Tensors, where ONNX has none. */

import { isFloat } from "./dtype.ts";
import type { Attributes, HostArray, OpDefinition } from "./op.ts";
import { Tensor, type ValueType } from "./tensor.ts";
import type { Value } from "./value.ts";

/** An op in TypeScript: types, meaning and derivative, like those of ONNX. */
export type HostOp = Omit<OpDefinition, "domain" | "evaluate" | "run"> & Required<Pick<OpDefinition, "run">>;

/** Adds a node of the op to a graph; its outputs (default: one). */
export type EmitHostOp = (
  inputs: readonly [Value, ...(Value | undefined)[]],
  attributes?: Attributes,
  outputs?: number,
) => Value[];

/**
 * Makes an op of a function on Tensors. `compile` cuts the graph at such nodes: what comes before runs as one session, then the function,
 * then what comes after. So it costs a copy of its inputs and outputs, and it can't be part of a loop's body or of an ONNX file.
 *
 * `run` gets the inputs' tensors, and must return one tensor of each inferred type. Where the op is evaluated in float64 (tests of
 * derivatives, folding of constants), all tensors and types that it sees are float64. Derivative rules emit nodes as any op's do.
 *
 * @example
 * const sortedNumbers = hostOp({
 *   name: "SortedNumbers",
 *   infer: ([x]) => (x ? [x] : []),
 *   run: ([x], _attributes, [type]) => (x ? [Tensor.of(x.numbers().sort(), type.shape, type.dtype)] : []),
 *   derivative: { missing: "not needed here" },
 * });
 */
export function hostOp(op: HostOp): EmitHostOp {
  const definition: OpDefinition = {
    ...op,
    domain: "cajal",
    evaluate: (inputs, attributes, types) => {
      const tensors = inputs.map((input) => input && inFloat64(input));
      return op.run(tensors, attributes, types.map(asFloat64)).map((result) => result.numbers());
    },
  };
  return (inputs, attributes = {}, outputs = 1) => inputs[0].tracer.emitAll(definition, inputs, attributes, outputs);
}

const inFloat64 = ({ shape, data }: HostArray): Tensor => new Tensor("float64", shape, data);

const asFloat64 = ({ dtype, shape }: ValueType): ValueType => ({ dtype: isFloat(dtype) ? "float64" : dtype, shape });
