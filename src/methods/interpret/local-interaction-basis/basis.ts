/** @file The local interaction basis of every node of a chain, from the last to the first; principal axes and neurons to compare it with. */

import { CajalError, type CompileOptions, type DType } from "../../../graph/index.ts";
import type { Model } from "../../../probe/index.ts";
import { columnsTimes, type Matrix, product, reordered, transposed, zeros } from "../matrix.ts";
import { type Batches, eachOf, type Watched } from "./batches.ts";
import { type ChainNode, chainOf } from "./chain.ts";
import { type Eigen, largestFirst } from "./eigen.ts";
import { checkSize, warningsOf } from "./feasible.ts";
import { jacobianSquares } from "./jacobian-squares.ts";
import { type LibLayer, layerOf } from "./layer.ts";
import { type Moments, momentsOf } from "./moments.ts";

export interface BasisOptions extends Watched {
  /** "lib"; or, to compare it with, centred principal axes, or the centred units themselves by variance. Default "lib". */
  readonly basis?: "lib" | "pca" | "neuron";
  /** Of the last node: left alone, or its principal axes. Default "identity". */
  readonly last?: "identity" | "pca";
  /** Directions whose variance or importance is up to this are dropped; times the largest, where that exceeds 1. Default 1e-15. */
  readonly threshold?: number;
  /** So many random ±1 mixtures of the next node's coordinates in place of each of them: for wide nodes. */
  readonly probes?: number;
  /** Of the probes. Default 0. */
  readonly seed?: number;
  /** Of the last node, only the last position counts: for models that answer after the last token. Default false. */
  readonly lastPosition?: boolean;
  /** Of sums and decompositions: "float64", which is the default and the only one. */
  readonly precision?: DType;
  /** How graphs are compiled, and so where they run. */
  readonly compile?: CompileOptions;
}

/**
 * A basis for each tensor of the chain (arXiv:2405.10928): directions without variance or without effect on the next node are gone, the others
 * are ordered by that effect. Costs one reverse pass per coordinate and position of the next node.
 * @param nodes tensors of the model, in its order; each must cut the graph
 * @param data of which means, covariances and Jacobians are taken; four times as many rows as a node has units, or more
 * @throws CajalError `unknown-layer`, `argument` (a tensor goes around a node), `shape`, `dtype`, `too-large`, `no-derivative`, `not-finite`
 * @example
 * const layers = await localInteractionBasis(model, ["hidden1", "hidden2", "logits"], [{ inputs: { x } }]);
 */
export async function localInteractionBasis(
  model: Model,
  nodes: readonly string[],
  data: Batches,
  options: BasisOptions = {},
): Promise<LibLayer[]> {
  const { basis = "lib", last = "identity", threshold = 1e-15, probes, precision = "float64" } = options;
  if (precision !== "float64")
    throw new CajalError("argument", `decompositions in ${precision} are refused`, {
      advice: "Eigenvalues span more digits than float32 has: M and G are float64 here, whatever the model is.",
    });
  if (probes !== undefined && (!Number.isInteger(probes) || probes < 1))
    throw new CajalError("argument", `probes: ${probes}; 1 or more are needed`);
  const { value: first } = await eachOf(data).next();
  const chain = chainOf(model, nodes, first);
  checkSize(chain, probes);
  const moments = await momentsOf(chain, data, options, options.compile);
  const layers: LibLayer[] = [];
  for (let l = nodes.length - 1; l >= 0; l--) {
    const [node, moment] = [chain.nodes[l], moments.nodes[l]];
    const kind = l === nodes.length - 1 ? last : basis;
    const jacobian = () => jacobianSquares(chain, l, layers[0], data, moments.examples, options);
    layers.unshift(
      kind === "identity"
        ? unchanged(node)
        : kind === "neuron"
          ? neurons(node, moment)
          : kind === "pca"
            ? principalAxes(node, moment, await largestFirst(moment.covariance, threshold))
            : await interactionLayer(node, moment, await jacobian(), threshold),
    );
  }
  return layers;
}

/** The next layer's coordinates come first: they are part of the Jacobian. R = W·D^{−1/2}, then V of R⁺·M′·R⁺ᵀ, then Λ^{1/2}. */
async function interactionLayer(
  node: ChainNode,
  moments: Moments,
  squares: Matrix,
  threshold: number,
): Promise<LibLayer> {
  const { values, vectors } = await largestFirst(moments.covariance, threshold);
  const deviations = values.map(Math.sqrt);
  const inverses = deviations.map((value) => 1 / value);
  const unwhitened = columnsTimes(vectors, deviations);
  const M = product(transposed(unwhitened), product(squares, unwhitened));
  const { values: lambda, vectors: V } = await largestFirst(M, threshold);
  const importance = lambda.map(Math.sqrt);
  const axes = columnsTimes(product(columnsTimes(vectors, inverses), V), importance);
  const back = columnsTimes(
    product(unwhitened, V),
    importance.map((value) => 1 / value),
  );
  return layerOf(node, moments.mean, axes, transposed(back), lambda, warningsOf(node, moments));
}

function principalAxes(node: ChainNode, moments: Moments, { values, vectors }: Eigen): LibLayer {
  return layerOf(node, moments.mean, vectors, transposed(vectors), values, warningsOf(node, moments));
}

/** Outputs are left alone: not even their mean is taken away. */
function unchanged(node: ChainNode): LibLayer {
  const ones = new Float64Array(node.units).fill(1);
  return layerOf(node, new Float64Array(node.units), diagonal(ones), diagonal(ones), ones);
}

/** The units themselves, centred, the most variable first. */
function neurons(node: ChainNode, moments: Moments): LibLayer {
  const { units } = node;
  const variances = Float64Array.from({ length: units }, (_, i) => moments.covariance.data[i * units + i]);
  const all = Array.from(variances.keys());
  const order = [...all].sort((a, b) => variances[b] - variances[a]);
  const axes = reordered(diagonal(new Float64Array(units).fill(1)), all, order);
  const sorted = Float64Array.from(order, (i) => variances[i]);
  return layerOf(node, moments.mean, axes, transposed(axes), sorted, warningsOf(node, moments));
}

function diagonal(values: Float64Array): Matrix {
  const result = zeros(values.length, values.length);
  for (const [i, value] of values.entries()) result.data[i * values.length + i] = value;
  return result;
}
