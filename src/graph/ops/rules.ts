/** @file Derivative rules that many ops share: pointwise ops, and ops that are linear in some inputs. */

import { expandTo, unbroadcast } from "../broadcast.ts";
import { isFloat } from "../dtype.ts";
import type { Call, Derivative, JvpRule } from "../op.ts";
import type { Value } from "../value.ts";

/**
 * The part of one input in a pointwise op's derivative: `direction` times ∂y/∂xᵢ.
 * Linear in `direction`, so it serves forward (a tangent) and reverse (a cotangent) alike.
 */
export type Partial = (direction: Value, call: Call) => Value;

/** Derivative of a pointwise, broadcasting op from its partials, one per input; `undefined`: zero. */
export function pointwise(partials: (call: Call) => readonly (Partial | undefined)[]): Derivative {
  return {
    vjp: (call, [cotangent]) =>
      partials(call).map((partial, i) => {
        const input = call.inputs[i];
        if (!partial || !cotangent || !input || !isFloat(input.dtype)) return undefined;
        return unbroadcast(call, partial(cotangent, call), input.shape);
      }),
    jvp: (call, tangents) => {
      const terms = partials(call).flatMap((partial, i) => {
        const tangent = tangents[i];
        return partial && tangent ? [expandTo(partial(tangent, call), call.outputs[0].shape)] : [];
      });
      return [sumOf(terms)];
    },
  };
}

/** Forward rule of an op that is linear in the given inputs taken together (Concat, Reshape, …): the op on the tangents. */
export function linearJvp(indices: (call: Call) => readonly number[]): JvpRule {
  return (call, tangents) => {
    const linear = indices(call);
    if (linear.every((i) => tangents[i] === undefined)) return [];
    const inputs = call.inputs.map((input, i) =>
      input && linear.includes(i) ? (tangents[i] ?? zerosLike(call, input)) : input,
    );
    return call.emitAll(call.outputs[0].node?.definition.name ?? "", inputs, call.attributes, call.outputs.length);
  };
}

/** Forward rule of an op that is linear in each of the given inputs taken alone (MatMul, Conv, …): one term per tangent. */
export function multilinearJvp(indices: readonly number[]): JvpRule {
  return (call, tangents) => {
    const terms = indices.flatMap((i) => {
      const tangent = tangents[i];
      if (!tangent) return [];
      const inputs = call.inputs.map((input, k) => (k === i ? tangent : indices.includes(k) ? input : undefined));
      return [call.emit(call.outputs[0].node?.definition.name ?? "", inputs, call.attributes)];
    });
    return [sumOf(terms)];
  };
}

export function zerosLike(call: Call, value: Value): Value {
  return call.constant(0, value.dtype, value.shape);
}

/** The sum, or undefined (zero) of nothing. */
export function sumOf(terms: readonly Value[]): Value | undefined {
  return terms.length === 0 ? undefined : terms.reduce((total, term) => total.add(term));
}
