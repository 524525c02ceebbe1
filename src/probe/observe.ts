/**
 * @file What recording keeps of a layer's activations, computed by the runtime beside them: each sample's maximum, its position and the
 * mean, over all positions; and the activations themselves at enough positions to know their distribution.
 */

import type { Value } from "../graph/index.ts";
import type { Grid } from "./grid.ts";

/** So many activations of a unit are enough for its distribution: 500 of them lie beyond the quantile 0.995. */
const enoughActivations = 100_000;
/** But so many of each sample's positions are always looked at. */
const fewestPositions = 49;

/**
 * Positions of a sample's map to read for distributions; a larger map is read at evenly spaced ones. Handing all positions out of the
 * runtime takes longer than computing them.
 */
export function positionsPerSample(samples: number): number {
  return Math.max(fewestPositions, Math.ceil(enoughActivations / samples));
}

/** Of a batch of N samples and a layer of U units. */
export interface Observed<T> {
  /** float32 [N, U]. */
  readonly maxima: T;
  /** int32 [N, U]: the first cell that has the maximum. */
  readonly argmaxima: T;
  /** float32 [N, U]: NaN or infinite if any activation is. */
  readonly means: T;
  /** float32: [N, U, cells] for maps, [N, cells, U] for tokens. */
  readonly activations: T;
}

/**
 * @param value the layer's activations: [N, U, H, W], [N, T, U] or [N, U]
 * @param positions about how many of a sample's positions are handed out, at most
 */
export function observe(value: Value, grid: Grid, positions: number): Observed<Value> {
  const x = value.cast("float32");
  if (grid.order === "rows") return observeTokens(x, grid.skip, positions);
  const [samples, units, rows, columns] = x.shape;
  const step = Math.max(1, Math.ceil(Math.sqrt((rows * columns) / positions)));
  const flat = x.reshape([samples, units, rows * columns]);
  // A pooling window of one cell, taken every `step` cells, is a slice that ONNX Runtime computes where the map lies.
  const thinned = step === 1 ? x : x.op("MaxPool", [], { kernel_shape: [1, 1], strides: [step, step] });
  return {
    maxima: x.op("GlobalMaxPool").reshape([samples, units]),
    argmaxima: flat.op("ArgMax", [], { axis: 2, keepdims: 0 }).cast("int32"),
    means: x.op("GlobalAveragePool").reshape([samples, units]),
    activations: thinned,
  };
}

function observeTokens(x: Value, skip: number, positions: number): Observed<Value> {
  const all = x.rank === 2 ? x.unsqueeze(1) : x;
  const tokens = skip === 0 ? all : all.slice([skip], [all.shape[1]], [1]);
  const step = Math.max(1, Math.ceil(tokens.shape[1] / positions));
  return {
    maxima: tokens.max(1),
    argmaxima: tokens.op("ArgMax", [], { axis: 1, keepdims: 0 }).cast("int32"),
    means: tokens.mean(1),
    activations: step === 1 ? tokens : tokens.slice([0], [tokens.shape[1]], [1], [step]),
  };
}
