/** @file A node's tensor as rows, one per example and position, and back. */

import { CajalError, formatShape, type Shape, type Value } from "../../../graph/index.ts";

/** How the tensor of a node [examples, …] is to be read. */
export interface NodeShape {
  /** T: positions of an example. */
  readonly positions: number;
  /** d: units. */
  readonly units: number;
}

/**
 * @param shape without the axis of examples: [d]; [T, d]; or [d, height, width], whose positions are pixels
 * @throws CajalError `shape`
 */
export function nodeShape(tensor: string, shape: Shape): NodeShape {
  if (shape.length === 1) return { positions: 1, units: shape[0] };
  if (shape.length === 2) return { positions: shape[0], units: shape[1] };
  if (shape.length === 3) return { positions: shape[1] * shape[2], units: shape[0] };
  throw new CajalError("shape", `"${tensor}" is ${formatShape(shape)} for one example, which are no rows of units`, {
    advice: "Nodes are tensors [examples, d], [examples, positions, d] or [examples, d, height, width].",
  });
}

/** [examples, …] → [examples, T, d] */
export function toRows(value: Value): Value {
  if (value.rank === 2) return value.unsqueeze(1);
  if (value.rank === 3) return value;
  const [examples, units, height, width] = value.shape;
  return value.reshape([examples, units, height * width]).transpose([0, 2, 1]);
}

/** [examples, T, d] → [examples, …shape] */
export function fromRows(rows: Value, shape: Shape): Value {
  const [examples] = rows.shape;
  return (shape.length === 3 ? rows.transpose([0, 2, 1]) : rows).reshape([examples, ...shape]);
}
