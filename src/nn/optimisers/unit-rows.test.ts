import { expect, it } from "vitest";
import { grad, Rng, Tensor, type Value } from "../../graph/index.ts";
import { run } from "../testing/run.ts";
import { adam, alongSphere, applyUpdates, chain, keepUnitRows } from "./index.ts";

const rows = (tensor: Tensor, width: number) =>
  Array.from({ length: tensor.size / width }, (_, i) => tensor.numbers().subarray(i * width, (i + 1) * width));
const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * b[i], 0);
const isDictionary = (path: string) => path === "dictionary";

it("gradients have nothing along the rows, and rows keep length one, of the parameters that are meant alone", async () => {
  const rng = new Rng(3);
  const dictionary = rng.normal([5, 4]);
  const unit = Tensor.of(
    rows(dictionary, 4).flatMap((row) => Array.from(row, (x) => x / Math.hypot(...row))),
    [5, 4],
  );
  const params = { dictionary: unit, bias: rng.normal([5, 4]) };
  const target = rng.normal([5, 4]);
  const optimiser = chain(alongSphere(isDictionary), adam(0.1, { beta1: 0 }), keepUnitRows(isDictionary));
  const step = (p: { dictionary: Value; bias: Value }, t: Value) => {
    const gradients = grad((q: typeof p) => q.dictionary.mul(2).add(q.bias).sub(t).square().sum())(p);
    const { updates: tangent } = alongSphere(isDictionary).update(gradients, {}, p);
    return { gradients, tangent };
  };
  const { gradients, tangent } = await run(step, params, target);
  for (const [i, row] of rows(tangent.dictionary, 4).entries()) {
    expect(Math.abs(dot(row, rows(unit, 4)[i]))).toBeLessThan(1e-5);
    expect(Math.abs(dot(rows(gradients.dictionary, 4)[i], rows(unit, 4)[i]))).toBeGreaterThan(1e-3);
  }
  expect(tangent.bias.numbers()).toEqual(gradients.bias.numbers());

  const move = (p: { dictionary: Value; bias: Value }, t: Value) => {
    const { updates } = optimiser.update(step(p, t).gradients, { 0: {}, 1: optimiserState(p), 2: {} }, p);
    return applyUpdates(p, updates);
  };
  const optimiserState = (p: { dictionary: Value }) => {
    const zeros = p.dictionary.mul(0);
    const slots = { dictionary: zeros, bias: zeros };
    return { 0: { step: zeros.sum(), m: slots, v: slots }, 1: {} };
  };
  const after = await run(move, params, target);
  for (const row of rows(after.dictionary, 4)) expect(Math.hypot(...row)).toBeCloseTo(1, 6);
  expect(after.dictionary.numbers()).not.toEqual(unit.numbers());
  expect(rows(after.bias, 4).every((row) => Math.abs(Math.hypot(...row) - 1) < 1e-6)).toBe(false);
});
