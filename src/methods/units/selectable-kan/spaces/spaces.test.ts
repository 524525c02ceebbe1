import { expect, it } from "vitest";
import { grad, Rng, Tensor, type Value } from "../../../../graph/index.ts";
import { run } from "../../../../nn/testing/run.ts";
import { edgeFunctions, edgeSum, initSpace, type SpaceParams } from "../edge-functions.ts";
import { basisErrors, basisValues, between, gradientError, hatValues } from "../experiment/identities.ts";
import { bspline, gram, poolOf, rbf, relu, spaceNames } from "./index.ts";

it("spaces are what their formulas say: splines by Cox and de Boor, T_n(cos θ) = cos nθ, orthogonal polynomials, …", async () => {
  const errors = await basisErrors();
  expect(Object.keys(errors).length).toBe(8);
  for (const [what, error] of Object.entries(errors)) expect(error, what).toBeLessThan(1e-5);
});

it("B-splines are twice continuously differentiable", async () => {
  const spline = (x: Value) =>
    bspline()
      .basis(x)
      .mul(Tensor.of([1, -2, 3, 5, -1, 2, 4, -3]))
      .sum(-1);
  const slope = (x: Value) => grad((v: Value) => spline(v).sum())(x);
  const bend = (x: Value) => grad((v: Value) => slope(v).sum())(x);
  const knots = Array.from({ length: 12 }, (_, i) => -1 + (i - 3) * 0.4);
  for (const derivative of [spline, slope, bend]) {
    const sides = await run(derivative, Tensor.of(knots.flatMap((knot) => [knot - 1e-4, knot + 1e-4])));
    const values = sides.numbers();
    for (let i = 0; i < knots.length; i++) expect(Math.abs(values[2 * i] - values[2 * i + 1])).toBeLessThan(0.2);
  }
});

it("Gram polynomials of infinitely many points are those of Legendre", async () => {
  const values = await basisValues(gram({ points: Number.POSITIVE_INFINITY }), between(-1, 1, 4000).map(Math.atanh));
  for (let m = 0; m < 8; m++)
    for (let n = 0; n <= m; n++) {
      const product = values.reduce((sum, row) => sum + row[m] * row[n], 0) / 4000;
      expect(product).toBeCloseTo(m === n ? 1 / (2 * n + 1) : 0, 4);
    }
});

it("the wavelet is a Mexican hat", async () => {
  const xs = between(-3, 3, 100);
  const exact = (x: number) => (1 - ((x - 0.3) / 0.7) ** 2) * Math.exp(-(((x - 0.3) / 0.7) ** 2) / 2);
  for (const [i, value] of (await hatValues(xs)).entries()) expect(value).toBeCloseTo(exact(xs[i]), 5);
});

it("rectified bells have peak 1 in the middle of their support, and 0 at its ends", async () => {
  const middles = Array.from({ length: 8 }, (_, n) => -1 + (n - 1) * 0.4);
  for (const [n, row] of (await basisValues(relu(), middles)).entries()) expect(row[n]).toBeCloseTo(1, 5);
  const ends = await basisValues(
    relu(),
    middles.flatMap((middle) => [middle - 0.8, middle + 0.8]),
  );
  for (const [i, row] of ends.entries()) expect(row[Math.floor(i / 2)]).toBeCloseTo(0, 5);
});

it("gradients of every space by inputs, coefficients and forms are those of finite differences", async () => {
  expect(await gradientError(new Rng(5))).toBeLessThan(1e-6);
});

it("a sum over edges is the sum of the edges' functions", async () => {
  for (const space of poolOf()) {
    const rng = new Rng(3);
    const params = initSpace(rng, space, 3, 2);
    const x = rng.uniform([5, 3], -1, 1);
    const [sum, parts] = await run(
      (p: SpaceParams<Value>, v: Value) => [edgeSum(space, p, v), edgeFunctions(space, p, v).sum(1)] as const,
      params as never,
      x,
    );
    for (const [i, value] of sum.numbers().entries()) expect(value).toBeCloseTo(parts.numbers()[i], 5);
  }
});

it("a pool is checked", () => {
  expect(poolOf().map(({ name }) => name)).toEqual(spaceNames);
  expect(() => poolOf([])).toThrow("has no activation space");
  expect(() => poolOf(["spline" as never])).toThrow('no activation space is named "spline"');
  expect(() => poolOf(["rbf", rbf({ centres: 4 })])).toThrow('two spaces of the pool are named "rbf"');
  const wrong = { name: "powers", size: 3, basis: (x: Value) => x.unsqueeze(-1) };
  expect(() => poolOf([wrong])).toThrow(
    '"powers" says that it has 3 functions, but its basis makes [2, 3, 1] of [2, 3]',
  );
});
