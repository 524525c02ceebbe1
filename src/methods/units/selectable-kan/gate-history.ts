/** @file Shares of the spaces while all of them train, recorded in the training state, so that a checkpoint holds them. */

import { Tensor, type Value } from "../../../graph/index.ts";
import { gateShares, type SelectableLayer } from "./layer.ts";
import type { ModelParams } from "./model.ts";

/** How many moments are recorded. */
const records = 50;

/** α of one space at one node after a step. */
export interface GateRecord {
  readonly step: number;
  readonly layer: number;
  readonly node: number;
  readonly name: string;
  readonly share: number;
}

/** By layer: [records, outputs, spaces] of those that have gates. */
export type GateHistory<T> = Readonly<Record<string, T>>;

/** Steps between records. */
const every = (steps: number) => Math.ceil(steps / records);

export function emptyHistory<R>(
  layers: readonly SelectableLayer[],
  params: ModelParams<R, Tensor>,
): GateHistory<Tensor> {
  return Object.fromEntries(
    layers.flatMap(({ outputs, spaces }, l) =>
      params.layers[l].gates ? [[l, Tensor.zeros([records, outputs, spaces.length])]] : [],
    ),
  );
}

/** @param steps of all records together @param step taken before, a scalar @param gates by layer, as they are at that step */
export function recorded(
  history: GateHistory<Value>,
  layers: readonly SelectableLayer[],
  gates: readonly (Value | undefined)[],
  step: Value,
  steps: number,
): GateHistory<Value> {
  const row = step.div(every(steps)).op("Floor");
  const now = Tensor.of(
    Array.from({ length: records }, (_, i) => i),
    [records, 1, 1],
  );
  return Object.fromEntries(
    Object.entries(history).map(([l, before]) => {
      const shares = gateShares(layers[Number(l)], gates[Number(l)] as Value)
        .unsqueeze(0)
        .expand(before.shape);
      return [l, row.equal(now).where(shares, before)];
    }),
  );
}

export function recordsOf(
  history: GateHistory<Tensor>,
  layers: readonly SelectableLayer[],
  steps: number,
): GateRecord[] {
  const rows = Math.ceil(steps / every(steps));
  return Object.entries(history).flatMap(([l, tensor]) => {
    const layer = Number(l);
    const { outputs, spaces } = layers[layer];
    const shares = tensor.numbers();
    return Array.from({ length: rows }, (_, row) =>
      spaces.flatMap(({ space: { name }, nodes }, k) =>
        nodes.map((node) => ({
          // A row is overwritten until the next one begins.
          step: Math.min(steps, (row + 1) * every(steps)),
          layer,
          node,
          name,
          share: shares[(row * outputs + node) * spaces.length + k],
        })),
      ),
    ).flat();
  });
}
