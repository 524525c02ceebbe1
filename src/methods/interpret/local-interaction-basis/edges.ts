/** @file The interaction graph: how much each direction of a node does to each direction of the next. */

import { type CompileOptions, compile, type Value } from "../../../graph/index.ts";
import type { Model } from "../../../probe/index.ts";
import { type Matrix, zeros } from "../matrix.ts";
import { attributions } from "./attributions.ts";
import { type Batches, countOf, eachOf, examplesIn, type Watched } from "./batches.ts";
import { type Chain, chainOf, type Inputs } from "./chain.ts";
import { gapOf } from "./gap.ts";
import type { LibLayer } from "./layer.ts";
import { type Quadrature, quadrature, type Rule } from "./quadrature.ts";
import { type Seeds, seedChunks } from "./seeds.ts";

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
    (inputs: Inputs, seeds: Seeds<Value>) =>
      attributions(gap, layer, points, inputs, seeds).cast("float64").square().sum(1),
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
