import { expect, it } from "vitest";
import { Rng, scan, Tensor, type Value } from "../../graph/index.ts";
import { conv, init, linear, mlp } from "../../nn/index.ts";
import { flopsByWeight, sparseFlops } from "./flops.ts";

const rng = new Rng(1);

it("a perceptron: 2 · batch · in · out of each weight", () => {
  const params = init.mlp(rng, [7, 5, 3]);
  const costs = flopsByWeight((p: typeof params, x: Value) => mlp(p, x), [params, Tensor.zeros([4, 7])]);
  expect(costs["0/weight"]).toBe(2 * 4 * 7 * 5);
  expect(costs["1/weight"]).toBe(2 * 4 * 5 * 3);
  expect(costs["1/bias"]).toBe(2 * 3);
});

it("convolutions by the places of their window, products from either side, transposed weights", () => {
  const params = {
    conv: init.conv(rng, 3, 6, 3, { bias: false }),
    left: Tensor.zeros([2, 8]),
    turned: Tensor.zeros([9, 5]),
  };
  const costs = flopsByWeight(
    (p: typeof params, x: Value, columns: Value, rows: Value) => ({
      a: conv(p.conv, x, { padding: "same", stride: 2 }),
      b: columns.tracer.lift(p.left, "float32").matmul(columns),
      c: rows.matmul(rows.tracer.lift(p.turned, "float32").transpose()),
    }),
    [params, Tensor.zeros([2, 3, 8, 8]), Tensor.zeros([8, 4]), Tensor.zeros([3, 5])],
  );
  expect(costs["conv/weight"]).toBe(2 * (2 * 6 * 4 * 4) * (3 * 9));
  expect(costs.left).toBe(2 * 2 * 8 * 4);
  expect(costs.turned).toBe(2 * 3 * 9 * 5);
});

it("in a scan once per step", () => {
  const params = init.linear(rng, 4, 4, { bias: false });
  const costs = flopsByWeight(
    (p: typeof params, xs: Value) =>
      scan((h: Value, x: Value) => ({ state: linear(p, h).add(x), y: h }), xs.slice([0], [1]).squeeze(0), xs).state,
    [params, Tensor.zeros([10, 2, 4])],
  );
  expect(costs.weight).toBe(10 * 2 * 2 * 4 * 4);
});

it("sparse costs are Σ density · cost", () => {
  expect(sparseFlops({ a: 100, b: 10 })).toBe(110);
  expect(sparseFlops({ a: 100, b: 10 }, { a: 0.25 })).toBe(35);
});
