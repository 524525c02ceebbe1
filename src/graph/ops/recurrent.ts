/**
 * @file What LSTM, GRU and RNN share: shapes, directions, sequences of different lengths, and the derivative.
 *
 * x [steps, batch, inputs], W [directions, gates·hidden, inputs], R [directions, gates·hidden, hidden], bias [directions,
 * 2·gates·hidden] (for x, then for h), sequence_lens [batch], initial states [directions, batch, hidden];
 * to Y [steps, directions, batch, hidden] and the last states [directions, batch, hidden].
 *
 * The derivative is that of a scan over the steps, in each direction.
 */

import { isFloat } from "../dtype.ts";
import {
  type AttributeSpec,
  type Attributes,
  type Call,
  type HostArray,
  type OpDefinition,
  required,
  text,
} from "../op.ts";
import { scan } from "../scan.ts";
import { formatShape, type Shape, sameShape, type ValueType } from "../tensor.ts";
import type { Value } from "../value.ts";
import { type Activation, activationsOf } from "./recurrent-activations.ts";
import { reshapeTo } from "./shape.ts";

/** One direction's weights as a step sees them. */
export interface Weights<T> {
  /** [gates·hidden, hidden] */
  readonly recurrent: T;
  /** [gates·hidden]; none in `build` where the bias of h is added with that of x. */
  readonly bias: T | undefined;
  /** [3·hidden] */
  readonly peepholes: T | undefined;
}

/** One cell: what happens in one step, given W·x + bias of the step. */
export interface Cell {
  readonly name: string;
  readonly gates: number;
  readonly activations: readonly string[];
  /** Positions of activations that the attribute `clip` leaves alone. */
  readonly unclipped?: readonly number[];
  readonly attributes: Readonly<Record<string, AttributeSpec>>;
  /** The biases of x and of h are added to the same sums, so that `build` need not see the second. */
  readonly oneBias: boolean;
  /** Inputs 5 and up that hold initial states: h, or h and c. */
  readonly states: 1 | 2;
  /** On numbers, for one sequence: states of `hidden` elements. */
  step(
    fromInput: Float64Array,
    states: readonly Float64Array[],
    weights: Weights<Float64Array>,
    functions: readonly Activation[],
    attributes: Attributes,
  ): Float64Array[];
  /** As nodes, for the whole batch: states of [batch, hidden]. */
  build(
    call: Call,
    weights: Weights<Value>,
    functions: readonly Activation[],
  ): (fromInput: Value, states: readonly Value[]) => Value[];
}

const shared: Readonly<Record<string, AttributeSpec>> = {
  activations: { kind: "strings" },
  activation_alpha: { kind: "floats" },
  activation_beta: { kind: "floats" },
  clip: { kind: "float" },
  direction: { kind: "string", default: "forward" },
  hidden_size: { kind: "int" },
};

/** Whether each direction runs from the last step to the first. */
function directionsOf(attributes: Attributes): readonly boolean[] {
  const direction = text(attributes, "direction");
  if (direction === "forward") return [false];
  if (direction === "reverse") return [true];
  if (direction === "bidirectional") return [false, true];
  throw new Error(`direction is "${direction}", not forward, reverse or bidirectional`);
}

export function recurrentOp(cell: Cell): OpDefinition {
  return {
    name: cell.name,
    attributes: { ...shared, ...cell.attributes },
    infer: (inputs, attributes) => inferTypes(cell, inputs, attributes),
    evaluate: (inputs, attributes) => evaluate(cell, inputs, attributes),
    derivative: { expand: (call) => expand(cell, call) },
  };
}

function inferTypes(cell: Cell, inputs: readonly (Value | undefined)[], attributes: Attributes): ValueType[] {
  const [x, w, r] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
  if (!isFloat(x.dtype)) throw new Error(`elements are ${x.dtype}; floats are needed`);
  if (x.rank !== 3) throw new Error(`the input is [steps, batch, inputs], not of rank ${x.rank}`);
  const directions = directionsOf(attributes).length;
  activationsOf(attributes, cell.activations, directions);
  const [steps, batch, width] = x.shape;
  if (steps === 0) throw new Error("the sequence has no steps");
  const hidden = r.shape[r.rank - 1];
  if (attributes.hidden_size === undefined) throw new Error('attribute "hidden_size" is missing');
  if (attributes.hidden_size !== hidden)
    throw new Error(`hidden_size is ${attributes.hidden_size}, but R is ${formatShape(r.shape)}`);
  const rows = cell.gates * hidden;
  const check = (value: Value | undefined, name: string, shape: Shape) => {
    if (value === undefined) return;
    const dtype = name === "sequence_lens" ? "int32" : x.dtype;
    if (value.dtype !== dtype) throw new Error(`${name} is ${value.dtype}, not ${dtype}`);
    if (!sameShape(value.shape, shape))
      throw new Error(`${name} has shape ${formatShape(value.shape)}, not ${formatShape(shape)}`);
  };
  const state = [directions, batch, hidden];
  check(w, "W", [directions, rows, width]);
  check(r, "R", [directions, rows, hidden]);
  check(inputs[3], "the bias", [directions, 2 * rows]);
  check(inputs[4], "sequence_lens", [batch]);
  check(inputs[5], "initial_h", state);
  check(inputs[6], "initial_c", state);
  check(inputs[7], "the peephole weights", [directions, 3 * hidden]);
  const last = { dtype: x.dtype, shape: state };
  return [
    { dtype: x.dtype, shape: [steps, directions, batch, hidden] },
    ...Array.from({ length: cell.states }, () => last),
  ];
}

function evaluate(
  cell: Cell,
  [x, w, r, bias, lengths, initialH, initialC, peepholes]: readonly (HostArray | undefined)[],
  attributes: Attributes,
): Float64Array[] {
  if (!x || !w || !r) return [];
  const reversed = directionsOf(attributes);
  const functions = activationsOf(attributes, cell.activations, reversed.length, cell.unclipped);
  const [steps, batch, width] = x.shape;
  const hidden = r.shape[2];
  const rows = cell.gates * hidden;
  const y = new Float64Array(steps * reversed.length * batch * hidden);
  const last = Array.from({ length: cell.states }, () => new Float64Array(reversed.length * batch * hidden));
  for (const [d, backwards] of reversed.entries()) {
    const part = (array: HostArray | undefined, size: number, offset = 0, count = size) =>
      array?.data.subarray(d * size + offset, d * size + offset + count);
    const weights = {
      recurrent: r.data.subarray(d * rows * hidden, (d + 1) * rows * hidden),
      bias: part(bias, 2 * rows, rows, rows),
      peepholes: part(peepholes, 3 * hidden),
    };
    const inputBias = part(bias, 2 * rows, 0, rows);
    const own = functions.slice(d * cell.activations.length, (d + 1) * cell.activations.length);
    for (let b = 0; b < batch; b++) {
      const at = (d * batch + b) * hidden;
      const length = lengths?.data[b] ?? steps;
      let states: readonly Float64Array[] = [initialH, initialC]
        .slice(0, cell.states)
        .map((initial) => initial?.data.slice(at, at + hidden) ?? new Float64Array(hidden));
      for (let k = 0; k < length; k++) {
        const t = backwards ? length - 1 - k : k;
        const start = (t * batch + b) * width;
        const fromInput = affine(w.data, x.data.subarray(start, start + width), d * rows, rows, inputBias);
        states = cell.step(fromInput, states, weights, own, attributes);
        y.set(states[0], ((t * reversed.length + d) * batch + b) * hidden);
      }
      if (length > 0) for (const [i, state] of states.entries()) last[i].set(state, at);
    }
  }
  return [y, ...last];
}

/** Rows `first` … `first + rows` of a matrix times a vector, plus a bias. */
export function affine(
  matrix: Float64Array,
  vector: Float64Array,
  first: number,
  rows: number,
  bias: Float64Array | undefined,
): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    let total = bias?.[row] ?? 0;
    const start = (first + row) * vector.length;
    for (let k = 0; k < vector.length; k++) total += matrix[start + k] * vector[k];
    return total;
  });
}

function expand(cell: Cell, call: Call): Value[] {
  const reversed = directionsOf(call.attributes);
  const functions = activationsOf(call.attributes, cell.activations, reversed.length, cell.unclipped);
  const results = reversed.map((backwards, d) =>
    scanDirection(
      cell,
      call,
      d,
      backwards,
      functions.slice(d * cell.activations.length, (d + 1) * cell.activations.length),
    ),
  );
  const join = (values: readonly Value[], axis: number) =>
    values.length === 1 ? values[0] : call.emit("Concat", values, { axis });
  return [
    join(
      results.map(({ y }) => y),
      1,
    ),
    ...Array.from({ length: cell.states }, (_, i) =>
      join(
        results.map(({ last }) => last[i]),
        0,
      ),
    ),
  ];
}

function scanDirection(cell: Cell, call: Call, d: number, backwards: boolean, functions: readonly Activation[]) {
  const [x, w, r, bias, lengths, initialH, initialC, peepholes] = call.inputs;
  const [input, recurrent] = [x as Value, r as Value];
  const [steps, batch, width] = input.shape;
  const hidden = recurrent.shape[2];
  const rows = cell.gates * hidden;
  const part = (value: Value | undefined, from?: number, to?: number) => {
    if (value === undefined) return undefined;
    const own = value.shape[0] === 1 ? value : value.slice([d], [d + 1], [0]);
    const flat = reshapeTo(own, value.shape.slice(1));
    return from === undefined || to === undefined ? flat : flat.slice([from], [to], [0]);
  };
  const [ofInput, ofState] = [part(bias, 0, rows), part(bias, rows, 2 * rows)];
  const weights = {
    recurrent: part(recurrent) as Value,
    bias: cell.oneBias ? undefined : ofState,
    peepholes: part(peepholes),
  };
  const step = cell.build(call, weights, functions);
  // All steps' inputs meet W in one product.
  const inputBias = cell.oneBias && ofInput && ofState ? ofInput.add(ofState) : ofInput;
  const flat = reshapeTo(input, [steps * batch, width]);
  const product = call.emit("Gemm", [flat, part(w), inputBias], { transB: 1 });
  const initial = [initialH, initialC]
    .slice(0, cell.states)
    .map((given) => part(given) ?? call.constant(0, input.dtype, [batch, hidden]));
  const times = call.constant(
    Array.from({ length: steps }, (_, t) => t),
    "int32",
  );
  const { state, ys } = scan(
    (states: readonly Value[], { fromInput, time }: { fromInput: Value; time: Value }) => {
      const next = step(fromInput, states);
      if (lengths === undefined) return { state: next, y: next[0] };
      const runs = reshapeTo(lengths.greater(time), [batch, 1]);
      return { state: next.map((after, i) => runs.where(after, states[i])), y: runs.where(next[0], 0) };
    },
    initial,
    { fromInput: reshapeTo(product, [steps, batch, rows]), time: times },
    { reverse: backwards },
  );
  // ONNX Runtime gives zeros, not the initial states, for a sequence of length 0.
  const ran = lengths && reshapeTo(lengths.greater(0), [batch, 1]);
  return {
    y: reshapeTo(ys, [steps, 1, batch, hidden]),
    last: state.map((value) => reshapeTo(ran ? ran.where(value, 0) : value, [1, batch, hidden])),
  };
}
