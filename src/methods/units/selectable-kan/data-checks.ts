/** @file What data must be for a network to learn from them: checked before training, named by column. */

import {
  CajalError,
  type CompileOptions,
  compile,
  formatShape,
  type Tensor,
  type Value,
} from "../../../graph/index.ts";
import { spacesPerNode } from "./layer.ts";
import { layerInputs, type SelectableModel } from "./model.ts";
import { columnsOf } from "./scaling.ts";
import { parametersPerEdge } from "./spaces/space.ts";

/** Examples to learn from. */
export interface Examples {
  /** [examples, columns], or pictures [examples, channels, height, width] */
  readonly x: Tensor;
  /** [examples, outputs], or numbers of classes: int64 [examples] */
  readonly y: Tensor;
  /** Names of the columns of x, for messages. Default: x0, x1, … */
  readonly columns?: readonly string[];
}

export interface DataChecks {
  /** Spaces that each node will keep. */
  readonly keep: number;
  readonly loss: "mse" | "crossEntropy";
}

/**
 * @throws CajalError `shape` when x and y do not belong together; `argument` for a column or target that never changes, or for fewer examples than a
 * node has numbers to learn
 */
export function checkExamples<R>(model: SelectableModel<R>, examples: Examples, { keep, loss }: DataChecks): void {
  const { x, y } = examples;
  const count = x.shape[0];
  const fits = y.shape[0] === count && y.shape.length === (loss === "mse" ? 2 : 1);
  if (!fits)
    throw new CajalError("shape", `selectable KAN: x is ${formatShape(x.shape)}, y ${formatShape(y.shape)}`, {
      advice: loss === "mse" ? "Targets are [examples, outputs]." : "Classes are [examples]: int64 numbers from 0 on.",
    });
  const name = columnName(examples);
  const still = (tensor: Tensor) =>
    columnsOf(tensor).findIndex((column) => column.every((value) => value === column[0]));
  const column = x.shape.length === 2 ? still(x) : -1;
  if (column >= 0)
    throw new CajalError("argument", `selectable KAN: ${name(column)} is ${x.numbers()[column]} in all examples`, {
      advice: "A column that never changes says nothing: leave it out.",
    });
  const target = still(y);
  if (target >= 0)
    throw new CajalError("argument", `selectable KAN: target ${target} is ${y.numbers()[target]} in all examples`, {
      advice: "There is nothing to learn.",
    });
  checkCount(model, count, keep);
}

/** What a node keeps must be fewer numbers than there are examples. Convolutions see many patches of each picture. */
function checkCount<R>({ layers, params }: SelectableModel<R>, count: number, keep: number): void {
  for (const [l, layer] of layers.entries()) {
    if (layer.window) continue;
    const sizes = layer.spaces.map(({ space }) => parametersPerEdge(space)).sort((a, b) => b - a);
    const kept = sizes.slice(0, Math.min(keep, spacesPerNode(layer))).reduce((a, b) => a + b, 0);
    const functions = layer.inputs * (kept + (params.layers[l].base ? 1 : 0));
    if (count < functions)
      throw new CajalError(
        "argument",
        `selectable KAN: a node of layer ${l} can keep ${functions} basis functions, and there are ${count} examples`,
        {
          advice: "Bring more examples, keep fewer spaces, or take spaces of fewer functions.",
        },
      );
  }
}

/**
 * Splines, radial bases and rectifiers are zero outside their range, which the data must not leave unnoticed.
 * @throws CajalError `argument` with the column and the share of its values that lie outside
 */
export async function checkRange<R>(
  model: SelectableModel<R>,
  examples: Pick<Examples, "x" | "columns">,
  how?: CompileOptions,
): Promise<void> {
  const bounded = model.layers[0].spaces.map(({ space }) => space).filter(({ support }) => support !== undefined);
  if (bounded.length === 0) return;
  const measure = compile((x: Value) => {
    const [inputs] = layerInputs(model, x);
    return bounded.map(({ support: [low, high] = [0, 0] }) =>
      inputs
        .less(low - rounding)
        .op("Or", [inputs.greater(high + rounding)])
        .cast("float32")
        .mean(0),
    );
  }, how);
  const outside = (await measure(examples.x)).map((shares) => [...shares.numbers()]);
  await measure.release();
  for (const [k, shares] of outside.entries()) {
    const column = shares.findIndex((share) => share > 0);
    if (column < 0) continue;
    const { name, support = [] } = bounded[k];
    const share = (100 * shares[column]).toPrecision(2);
    const which = examples.x.shape.length === 2 ? columnName(examples)(column) : `input ${column} of the patches`;
    throw new CajalError(
      "argument",
      `selectable KAN: ${share} % of ${which} lies outside the range ${formatShape(support)} of "${name}", where its functions are zero`,
      { advice: "Set `normalise`, or widen the grid: { pool: [bspline({ range: [-3, 3] }), …] }." },
    );
  }
}

/** Ends of the range are still inside after rounding. */
const rounding = 1e-6;

const columnName =
  ({ columns }: Pick<Examples, "columns">) =>
  (column: number): string =>
    columns?.[column] ?? `x${column}`;
