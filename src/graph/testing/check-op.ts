/**
 * @file How the tests check an op: the runtime against the op's own meaning in float64, its derivative rules against
 * central differences, forward against reverse.
 */

import { expect } from "vitest";
import { runtime } from "#runtime";
import { jvp, vjp } from "../derivative.ts";
import { type DType, isFloat } from "../dtype.ts";
import { evaluate } from "../evaluate.ts";
import { encodeGraph } from "../onnx/export.ts";
import type { Attributes } from "../op.ts";
import { Rng } from "../rng.ts";
import { type Shape, sizeOf, Tensor } from "../tensor.ts";
import { Tracer } from "../tracer.ts";
import type { Value } from "../value.ts";

export interface TestInput {
  readonly shape: Shape;
  /** Default float32. */
  readonly dtype?: DType;
  /** Elements are drawn uniformly from here; default [−2, 2). */
  readonly range?: readonly [number, number];
  /** Or given. */
  readonly values?: readonly number[];
  /** Known while tracing (a shape, axes, …). */
  readonly constant?: boolean;
  /** All elements distinct and at least 0.1 apart: for ops with kinks where elements tie (max, sort). */
  readonly distinct?: boolean;
}

export interface OpCase {
  readonly op: string;
  readonly inputs: readonly (TestInput | undefined)[];
  readonly attributes?: Attributes;
  readonly outputs?: number;
  readonly seed?: number;
  /** Distance to keep from kinks of the function: elements are moved off multiples of `kinks` by 0.05. */
  readonly kinks?: number;
  /** Inputs to differentiate; default: all float inputs that are not constant. */
  readonly differentiate?: readonly number[];
  /** Relative tolerance of the runtime in float32; default 2e-5. */
  readonly tolerance?: number;
  /** Skip the comparison with the runtime, with the reason. */
  readonly noRuntime?: string;
}

export function draw(input: TestInput, rng: Rng, kinks: number | undefined): Float64Array {
  const size = sizeOf(input.shape);
  if (input.values) return Float64Array.from(input.values);
  const [low, high] = input.range ?? [-2, 2];
  if (input.distinct) {
    const order = rng.permutation(size);
    return Float64Array.from(order, (k) => Math.fround(0.1 * (k - size / 2) + 0.03 * rng.random()));
  }
  return Float64Array.from({ length: size }, () => {
    let value = low + (high - low) * rng.random();
    if (input.dtype === "bool") return value > 0 ? 1 : 0;
    if (input.dtype !== undefined && !isFloat(input.dtype)) return Math.floor(value);
    if (kinks !== undefined) {
      const nearest = Math.round(value / kinks) * kinks;
      if (Math.abs(value - nearest) < 0.05 * kinks) value = nearest + 0.05 * kinks * (value < nearest ? -1 : 1);
    }
    return Math.fround(value);
  });
}

/** What cancels to less than this was rounded at the size of its terms. */
const leastScale = 0.05;

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  expect(actual.length, what).toBe(expected.length);
  let scale = 0;
  for (let i = 0; i < expected.length; i++)
    if (Number.isFinite(expected[i])) scale = Math.max(scale, Math.abs(expected[i]));
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(actual[i], expected[i]) || actual[i] === expected[i]) continue;
    const error = Math.abs(actual[i] - expected[i]);
    if (!(error <= tolerance * Math.max(scale, leastScale))) {
      expect.fail(
        `${what}: element ${i} is ${actual[i]}, expected ${expected[i]} (tolerance ${tolerance} of ${scale})`,
      );
    }
  }
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
};

/** Checks one op on one set of inputs; fails the test with what differs. */
export async function checkOp(test: OpCase): Promise<void> {
  const rng = new Rng(test.seed ?? 1);
  const data = test.inputs.map((input) => input && draw(input, rng, test.kinks));
  const name = `${test.op} ${test.inputs.map((input) => (input ? `[${input.shape}]` : "–")).join(" ")} ${JSON.stringify(test.attributes ?? {})}`;

  // The graph, with the inputs that are not constant as its inputs.
  const build = (tracer: Tracer, asConstant: (i: number) => boolean) => {
    const feeds = new Map<Value, Float64Array>();
    const values = test.inputs.map((input, i) => {
      if (input === undefined) return undefined;
      const type = { dtype: input.dtype ?? "float32", shape: input.shape } as const;
      const elements = data[i] as Float64Array;
      if (asConstant(i)) return tracer.lift(Tensor.of(elements, input.shape, type.dtype), type.dtype);
      const value = tracer.input(type);
      feeds.set(value, elements);
      return value;
    });
    return { values, feeds };
  };
  const isConstant = (i: number) => test.inputs[i]?.constant === true;
  const apply = (tracer: Tracer, inputs: readonly (Value | undefined)[]) =>
    tracer.emitAll(test.op, inputs, test.attributes ?? {}, test.outputs ?? 1);

  const tracer = new Tracer();
  const { values, feeds } = build(tracer, isConstant);
  const outputs = apply(tracer, values);
  const exact = evaluate(outputs, feeds);
  for (const [i, output] of outputs.entries())
    expect(exact[i].length, `${name}: output ${i} has shape ${output}`).toBe(sizeOf(output.shape));

  if (test.noRuntime === undefined) {
    const named = [...feeds.keys()].map((value, i) => ({ name: `x${i}`, value }));
    const bytes = encodeGraph(
      named,
      outputs.map((value, i) => ({ name: `y${i}`, value })),
    );
    const session = await runtime.createSession(bytes, { threads: 1 });
    const results = await session.run(
      Object.fromEntries(
        named.map(({ name: key, value }) => [
          key,
          Tensor.of(feeds.get(value) as Float64Array, value.shape, value.dtype),
        ]),
      ),
    );
    await session.release();
    for (const [i, output] of outputs.entries()) {
      expect(results[`y${i}`].shape, `${name}: shape of output ${i}`).toEqual(output.shape);
      expect(results[`y${i}`].dtype, `${name}: dtype of output ${i}`).toBe(output.dtype);
      close(
        results[`y${i}`].numbers(),
        exact[i],
        test.tolerance ?? 2e-5,
        `${name}: runtime against float64, output ${i}`,
      );
    }
  }

  const wanted =
    test.differentiate ??
    test.inputs.flatMap((input, i) => (input && !input.constant && isFloat(input.dtype ?? "float32") ? [i] : []));
  const floatOutputs = outputs.flatMap((output, i) => (isFloat(output.dtype) ? [i] : []));
  if (wanted.length === 0 || floatOutputs.length === 0 || outputs[0].node?.definition.derivative === "zero") return;
  checkDerivatives(name, wanted, floatOutputs, data, rng, (t) => ({
    ...build(t, (i) => isConstant(i)),
    apply: (inputs) => apply(t, inputs),
  }));
}

type Build = (tracer: Tracer) => {
  values: (Value | undefined)[];
  feeds: Map<Value, Float64Array>;
  apply: (inputs: readonly (Value | undefined)[]) => Value[];
};

function checkDerivatives(
  name: string,
  wanted: readonly number[],
  floatOutputs: readonly number[],
  data: readonly (Float64Array | undefined)[],
  rng: Rng,
  build: Build,
): void {
  const random = (length: number) => Float64Array.from({ length }, () => rng.random() - 0.5);
  const directions = wanted.map((i) => random((data[i] as Float64Array).length));

  const valueAt = (step: number): Float64Array[] => {
    const { values, feeds, apply } = build(new Tracer());
    for (const [k, i] of wanted.entries()) {
      const base = data[i] as Float64Array;
      feeds.set(
        values[i] as Value,
        base.map((x, e) => x + step * directions[k][e]),
      );
    }
    const outputs = apply(values);
    return evaluate(
      floatOutputs.map((i) => outputs[i]),
      feeds,
    );
  };
  // Fourth-order central difference: error O(h⁴), so that float64 leaves about ten digits.
  const h = 2e-3;
  const [a, b, c, d] = [valueAt(h), valueAt(-h), valueAt(2 * h), valueAt(-2 * h)];
  const numeric = a.map((_, o) => a[o].map((_x, e) => (8 * (a[o][e] - b[o][e]) - (c[o][e] - d[o][e])) / (12 * h)));

  const tracer = new Tracer();
  const { values, feeds, apply } = build(tracer);
  const args = wanted.map((i) => values[i] as Value);
  const fn = (...given: Value[]) => {
    const inputs = values.slice();
    for (const [k, i] of wanted.entries()) inputs[i] = given[k];
    const outputs = apply(inputs);
    return floatOutputs.map((i) => outputs[i]);
  };
  const seed = (like: Value, elements: Float64Array) => {
    const value = tracer.input({ dtype: like.dtype, shape: like.shape });
    feeds.set(value, elements);
    return value;
  };
  const tangents = args.map((arg, k) => seed(arg, directions[k]));
  const forward = jvp(fn, args, tangents as never);
  const pushed = evaluate(forward.tangent as unknown as Value[], feeds);
  for (const o of pushed.keys())
    close(
      pushed[o],
      numeric[o],
      2e-7,
      `${name}: forward derivative against central differences, output ${floatOutputs[o]}`,
    );

  const { result, pull } = vjp(fn, ...args);
  const weights = numeric.map((n) => random(n.length));
  const cotangents = (result as Value[]).map((output, o) => seed(output, weights[o]));
  const pulled = evaluate(pull(cotangents as never) as unknown as Value[], feeds);
  const left = weights.reduce((sum, w, o) => sum + dot(w, pushed[o]), 0);
  const right = pulled.reduce((sum, g, k) => sum + dot(g, directions[k]), 0);
  close([right], [left], 1e-9, `${name}: reverse against forward derivative`);
  const scale = weights.reduce((sum, w, o) => sum + dot(w.map(Math.abs), numeric[o].map(Math.abs)), 0);
  expect(
    Math.abs(right - weights.reduce((sum, w, o) => sum + dot(w, numeric[o]), 0)),
    `${name}: reverse derivative against central differences`,
  ).toBeLessThanOrEqual(1e-6 * Math.max(scale, 1e-3));
}
