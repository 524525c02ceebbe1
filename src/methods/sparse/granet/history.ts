/** @file What updates of the masks did, as a tensor, so that a checkpoint can hold it. */

import { Tensor } from "../../../graph/index.ts";
import { connections, type Maskable } from "../masks.ts";
import type { LayerUpdate } from "./update.ts";

const columns = ["connections", "pruned", "grown", "explored"] as const;

/** Room for so many updates: int32 [updates, layers, 4]. */
export function emptyHistory(updates: number, layers: number): Tensor {
  return Tensor.zeros([updates, layers, columns.length], "int32");
}

/** The history with an update written into it. @param update its number, from 0 on */
export function recorded(history: Tensor, update: number, layers: readonly LayerUpdate[]): Tensor {
  const row = layers.flatMap(({ mask, pruned, grown, explored }) => [
    connections(mask),
    pruned,
    grown,
    connections(explored),
  ]);
  const numbers = history.numbers();
  numbers.set(row, update * row.length);
  return Tensor.of(numbers, history.shape, "int32");
}

/** The masks after an update. */
export interface MaskRecord {
  readonly step: number;
  /** Share of all maskable entries that are connections. */
  readonly density: number;
  /** The same of each layer, by path. */
  readonly perLayer: Readonly<Record<string, number>>;
  /** Connections that gradual pruning removed in this update. */
  readonly pruned: number;
  /** Connections that regeneration exchanged in this update. */
  readonly grown: number;
  /** R: share of all maskable entries that have ever been connections. */
  readonly explored: number;
}

/** The records of the first so many updates. */
export function recordsOf(history: Tensor, updates: number, layers: readonly Maskable[], every: number): MaskRecord[] {
  const numbers = history.numbers();
  const total = layers.reduce((sum, { size }) => sum + size, 0);
  return Array.from({ length: updates }, (_, u) => {
    const of = (l: number, column: (typeof columns)[number]) =>
      numbers[(u * layers.length + l) * columns.length + columns.indexOf(column)];
    const all = (column: (typeof columns)[number]) => layers.reduce((sum, _, l) => sum + of(l, column), 0);
    return {
      step: (u + 1) * every,
      density: all("connections") / total,
      perLayer: Object.fromEntries(layers.map(({ path, size }, l) => [path, of(l, "connections") / size])),
      pruned: all("pruned"),
      grown: all("grown"),
      explored: all("explored") / total,
    };
  });
}
