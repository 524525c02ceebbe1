/** @file What holds for any seed: spaces against independent formulas, gradients against differences, pruning against what was before. */

import {
  type CompileOptions,
  compile,
  decodeModel,
  exportOnnx,
  grad,
  type Rng,
  sizeOf,
  Tensor,
  type Value,
} from "../../../../graph/index.ts";
import type { Run } from "../../../run.ts";
import { edgeSum, initSpace, type SpaceParams } from "../edge-functions.ts";
import {
  applyModel,
  contributions,
  type ModelParams,
  parameterCount,
  prune,
  type SelectableModel,
  select,
  selectableKan,
} from "../index.ts";
import { bspline, cheb, fourier, gram, poolOf, rbf, relu, wavelet } from "../spaces/index.ts";
import type { BasisSpace } from "../spaces/space.ts";

/** The middles of equal parts of an interval. */
export const between = (low: number, high: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => low + ((i + 0.5) * (high - low)) / count);

/** Eight functions by their numbers. */
const eight = (of: (n: number) => number): number[] => Array.from({ length: 8 }, (_, n) => of(n));

/** B_n of a degree at x, by the recursion of Cox and de Boor. */
function coxDeBoor(knots: readonly number[], n: number, degree: number, x: number): number {
  if (degree === 0) return Number(x >= knots[n] && x < knots[n + 1]);
  const part = (zero: number, one: number, of: number) =>
    ((x - zero) / (one - zero)) * coxDeBoor(knots, of, degree - 1, x);
  return part(knots[n], knots[n + degree], n) + part(knots[n + degree + 1], knots[n + 1], n + 1);
}

const knots = Array.from({ length: 12 }, (_, i) => -1 + (i - 3) * 0.4);

/** Spaces with their functions in float64, at places where both are compared. */
const formulas: readonly { space: BasisSpace; at: readonly number[]; exact: (x: number) => number[] }[] = [
  { space: bspline(), at: between(-1.3, 1.3, 200), exact: (x) => eight((n) => coxDeBoor(knots, n, 3, x)) },
  { space: rbf(), at: between(-2, 2, 100), exact: (x) => eight((n) => Math.exp(-((3.5 * (x + 1) - n) ** 2))) },
  {
    space: cheb(),
    at: between(-2.5, 2.5, 100),
    exact: (x) => eight((n) => Math.cos(n * Math.acos(Math.tanh(x)))),
  },
  {
    space: fourier(),
    at: between(-1, 1, 100),
    exact: (x) => eight((n) => (n < 4 ? Math.cos((n + 1) * Math.PI * x) : Math.sin((n - 3) * Math.PI * x))),
  },
  {
    space: relu(),
    at: between(-1.5, 1.5, 100),
    exact: (x) => eight((n) => (Math.max(0, 0.64 - (x - (n - 1) * 0.4 + 1) ** 2) / 0.64) ** 2),
  },
];

/** b_n(x) at each x. */
export async function basisValues(space: BasisSpace, xs: readonly number[], how?: CompileOptions): Promise<number[][]> {
  const basis = compile((x: Value) => space.basis(x), how);
  const values = (await basis(Tensor.of(xs))).numbers();
  await basis.release();
  return xs.map((_, i) => [...values.subarray(i * space.size, (i + 1) * space.size)]);
}

/** The largest differences from what each space is known to be. */
export async function basisErrors(how?: CompileOptions): Promise<Record<string, number>> {
  const errors: Record<string, number> = {};
  for (const { space, at, exact } of formulas) {
    const values = await basisValues(space, at, how);
    errors[`${space.name} by its formula`] = largest(
      values.flatMap((row, i) => row.map((v, n) => v - exact(at[i])[n])),
    );
  }
  const splines = await basisValues(bspline(), between(-1, 1, 200), how);
  errors["B-splines sum to 1"] = largest(splines.map((row) => row.reduce((a, b) => a + b) - 1));
  const points = 12;
  const polynomials = await basisValues(gram({ points }), between(-1, 1, points).map(Math.atanh), how);
  const product = (m: number, n: number) => polynomials.reduce((sum, row) => sum + row[m] * row[n], 0) / points;
  errors["Gram polynomials are orthogonal"] = largest(eight((m) => largest(eight((n) => (n < m ? product(m, n) : 0)))));
  const hat = await hatValues(between(-12, 12, 2400), how);
  errors["the wavelet's integral is 0"] = Math.abs(hat.reduce((a, b) => a + b) * 0.01);
  return errors;
}

/** The Mexican hat with shift 0.3 and scale 0.7. */
export async function hatValues(xs: readonly number[], how?: CompileOptions): Promise<Float64Array> {
  const shape = { shift: Tensor.of([[0.3]]), scale: Tensor.of([[0.7]]) };
  const form = compile((x: Value, shapes: Record<string, Value>) => wavelet().form(x, shapes), how);
  const values = (await form(Tensor.of(xs, [xs.length, 1, 1]), shape)).numbers();
  await form.release();
  return values;
}

/** The largest difference, over all spaces, between gradients (by inputs, coefficients and forms) and central differences, in float64. */
export async function gradientError(rng: Rng, how?: CompileOptions): Promise<number> {
  const differences: number[] = [];
  for (const space of poolOf()) {
    const double = (tensor: Tensor) => Tensor.of(tensor.numbers(), tensor.shape, "float64");
    const params = Object.entries(initSpace(rng.split(space.name), space, 3, 2)).map(([name, t]) => [name, double(t)]);
    const given: Record<string, Tensor> = {
      ...Object.fromEntries(params),
      x: double(rng.split("x").uniform([4, 3], -0.9, 0.9)),
    };
    const scalar = ({ x, ...p }: Record<string, Value>) =>
      edgeSum(space, p as SpaceParams<Value>, x)
        .square()
        .sum();
    const [value, slope] = [compile(scalar, how), compile((tree: Record<string, Value>) => grad(scalar)(tree), how)];
    const slopes = (await slope(given)) as Record<string, Tensor>;
    for (const [name, tensor] of Object.entries(given)) {
      const moved = async (i: number, by: number) => {
        const numbers = tensor.numbers().map((v, k) => v + (k === i ? by : 0));
        return (await value({ ...given, [name]: Tensor.of(numbers, tensor.shape, "float64") })).item();
      };
      for (const i of [0, tensor.size - 1]) {
        const difference = ((await moved(i, 1e-5)) - (await moved(i, -1e-5))) / 2e-5;
        differences.push(slopes[name].numbers()[i] - difference);
      }
    }
    await Promise.all([value.release(), slope.release()]);
  }
  return largest(differences);
}

/** What spaces and numbers an ONNX file of the network has. */
export function exported<R>(model: SelectableModel<R>, example: Tensor): { spaces: string[]; numbers: number } {
  const bytes = exportOnnx(
    (params: ModelParams<R, Value>, x: Value) => applyModel(model, x, params),
    [model.params, example] as never,
    { names: ["params", "x"], batch: { name: "N", arguments: [1] } },
  );
  const { node = [], input = [] } = decodeModel(bytes).graph ?? {};
  const scopes = node.map(({ name = "" }) => name.split("/").slice(0, 2).join("/"));
  const sizes = input
    .filter(({ name = "" }) => name.startsWith("params"))
    .map(({ type }) => sizeOf((type?.tensorType?.shape?.dim ?? []).map(({ dimValue }) => Number(dimValue))));
  return {
    spaces: [...new Set(scopes.filter((scope) => /^layer\d+\/(?!base$)[a-z]+$/.test(scope)))].sort(),
    numbers: sizes.reduce((a, b) => a + b, 0),
  };
}

/** All that holds for any seed, as metrics. */
export async function reportIdentities(run: Run): Promise<void> {
  const how = run.compile;
  run.metric("spaces against independent formulas, largest difference", largest(Object.values(await basisErrors(how))));
  run.metric("gradients against finite differences", await gradientError(run.rng.split("gradients"), how));

  const rng = run.rng.split("pruning");
  const x = rng.uniform([50, 2], -1, 1);
  const trained = { ...selectableKan(rng, [2, 4, 1]), stage: "trained" } as const;
  const measured = await contributions(trained, x, { compile: how });
  const [before, after] = await Promise.all(
    [trained, prune(trained, select(measured, 7))].map(async (model) => {
      const output = compile((v: Value) => applyModel(model, v), how);
      const values = (await output(x)).numbers();
      await output.release();
      return values;
    }),
  );
  run.metric("folding with nothing pruned, largest change", largest(before.map((value, i) => value - after[i])));

  const chosen = select(measured, 2);
  const pruned = prune(trained, chosen);
  const kept = new Set(chosen.flatMap(({ layer, spaces }) => spaces.map(({ name }) => `layer${layer}/${name}`)));
  const file = exported(pruned, x);
  run.metric(
    "spaces in the exported network that were not chosen",
    file.spaces.filter((name) => !kept.has(name)).length,
  );
  run.metric("exported numbers minus those of the formula", Math.abs(file.numbers - parameterCount(pruned)));
}

/** The largest magnitude. */
export const largest = (values: ArrayLike<number>): number => Math.max(...Array.from(values, Math.abs));
