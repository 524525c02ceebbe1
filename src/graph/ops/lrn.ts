/** @file LRN: local response normalisation across channels, as in AlexNet. */

import { stridesOf } from "../broadcast.ts";
import { type AttributeSpec, type Attributes, type Call, int, type OpDefinition, required, table } from "../op.ts";
import type { Value } from "../value.ts";

const float = (value: number): AttributeSpec => ({ kind: "float", default: value });

const sizeLimit = 4095;

/** Channels on either side that count: never more than there are. */
const reach = (attributes: Attributes, channels: number): number =>
  Math.min((int(attributes, "size") - 1) / 2, Math.max(0, channels - 1));

/**
 * Sum over the neighbouring channels of x [N, C, H, W]. The window is symmetric, so this is its own transpose.
 * Sums over 1, 2, 4, … successive channels, each from the one before, are put together to the window's width.
 */
function sumOverNeighbours(call: Call, x: Value): Value {
  const channels = x.shape[1];
  const side = reach(call.attributes, channels);
  const size = 2 * side + 1;
  const part = (value: Value, start: number, end: number) => value.slice([start], [end], [1]);
  const zeros = call.constant(0, x.dtype, [x.shape[0], side, x.shape[2], x.shape[3]]);
  let run = side === 0 ? x : call.emit("Concat", [zeros, x, zeros], { axis: 1 });
  let total: Value | undefined;
  for (let width = 1, start = 0; width <= size; width *= 2) {
    if (width > 1) {
      const length = run.shape[1];
      run = part(run, 0, length - width / 2).add(part(run, width / 2, length));
    }
    if ((size & width) === 0) continue;
    const term = part(run, start, start + channels);
    total = total === undefined ? term : total.add(term);
    start += width;
  }
  return total as Value;
}

/** y = x·S^−β with S = bias + α/size·Σ x² over the neighbours: ∂y = S^−β·t − 2αβ/size · x·S^(−β−1) · Σ x·t. */
function parts(call: Call) {
  const x = call.inputs[0] as Value;
  const { attributes } = call;
  const alpha = int(attributes, "alpha") / int(attributes, "size");
  const beta = int(attributes, "beta");
  const s = sumOverNeighbours(call, x.mul(x)).mul(alpha).add(int(attributes, "bias"));
  const scale = s.pow(-beta);
  return { x, scale, cross: x.mul(scale.div(s)).mul(2 * alpha * beta) };
}

const lrn: OpDefinition = {
  name: "LRN",
  attributes: { size: { kind: "int" }, alpha: float(1e-4), beta: float(0.75), bias: float(1) },
  infer: (inputs, attributes) => {
    const x = required(inputs, 0);
    if (attributes.size === undefined) throw new Error('attribute "size" is missing');
    const size = int(attributes, "size");
    // The standard knows even sizes and other ranks, ONNX Runtime does not.
    if (size < 1 || size % 2 === 0) throw new Error(`size ${size} is not odd and positive`);
    // ONNX Runtime allocates as many planes.
    if (size > sizeLimit) throw new Error(`size ${size} is more than ${sizeLimit}`);
    if (x.rank !== 4) throw new Error(`the input is [N, C, H, W], not of rank ${x.rank}`);
    if (x.dtype !== "float32") throw new Error(`elements are ${x.dtype}; float32 is needed`);
    return [x];
  },
  evaluate: ([x], attributes) => {
    if (!x) return [];
    const channels = x.shape[1];
    const stride = stridesOf(x.shape)[1];
    const side = reach(attributes, channels);
    const alpha = int(attributes, "alpha") / int(attributes, "size");
    const response = (v: number, i: number) => {
      const channel = Math.floor(i / stride) % channels;
      let squares = 0;
      for (let c = Math.max(0, channel - side); c <= Math.min(channels - 1, channel + side); c++)
        squares += x.data[i + (c - channel) * stride] ** 2;
      return v * (int(attributes, "bias") + alpha * squares) ** -int(attributes, "beta");
    };
    return [x.data.map(response)];
  },
  derivative: {
    vjp: (call, [t]) => {
      if (!t) return [];
      const { x, scale, cross } = parts(call);
      return [t.mul(scale).sub(x.mul(sumOverNeighbours(call, t.mul(cross))))];
    },
    jvp: (call, [t]) => {
      if (!t) return [];
      const { x, scale, cross } = parts(call);
      return [t.mul(scale).sub(cross.mul(sumOverNeighbours(call, x.mul(t))))];
    },
  },
};

export const lrnOps = table(lrn);
