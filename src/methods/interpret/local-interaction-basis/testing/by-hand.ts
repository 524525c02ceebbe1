/** @file The map between two nodes as a plain function, for brute force. */

import { compile, Tensor, type Value } from "../../../../graph/index.ts";
import { chainOf, type Inputs } from "../chain.ts";
import type { Case } from "../experiment/networks.ts";
import { gapOf } from "../gap.ts";
import type { LibLayer } from "../layer.ts";

export interface MapByHand {
  /** [N, T, d] */
  readonly rows: Tensor;
  /** Rows of the next node [N, T′, d′], biases times the constant. */
  map(rows: Float64Array, constant: number): Promise<Float64Array>;
  release(): Promise<void>;
}

/** In float64, on the first batch. */
export async function mapByHand({ model, nodes, data: [batch] }: Case, l: number): Promise<MapByHand> {
  const gap = gapOf(chainOf(model, nodes, batch), l);
  const recorded = compile((inputs: Inputs) => gap.rows(inputs));
  const rows = await recorded(batch.inputs);
  await recorded.release();
  const run = compile((inputs: Inputs, x: Value, c: Value) => gap.map(inputs, x, c));
  return {
    rows,
    map: async (values, constant) =>
      (
        await run(batch.inputs, new Tensor("float64", rows.shape, values), Tensor.scalar(constant, "float64"))
      ).numbers(),
    release: () => run.release(),
  };
}

/** f̂ of rows with a constant behind each [rows · r]. */
export function toCoordinates({ C }: LibLayer, rows: Float64Array, constant: number): Float64Array {
  const [d, r] = [C.rows - 1, C.columns];
  const result = new Float64Array((rows.length / d) * r);
  for (let n = 0; n < rows.length / d; n++)
    for (let j = 0; j < r; j++) {
      let sum = constant * C.data[d * r + j];
      for (let u = 0; u < d; u++) sum += rows[n * d + u] * C.data[u * r + j];
      result[n * r + j] = sum;
    }
  return result;
}

/** The way back: rows, and the constant of the first. */
export function fromCoordinates(
  { Cpinv }: LibLayer,
  coordinates: Float64Array,
): { readonly rows: Float64Array; readonly constant: number } {
  const [r, d] = [Cpinv.rows, Cpinv.columns - 1];
  const count = coordinates.length / r;
  const rows = new Float64Array(count * d);
  let constant = 0;
  for (let n = 0; n < count; n++)
    for (let u = 0; u <= d; u++) {
      let sum = 0;
      for (let j = 0; j < r; j++) sum += coordinates[n * r + j] * Cpinv.data[j * (d + 1) + u];
      if (u < d) rows[n * d + u] = sum;
      else if (n === 0) constant = sum;
    }
  return { rows, constant };
}
