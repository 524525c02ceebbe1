/**
 * @file How the tests check an imported model: every tensor in it against the runtime on the file itself, its gradients against
 * central differences, and its export.
 */

import { expect } from "vitest";
import { runtime } from "#runtime";
import { compile } from "../compile.ts";
import { grad } from "../derivative.ts";
import { isFloat } from "../dtype.ts";
import { evaluate } from "../evaluate.ts";
import { collect } from "../names.ts";
import { decodeModel, encodeModel } from "../onnx/codec.ts";
import { exportOnnx } from "../onnx/export-function.ts";
import { type ImportedModel, importOnnx } from "../onnx/import.ts";
import type { ModelProto } from "../onnx/schema.ts";
import { Rng } from "../rng.ts";
import type { Tensor } from "../tensor.ts";
import { Tracer } from "../tracer.ts";
import type { Value } from "../value.ts";

type Tensors = Record<string, Tensor>;
type Values = Record<string, Value>;

export interface ImportCheck {
  /** Of the largest element; default 1e-5. */
  readonly tolerance?: number;
  /** Of outputs of the model exported again; default: the same. */
  readonly exportTolerance?: number;
  /** Parameters that the outputs do not depend on, or whose gradient vanishes at this point. */
  readonly withoutGradient?: readonly string[];
}

/** The tensors that the runtime computes from the file as it is: all that its nodes make. */
async function rawTensors(proto: ModelProto, feeds: Tensors): Promise<Tensors> {
  const copy = decodeModel(encodeModel(proto));
  const graph = copy.graph as NonNullable<ModelProto["graph"]>;
  const named = new Set(graph.output.map(({ name }) => name));
  for (const name of graph.node.flatMap(({ output }) => output))
    if (name !== "" && !named.has(name)) graph.output.push({ name });
  return runRaw(encodeModel(copy), feeds);
}

async function runRaw(bytes: Uint8Array, feeds: Tensors): Promise<Tensors> {
  const session = await runtime.createSession(bytes, { threads: 1 });
  const results = await session.run(feeds);
  await session.release();
  return results;
}

export function expectClose(actual: Tensor, expected: Tensor, tolerance: number, what: string): void {
  expect(`${actual}`, what).toBe(`${expected}`);
  const [a, b] = [actual.numbers(), expected.numbers()];
  const scale = b.reduce((most, v) => (Number.isFinite(v) ? Math.max(most, Math.abs(v)) : most), 1e-3);
  for (const i of b.keys()) {
    if (Object.is(a[i], b[i])) continue;
    expect(Math.abs(a[i] - b[i]), `${what}, element ${i}: ${a[i]}, expected ${b[i]}`).toBeLessThanOrEqual(
      tolerance * scale,
    );
  }
}

/** Σ of random weights times each float output. */
function lossOf(model: ImportedModel, params: Values, feeds: Values): Value {
  const rng = new Rng(3);
  const terms = Object.values(model.apply(params, feeds))
    .filter((output) => isFloat(output.dtype))
    .map((output) => output.mul(rng.normal(output.shape)).sum());
  return terms.reduce((sum, term) => sum.add(term));
}

/** Every tensor that the file's nodes make, as imported, equals the runtime's; so do the outputs of the model exported again. */
export async function checkTensors(
  proto: ModelProto,
  feeds: Tensors,
  { tolerance = 1e-5, exportTolerance = tolerance }: ImportCheck = {},
): Promise<Tensors> {
  const expected = await rawTensors(proto, feeds);
  const model = importOnnx(encodeModel(proto));
  const apply = (params: Values, inputs: Values) => model.apply(params, inputs);
  const run = compile((params: Values, inputs: Values) => collect(apply)(params, inputs));
  const { result, taps } = await run(model.params as never, feeds as never);
  await run.release();
  for (const [name, value] of Object.entries({ ...taps, ...result }))
    if (expected[name]) expectClose(value, expected[name], tolerance, `"${name}"`);

  const bytes = exportOnnx(apply, [model.params, feeds] as never, { names: ["params", "inputs"] });
  const named = (prefix: string, tensors: Readonly<Tensors>) =>
    Object.entries(tensors).map(([name, tensor]) => [`${prefix}/${name}`, tensor]);
  const again = await runRaw(bytes, Object.fromEntries([...named("params", model.params), ...named("inputs", feeds)]));
  for (const { name } of model.outputs)
    expectClose(again[name], expected[name], exportTolerance, `"${name}", exported again`);
  return expected;
}

/**
 * Gradients of a loss on the outputs flow to every parameter and float input, and agree with central differences along a random
 * direction.
 */
export async function checkGradients(
  proto: ModelProto,
  feeds: Tensors,
  { withoutGradient = [] }: ImportCheck = {},
): Promise<void> {
  const model = importOnnx(encodeModel(proto));
  const points: Tensors = { ...model.params };
  const fixed: Tensors = {};
  for (const [name, feed] of Object.entries(feeds)) (isFloat(feed.dtype) ? points : fixed)[name] = feed;
  const loss = (at: Values, rest: Values) => lossOf(model, at, { ...rest, ...at });
  const run = compile((at: Values, rest: Values) => grad(loss)(at, rest));
  const gradients = (await run(points as never, fixed as never)) as Tensors;
  await run.release();
  for (const [name, gradient] of Object.entries(gradients)) {
    const numbers = gradient.numbers();
    expect(numbers.every(Number.isFinite), `gradient of "${name}" is finite`).toBe(true);
    if (withoutGradient.includes(name)) continue;
    expect(
      numbers.some((v) => v !== 0),
      `gradient of "${name}" is not zero`,
    ).toBe(true);
  }

  const rng = new Rng(4);
  const tracer = new Tracer();
  const elements = new Map<Value, Float64Array>();
  const valuesOf = (tensors: Readonly<Tensors>) => mapEntries(tensors, (tensor) => tracer.input(tensor));
  const [at, rest] = [valuesOf(points), valuesOf(fixed)];
  for (const [name, value] of Object.entries(rest)) elements.set(value, fixed[name].numbers());
  const directions = mapEntries(points, ({ shape }) => rng.normal(shape).numbers());
  const total = loss(at, rest);
  const lossAt = (step: number): number => {
    for (const [name, value] of Object.entries(at))
      elements.set(
        value,
        points[name].numbers().map((v, i) => v + step * directions[name][i]),
      );
    return evaluate([total], elements)[0][0];
  };
  const h = 1e-4;
  const numeric = (8 * (lossAt(h) - lossAt(-h)) - (lossAt(2 * h) - lossAt(-2 * h))) / (12 * h);
  const terms = Object.entries(directions).flatMap(([name, direction]) => [
    ...gradients[name].numbers().map((g, i) => g * direction[i]),
  ]);
  const analytic = terms.reduce((sum, term) => sum + term, 0);
  const size = terms.reduce((sum, term) => sum + Math.abs(term), 0);
  expect(
    Math.abs(analytic - numeric),
    `directional derivative: ${analytic}, central differences ${numeric}`,
  ).toBeLessThan(1e-4 * size);
}

function mapEntries<T, R>(record: Readonly<Record<string, T>>, f: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value)]));
}

export async function checkImport(proto: ModelProto, feeds: Tensors, options: ImportCheck = {}): Promise<Tensors> {
  const tensors = await checkTensors(proto, feeds, options);
  await checkGradients(proto, feeds, options);
  return tensors;
}
