/** @file The interaction graph: how much each direction of a node does to each direction of the next. */

import { type CompileOptions, compile, jvp, scan, Tensor, type Value, vjp } from "../../../graph/index.ts";
import type { Model } from "../../../probe/index.ts";
import { blockOf, type Matrix, transposed, zeros } from "../matrix.ts";
import { type Batches, countOf, eachOf, examplesIn, type Watched } from "./batches.ts";
import { type Chain, chainOf, type Inputs } from "./chain.ts";
import { type Gap, gapOf } from "./gap.ts";
import type { LibLayer } from "./layer.ts";
import { type Quadrature, quadrature, type Rule } from "./quadrature.ts";
import { cotangentOf, type Seeds, seedChunks } from "./seeds.ts";

export interface InteractionGraph {
  readonly layers: readonly LibLayer[];
  /** Of each gap, [r of the next layer × r]: E_ij, from coordinate j to coordinate i. */
  readonly edges: readonly Matrix[];
}

export interface EdgeOptions extends Watched {
  /** Default "gradient". */
  readonly rule?: Rule;
  /** Intervals of the rule. Default 0. */
  readonly n?: number;
  /** Of the last node, only the last position counts. Default false. */
  readonly lastPosition?: boolean;
  readonly compile?: CompileOptions;
}

/**
 * E_ij = 1/(N·T) Σ_x Σ_t [Σ_s f̂_sj ∫₀¹ ∂f̂′_ti(α·f̂)/∂f̂_sj dα]²: integrated gradients from 0 in the layers' own coordinates, where
 * the constant is one, so that biases grow with α; summed over input positions before they are squared, over examples after.
 * Costs one reverse pass per point of the rule, coordinate and position of the next node.
 * @param layers neighbours in the model, from `localInteractionBasis`
 * @throws CajalError as `localInteractionBasis`; `argument` when rule and n do not fit
 */
export async function interactionEdges(
  model: Model,
  layers: readonly LibLayer[],
  data: Batches,
  options: EdgeOptions = {},
): Promise<InteractionGraph> {
  const points = quadrature(options.rule ?? "gradient", options.n ?? 0);
  const { value: first } = await eachOf(data).next();
  const chain = chainOf(
    model,
    layers.map(({ tensor }) => tensor),
    first,
  );
  const edges: Matrix[] = [];
  for (let l = 0; l + 1 < layers.length; l++) edges.push(await edgesOf(chain, l, layers, data, points, options));
  return { layers, edges };
}

/** Numbers that the attributions of one call may be. */
const mostNumbers = 1 << 24;
const passesPerCall = 64;

async function edgesOf(
  chain: Chain,
  l: number,
  layers: readonly LibLayer[],
  data: Batches,
  points: Quadrature,
  { signal, onProgress, lastPosition = false, compile: compileOptions }: EdgeOptions,
): Promise<Matrix> {
  const gap = gapOf(chain, l);
  const [layer, next] = [layers[l], layers[l + 1]];
  const edges = zeros(next.lambda.length, layer.lambda.length);
  const compiled = compile(
    (inputs: Inputs, seeds: Seeds<Value>) => squaredAttributions(gap, layer, points, inputs, seeds),
    compileOptions,
  );
  const last = lastPosition && l === chain.nodes.length - 2;
  const everyCoordinate = Array.from({ length: edges.rows }, (_, i) => i);
  try {
    let [examples, done] = [0, 0];
    for await (const batch of eachOf(data, signal)) {
      const size = examplesIn(batch);
      const passes = Math.min(passesPerCall, Math.max(1, Math.floor(mostNumbers / (size * edges.columns))));
      const chunks = seedChunks(next, everyCoordinate, passes, last);
      for (const { seeds, coordinates } of chunks) {
        signal?.throwIfAborted();
        const { data: squares } = await compiled(batch.inputs, seeds);
        for (const [k, i] of coordinates.entries())
          for (let j = 0; j < edges.columns; j++)
            edges.data[i * edges.columns + j] += squares[k * edges.columns + j] as number;
        done++;
        onProgress?.(`edges out of "${layer.tensor}"`, done, Math.max(done, countOf(data) * chunks.length));
      }
      examples += size;
    }
    const rows = examples * gap.from.positions;
    return { ...edges, data: edges.data.map((value) => value / rows) };
  } finally {
    await compiled.release();
  }
}

/** Of each seed and coordinate, the square of its attribution, summed over examples [K, r], float64. */
function squaredAttributions(
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
  const attributions = (alpha: Value): Value => {
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

  const at = (value: number) => rows.tracer.constant(value, dtype, []);
  const sum =
    points.length === 1
      ? attributions(at(points[0])).mul(weights[0])
      : scan(
          (total: Value, { alpha, weight }: { alpha: Value; weight: Value }) => ({
            state: total.add(attributions(alpha).mul(weight)),
            y: undefined,
          }),
          rows.tracer.constant(0, dtype, [seeds.constant.shape[0], rows.shape[0], r]),
          {
            alpha: Tensor.of(points, [points.length], dtype),
            weight: Tensor.of(weights, [weights.length], dtype),
          },
        ).state;
  return sum.cast("float64").square().sum(1);
}
