/** @file From the units of the data to those of the network, and back. */

import { Tensor, type Value } from "../../../graph/index.ts";

/** Inputs go from their range in the training data to [−1, 1]; targets have mean 0 and deviation 1 in the network. */
export interface Scaling {
  /** [columns] */
  readonly lowest: Tensor;
  readonly highest: Tensor;
  /** [outputs]; classes have none. */
  readonly target?: { readonly mean: Tensor; readonly deviation: Tensor };
}

/** @param x [examples, columns], none of them constant @param y [examples, outputs], or classes */
export function scalingOf(x: Tensor, y: Tensor | undefined): Scaling {
  const ranges = columnsOf(x).map((column) => [Math.min(...column), Math.max(...column)]);
  const lowest = Tensor.of(ranges.map(([low]) => low));
  const highest = Tensor.of(ranges.map(([, high]) => high));
  if (y === undefined) return { lowest, highest };
  const moments = columnsOf(y).map(momentsOf);
  return {
    lowest,
    highest,
    target: { mean: Tensor.of(moments.map(({ mean }) => mean)), deviation: Tensor.of(moments.map((m) => m.deviation)) },
  };
}

/** Inputs beyond the range of the training data are taken as its ends: there is nothing to go by further out. */
export function scaleInputs({ lowest, highest }: Scaling, x: Value): Value {
  const [low, high] = [lowest, highest].map((t) => x.tracer.lift(t, x.dtype));
  return x.sub(low).div(high.sub(low)).mul(2).sub(1).op("Clip", [-1, 1]);
}

/** From what the network gives to the units of the targets. */
export function unscaleTargets({ target }: Scaling, y: Value): Value {
  return target === undefined ? y : y.mul(target.deviation).add(target.mean);
}

/** The columns of a matrix [rows, columns]. */
export function columnsOf(matrix: Tensor): Float64Array[] {
  const [rows, columns = 1] = matrix.shape;
  const values = matrix.numbers();
  return Array.from({ length: columns }, (_, c) =>
    Float64Array.from({ length: rows }, (_, row) => values[row * columns + c]),
  );
}

export function momentsOf(values: Float64Array): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / values.length) };
}
