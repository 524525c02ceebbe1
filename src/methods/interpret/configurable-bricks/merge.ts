/** @file Merging bricks of one base: all of them on, or a weighted sum of how far each has moved from their common start. */

import { CajalError, Tensor } from "../../../graph/index.ts";
import type { TextModel } from "../../../probe/index.ts";
import { type AddedNeurons, type Brick, checkBase } from "./brick.ts";
import { configure } from "./configure.ts";
import type { FunctionSet } from "./function-sets.ts";
import { functionLosses } from "./text-loss.ts";
import type { PassOptions } from "./text-passes.ts";

export interface MergeOptions extends PassOptions {
  readonly name?: string;
  /** Values that weights are tried at. Default 0.25, 0.5, 0.75, 1. */
  readonly grid?: readonly number[];
}

/**
 * One brick of several. Without weights it is their union: as if all were on. With weights λ it is θ₀ + Σ_j λ_j (θ_j − θ₀), as large as one of
 * them; "auto" takes the weights of the grid that have the least mean loss on `validation`.
 * @throws CajalError `argument` for bricks of different base models, or with weights for bricks that did not start alike
 */
export async function mergeBricks(
  model: TextModel,
  bricks: readonly Brick[],
  weights?: readonly number[] | "auto",
  validation: readonly FunctionSet[] = [],
  { name = bricks.map((brick) => brick.name).join(" + "), grid = [0.25, 0.5, 0.75, 1], ...passes }: MergeOptions = {},
): Promise<Brick> {
  const [first] = bricks;
  if (first === undefined) throw new CajalError("argument", "mergeBricks: there are no bricks");
  checkBase(first.base, bricks);
  if (weights === undefined)
    return {
      name,
      base: first.base,
      added: bricks.flatMap(({ added }) => added),
      changed: bricks.flatMap(({ changed }) => changed),
    };
  if (weights !== "auto") return weighted(name, bricks, weights);
  if (validation.length === 0)
    throw new CajalError("argument", 'mergeBricks: "auto" needs texts to validate on', {
      advice: "Give sets of the functions that shall both be served, kept apart from training and testing.",
    });
  let best: { readonly brick: Brick; readonly loss: number } | undefined;
  for (const lambda of gridPoints(grid, bricks.length)) {
    const brick = weighted(name, bricks, lambda);
    const losses = await functionLosses(await configure(model, undefined, { bricks: [brick] }), validation, passes);
    const loss = losses.reduce((a, b) => a + b, 0) / losses.length;
    if (best === undefined || loss < best.loss) best = { brick, loss };
  }
  return (
    best?.brick ??
    weighted(
      name,
      bricks,
      bricks.map(() => 1),
    )
  );
}

function gridPoints(grid: readonly number[], count: number): number[][] {
  return Array.from({ length: count }).reduce<number[][]>(
    (points) => points.flatMap((point) => grid.map((value) => [...point, value])),
    [[]],
  );
}

function weighted(name: string, bricks: readonly Brick[], weights: readonly number[]): Brick {
  const [first] = bricks;
  if (weights.length !== bricks.length)
    throw new CajalError("argument", `mergeBricks: ${weights.length} weights for ${bricks.length} bricks`);
  for (const brick of bricks) if (!startsAlike(first, brick)) throw differentStart(first, brick);
  const mixed = (start: Tensor, of: (added: AddedNeurons) => Tensor, l: number) => {
    const from = start.numbers();
    const parts = bricks.map((brick) => of(brick.added[l]).numbers());
    return Tensor.of(
      from.map((v, i) => v + parts.reduce((sum, part, j) => sum + weights[j] * (part[i] - v), 0)),
      start.shape,
    );
  };
  return {
    name,
    base: first.base,
    added: first.added.map(({ taps, start, down }, l) => ({
      taps,
      start,
      gate: mixed(start.gate, ({ gate }) => gate, l),
      up: mixed(start.up, ({ up }) => up, l),
      down: mixed(Tensor.zeros(down.shape), (one) => one.down, l),
    })),
    // Changes of columns add up; each is scaled by its brick's weight.
    changed: bricks.flatMap(({ changed }, j) =>
      changed.map((one) => ({
        ...one,
        value: Tensor.of(
          one.value.numbers().map((v) => weights[j] * v),
          one.value.shape,
        ),
      })),
    ),
  };
}

function startsAlike(a: Brick, b: Brick): boolean {
  const same = (x: Tensor, y: Tensor) => x.size === y.size && x.numbers().every((v, i) => v === y.data[i]);
  return (
    a.added.length === b.added.length &&
    a.added.every(
      ({ taps, start }, l) =>
        taps.written === b.added[l].taps.written &&
        same(start.gate, b.added[l].start.gate) &&
        same(start.up, b.added[l].start.up),
    )
  );
}

function differentStart(a: Brick, b: Brick): CajalError {
  return new CajalError(
    "argument",
    `the bricks "${a.name}" and "${b.name}" did not start alike: their weighted sum means nothing`,
    {
      advice: "Merge them without weights, or grow both with the same seed, layers and number of neurons.",
    },
  );
}
