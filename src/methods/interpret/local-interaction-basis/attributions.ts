/** @file Integrated gradients in the coordinates of two neighbouring nodes, the constant among them. */

import { jvp, scan, Tensor, type Value, vjp } from "../../../graph/index.ts";
import { blockOf, type Matrix, transposed } from "../matrix.ts";
import type { Inputs } from "./chain.ts";
import type { Gap } from "./gap.ts";
import type { LibLayer } from "./layer.ts";
import type { Quadrature } from "./quadrature.ts";
import { cotangentOf, type Seeds } from "./seeds.ts";

/**
 * Of each seed, example and coordinate: Σ_s f̂_sj ∫₀¹ ∂f̂′_ti(α·f̂)/∂f̂_sj dα, [K, N, r]. Its sum over j is what the seed's coordinate is, less
 * what it is where all coordinates are 0.
 * @param layer the basis of the node before the gap; that of the one behind it is in the seeds
 */
export function attributions(
  gap: Gap,
  { C, Cpinv, dtype }: LibLayer,
  { points, weights }: Quadrature,
  inputs: Inputs,
  seeds: Seeds<Value>,
): Value {
  const rows = gap.rows(inputs);
  const { units } = gap.from;
  const r = C.columns;
  const constant = (matrix: Matrix) => Tensor.of(matrix.data, [matrix.rows, matrix.columns], dtype);
  // f̂ = (f, 1)·C
  const coordinates = rows.matmul(constant(blockOf(C, [0, units]))).add(constant(blockOf(C, [units, units + 1])));
  const back = constant(transposed(blockOf(Cpinv, [0, r], [0, units])));

  /** At α·f̂: of each seed, example and coordinate Σ_s f̂_sj ∂f̂′/∂f̂_sj [K, N, r]. */
  const at = (alpha: Value): Value => {
    const map = (x: Value, c: Value) => gap.map(inputs, x, c);
    const { result, pull } = vjp((x: Value) => map(x, alpha), rows.mul(alpha));
    const { ys } = scan(
      (state: Record<string, never>, seed: Seeds<Value>) => {
        const gradient = pull(cotangentOf(seed, result))[0].matmul(back);
        return { state, y: gradient.mul(coordinates).sum(1) };
      },
      {},
      seeds,
    );
    // Through the biases: the derivative by the constant itself, for all seeds at once.
    const one = rows.tracer.constant(1, dtype, []);
    const { tangent } = jvp((c: Value) => map(rows.mul(alpha), c), [alpha], [one]);
    const throughBiases = seeds.position // [K, T′]·[N, T′, d′] ∘ [K, d′]
      .matmul(tangent)
      .mul(seeds.direction)
      .sum(2)
      .transpose([1, 0])
      .add(seeds.constant.unsqueeze(1));
    // f̂_0·C⁺_0 = 1 in the constant's slot.
    const first = Tensor.of(
      Float64Array.from({ length: r }, (_, j) => Number(j === 0)),
      [r],
      dtype,
    );
    return ys.add(throughBiases.unsqueeze(2).mul(first));
  };

  if (points.length === 1) return at(rows.tracer.constant(points[0], dtype, [])).mul(weights[0]);
  const list = (values: Float64Array) => Tensor.of(values, [values.length], dtype);
  return scan(
    (total: Value, { alpha, weight }: { alpha: Value; weight: Value }) => ({
      state: total.add(at(alpha).mul(weight)),
      y: undefined,
    }),
    rows.tracer.constant(0, dtype, [seeds.constant.shape[0], rows.shape[0], r]),
    { alpha: rows.tracer.lift(list(points), dtype), weight: rows.tracer.lift(list(weights), dtype) },
  ).state;
}
