import { expect, it } from "vitest";
import { Rng, type Tensor } from "../graph/index.ts";
import {
  constant,
  glorot,
  he,
  type Initialiser,
  lecun,
  normal,
  orthogonal,
  truncatedNormal,
  uniform,
  zeros,
} from "./initialisers.ts";

const fans = { inputs: 300, outputs: 100 };
const make = (initialiser: Initialiser) => initialiser(new Rng(1), [300, 100], fans);

function moments(t: Tensor) {
  const values = t.numbers();
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
  return { mean, deviation, largest: values.reduce((most, v) => Math.max(most, Math.abs(v)), 0) };
}

it.each([
  ["he", he, 2 / 300],
  ["glorot", glorot, 2 / 400],
  ["lecun", lecun, 1 / 300],
] as const)("%s has its published variance in all distributions", (_name, initialiser, variance) => {
  for (const distribution of ["normal", "truncated", "uniform"] as const) {
    const { mean, deviation } = moments(make(initialiser(distribution)));
    expect(Math.abs(mean)).toBeLessThan(0.02 * Math.sqrt(variance));
    expect(deviation / Math.sqrt(variance)).toBeCloseTo(1, 1.7);
  }
});

it("what is bounded stays within its bounds", () => {
  expect(moments(make(uniform(0.3))).largest).toBeLessThanOrEqual(0.3);
  const truncated = moments(make(truncatedNormal(1)));
  expect(truncated.largest).toBeLessThanOrEqual(2 / 0.8796);
  expect(truncated.deviation).toBeCloseTo(1, 1.7);
  expect(moments(make(normal(0.02))).deviation).toBeCloseTo(0.02, 3);
  expect(moments(make(constant(0.5)))).toEqual({ mean: 0.5, deviation: 0, largest: 0.5 });
  expect(moments(make(zeros)).largest).toBe(0);
});

it.each([[[7, 20]], [[20, 7]], [[6, 3, 2, 2]]])("orthogonal %s: the shorter side is orthonormal", (shape) => {
  const w = orthogonal(2)(new Rng(2), shape, fans).numbers();
  const rows = shape[0];
  const columns = w.length / rows;
  const wide = rows <= columns;
  const at = (k: number, i: number) => w[wide ? k * columns + i : i * columns + k];
  for (let a = 0; a < Math.min(rows, columns); a++)
    for (let b = 0; b <= a; b++) {
      let product = 0;
      for (let i = 0; i < Math.max(rows, columns); i++) product += at(a, i) * at(b, i);
      expect(product).toBeCloseTo(a === b ? 4 : 0, 5);
    }
});

it("orthogonal refuses vectors", () => {
  expect(() => orthogonal()(new Rng(1), [3], fans)).toThrow(/no matrix/);
});
