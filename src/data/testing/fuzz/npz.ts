/** @file Damaged NPZ files: in the fields of their records, the deflated data, the names, the arrays inside. */

import { zipSync } from "fflate";
import type { Rng } from "../../../graph/rng.ts";
import { Tensor } from "../../../graph/tensor.ts";
import { damage, edge, oddNames } from "../../../graph/testing/fuzz/bytes.ts";
import type { FuzzTarget } from "../../../graph/testing/fuzz/target.ts";
import { encodeNpy } from "../../formats/npy.ts";
import { decodeNpz } from "../../formats/npz.ts";
import { makeNpy } from "./npy.ts";

/** Fields of the three kinds of records: offset and bytes. */
const localFields = [
  [0, 4],
  [4, 2],
  [6, 2],
  [8, 2],
  [14, 4],
  [18, 4],
  [22, 4],
  [26, 2],
  [28, 2],
] as const;
const centralFields = [
  [0, 4],
  [8, 2],
  [10, 2],
  [16, 4],
  [20, 4],
  [24, 4],
  [28, 2],
  [30, 2],
  [32, 2],
  [34, 2],
  [42, 4],
] as const;
const endFields = [
  [0, 4],
  [4, 2],
  [6, 2],
  [8, 2],
  [10, 2],
  [12, 4],
  [16, 4],
  [20, 2],
] as const;

export const npzTarget: FuzzTarget = {
  name: "npz",
  make(rng) {
    const members = Array.from({ length: rng.int(0, 4) }, (_, i): [string, Uint8Array] => [
      rng.random() < 0.1 ? `${rng.pick(oddNames)}.npy` : `arr_${i}.npy`,
      rng.random() < 0.4 ? makeNpy(rng) : encodeNpy(Tensor.zeros([rng.int(0, 4), rng.pick([1, 3, 3, 5000])])),
    ]);
    const bytes = zipSync(Object.fromEntries(members), {
      level: rng.pick([0, 1, 6]),
      mtime: new Date(1980, 0, 1),
    });
    for (let count = rng.int(0, 4); count > 0; count--) changeRecord(bytes, rng);
    return rng.random() < 0.4 ? damage(bytes, rng) : bytes;
  },
  read: (bytes) => void decodeNpz(bytes, { limit: 2 ** 26 }),
};

/** Sets a field of one record, of a file just written, to a number at an edge or near the old one. */
function changeRecord(bytes: Uint8Array, rng: Rng): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length - 22;
  let start = end;
  let fields: readonly (readonly [number, number])[] = endFields;
  const kind = rng.int(0, 3);
  if (kind > 0) {
    const directory = view.getUint32(end + 16, true);
    if (directory + 46 > end) return;
    const local = view.getUint32(directory + 42, true);
    if (kind === 1) [start, fields] = [directory, centralFields];
    else if (local + 30 <= end) [start, fields] = [local, localFields];
  }
  const [offset, width] = rng.pick(fields);
  const near = rng.int(-3, 4);
  const number = Number(BigInt.asUintN(8 * width, edge(rng)));
  if (width === 2)
    view.setUint16(start + offset, rng.random() < 0.5 ? number : view.getUint16(start + offset, true) + near, true);
  else view.setUint32(start + offset, rng.random() < 0.5 ? number : view.getUint32(start + offset, true) + near, true);
}
