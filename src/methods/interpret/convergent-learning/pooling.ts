/** @file Means over areas, for maps of any two sizes. */

import { Tensor, type Value } from "../../../graph/index.ts";

/** Maps [batch, units, height, width] → [batch, units, rows, columns], no larger: each cell is the mean over the area that it covers. */
export function pooled(maps: Value, rows: number, columns: number): Value {
  const swapped = (x: Value) => x.transpose([0, 1, 3, 2]);
  const narrow = alongLast(maps, columns);
  return narrow.shape[2] === rows ? narrow : swapped(alongLast(swapped(narrow), rows));
}

function alongLast(x: Value, to: number): Value {
  const from = x.shape[x.rank - 1];
  return from === to ? x : x.matmul(areaShares(from, to));
}

/** [from, to]: how much of a new cell's mean each old cell makes up. */
export function areaShares(from: number, to: number): Tensor {
  const width = from / to;
  const overlap = (i: number, k: number) => Math.min(i + 1, (k + 1) * width) - Math.max(i, k * width);
  const shares = Array.from({ length: from * to }, (_, at) => {
    const [i, k] = [Math.floor(at / to), at % to];
    return Math.max(0, overlap(i, k)) / width;
  });
  return Tensor.of(shares, [from, to]);
}
