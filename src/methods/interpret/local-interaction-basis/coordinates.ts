/** @file What a node's directions do on given inputs. */

import { type CompileOptions, compile, Tensor } from "../../../graph/index.ts";
import type { Model } from "../../../probe/index.ts";
import { blockOf } from "../matrix.ts";
import type { Batch } from "./batches.ts";
import { activationsOf, type Inputs } from "./chain.ts";
import type { LibLayer } from "./layer.ts";
import { toRows } from "./rows.ts";

export interface CoordinateOptions {
  readonly compile?: CompileOptions;
}

/** f̂ = (f, 1)·C of a batch: float64 [examples, positions, r]. */
export async function coordinatesOf(
  model: Model,
  { tensor, C }: LibLayer,
  { inputs }: Batch,
  options: CoordinateOptions = {},
): Promise<Tensor> {
  const units = C.rows - 1;
  const weight = (rows: readonly [number, number]) => {
    const block = blockOf(C, rows);
    return new Tensor("float64", [block.rows, block.columns], block.data);
  };
  const run = compile(
    (given: Inputs) =>
      toRows(activationsOf(model, given, [tensor])[tensor])
        .cast("float64")
        .matmul(weight([0, units]))
        .add(weight([units, units + 1])),
    options.compile,
  );
  const result = await run(inputs);
  await run.release();
  return result;
}
