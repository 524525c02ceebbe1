/** @file DFT: the discrete Fourier transform along one axis, complex numbers as a last axis of two (real, imaginary). */

import { type Attributes, type Call, int, known, normaliseAxis, type OpDefinition, required, table } from "../op.ts";
import { formatShape, type Shape, sizeOf } from "../tensor.ts";
import type { Value } from "../value.ts";
import { groupsAlong } from "./groups.ts";
import { indexTypes, integerInput } from "./known.ts";
import { padded } from "./pad.ts";
import { range } from "./reindex.ts";
import { linearJvp } from "./rules.ts";

type Inputs = readonly (Value | undefined)[];

/** What a DFT does, as its inputs and attributes say it. */
interface Transform {
  readonly axis: number;
  /** Length of the signal, and of its whole spectrum. */
  readonly length: number;
  readonly inverse: boolean;
  /** Only the first half of the spectrum of a real signal is returned (or read, by the inverse). */
  readonly onesided: boolean;
}

/** Bins of the spectrum of a real signal that say all. */
const half = (length: number): number => Math.floor(length / 2) + 1;

function oneInteger(inputs: Inputs, index: number, name: string): number | undefined {
  if (inputs[index] === undefined) return undefined;
  if (sizeOf(integerInput(inputs, index, name, indexTypes).shape) !== 1) throw new Error(`${name} is not one element`);
  return known(inputs, index)?.[0];
}

function transformOf(
  shape: Shape,
  lengthGiven: number | undefined,
  axisGiven: number,
  attributes: Attributes,
): Transform {
  const axis = normaliseAxis(axisGiven, shape.length);
  const [inverse, onesided] = [int(attributes, "inverse") !== 0, int(attributes, "onesided") !== 0];
  const length = lengthGiven ?? (inverse && onesided ? 2 * (shape[axis] - 1) : shape[axis]);
  return { axis, length, inverse, onesided };
}

function resultShape(shape: Shape, { axis, length, inverse, onesided }: Transform): Shape {
  const along = onesided && !inverse ? half(length) : length;
  return [...shape.with(axis, along).slice(0, -1), onesided && inverse ? 1 : 2];
}

const dft: OpDefinition = {
  name: "DFT",
  attributes: { inverse: { kind: "int", default: 0 }, onesided: { kind: "int", default: 0 } },
  staticInputs: [1, 2],
  infer: (inputs, attributes) => {
    const { dtype, shape, rank } = required(inputs, 0);
    if (dtype !== "float32" && dtype !== "float64") throw new Error(`elements are ${dtype}, not float32 or float64`);
    const parts = shape[rank - 1];
    if (rank < 2 || (parts !== 1 && parts !== 2)) {
      throw new Error(`the last axis holds real or complex numbers, 1 or 2 elements, not ${formatShape(shape)}`);
    }
    const transform = transformOf(
      shape,
      oneInteger(inputs, 1, "dft_length"),
      oneInteger(inputs, 2, "axis") ?? -2,
      attributes,
    );
    if (transform.axis === rank - 1) throw new Error("the last axis holds real and imaginary parts");
    if (transform.length < 1) throw new Error(`the signal has length ${transform.length}`);
    if (transform.onesided && !transform.inverse && parts !== 1) {
      throw new Error("onesided needs a real signal, with a last axis of 1");
    }
    if (transform.onesided && transform.inverse && parts !== 2) {
      throw new Error("the onesided inverse needs a complex spectrum, with a last axis of 2");
    }
    // The standard cuts or fills the spectrum, but ONNX Runtime 1.30 then reads the wrong bins.
    const { length, axis } = transform;
    if (transform.onesided && transform.inverse && shape[axis] !== half(length)) {
      throw new Error(
        `half a spectrum of length ${length} has ${half(length)} bins, not ${shape[axis]}; cut or pad it`,
      );
    }
    return [{ dtype, shape: resultShape(shape, transform) }];
  },
  evaluate: ([x, length, axis], attributes, [type]) => {
    if (!x) return [];
    const transform = transformOf(x.shape, length?.data[0], axis?.data[0] ?? -2, attributes);
    return [fourier(x.data, x.shape, type.shape, transform)];
  },
  derivative: {
    vjp: (call, [cotangent]) => [cotangent && adjoint(call, cotangent)],
    jvp: linearJvp(() => [0]),
  },
};

/** y_k = Σ_n x_n·e^(∓2πikn/L), straight from the definition; the inverse with its factor 1/L. */
function fourier(x: Float64Array, from: Shape, to: Shape, transform: Transform): Float64Array {
  const { axis, length, inverse, onesided } = transform;
  const [partsIn, partsOut] = [from[from.length - 1], to[to.length - 1]];
  const angle = range(length).map((k) => ((inverse ? 2 : -2) * Math.PI * k) / length);
  const [cos, sin] = [angle.map(Math.cos), angle.map(Math.sin)];
  const inner = { in: groupsAlong(from, [axis, from.length - 1]), out: groupsAlong(to, [axis, to.length - 1]) };
  const result = new Float64Array(sizeOf(to));
  const terms = Math.min(from[axis], length);
  for (const [g, start] of inner.in.starts.entries()) {
    for (let k = 0; k < to[axis]; k++) {
      let [re, im] = [0, 0];
      for (let n = 0; n < terms; n++) {
        const a = x[start + inner.in.steps[n * partsIn]];
        const b = partsIn === 2 ? x[start + inner.in.steps[n * partsIn + 1]] : 0;
        const turn = (k * n) % length;
        // The half of the spectrum that is left out mirrors this one.
        const twice = inverse && onesided && n > 0 && 2 * n !== length ? 2 : 1;
        re += twice * (a * cos[turn] - b * sin[turn]);
        im += twice * (a * sin[turn] + b * cos[turn]);
      }
      const scale = inverse ? 1 / length : 1;
      const at = inner.out.starts[g];
      result[at + inner.out.steps[k * partsOut]] = re * scale;
      if (partsOut === 2) result[at + inner.out.steps[k * partsOut + 1]] = im * scale;
    }
  }
  return result;
}

/** The transform is linear; transposed as a map of real numbers it is the transform the other way, up to a factor. */
function adjoint(call: Call, cotangent: Value): Value {
  const x = required(call.inputs, 0);
  const given = known(call.inputs, 1)?.[0];
  const { axis, length, inverse, onesided } = transformOf(
    x.shape,
    given,
    known(call.inputs, 2)?.[0] ?? -2,
    call.attributes,
  );
  const back = (value: Value, attributes: Attributes) =>
    call.emit("DFT", [value, call.constant(length, "int64"), call.constant(axis, "int64")], attributes);
  if (inverse && onesided) {
    const weights = range(half(length)).map((k) => (k === 0 || 2 * k === length ? 1 : 2));
    const along = x.shape.map((_, i) => (i === axis ? weights.length : 1));
    return back(cotangent, { onesided: 1 })
      .mul(call.constant(weights, x.dtype, along))
      .div(length);
  }
  const whole = onesided ? fitted(cotangent, axis, length) : cotangent;
  const turned = back(whole, { inverse: inverse ? 0 : 1 });
  const signal = inverse ? turned.div(length) : turned.mul(length);
  const part = x.shape[x.rank - 1] === 1 ? signal.slice([0], [1], [-1]) : signal;
  return fitted(part, axis, x.shape[axis]);
}

/** Cut, or filled with zeros, to a length along an axis: the transpose of the same to the length before. */
function fitted(value: Value, axis: number, length: number): Value {
  const margin = value.shape.map((dim, i) => (i === axis ? length - dim : 0));
  return padded(
    value,
    value.shape.map(() => 0),
    margin,
  );
}

export const dftOps = table(dft);
