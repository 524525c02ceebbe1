/** @file Damaged NPY files: changed in the words of their header, their lengths and their bytes. */

import type { Rng } from "../../../graph/rng.ts";
import { damage, edge, oddNames } from "../../../graph/testing/fuzz/bytes.ts";
import type { FuzzTarget } from "../../../graph/testing/fuzz/target.ts";
import { decodeNpy } from "../../formats/npy.ts";
import { npyFile } from "../../formats/testing/npy-file.ts";

const descrs = [
  "<f4",
  ">f4",
  "|b1",
  "<i8",
  ">i2",
  "<u2",
  "<u4",
  "<u8",
  "|u1",
  "<f2",
  "<c8",
  "|O",
  "<U4",
  "<M8[ns]",
  "f4",
  "<f16",
  "|V0",
  "<i0",
];
const words = [
  "'",
  '"',
  "(",
  ")",
  "[",
  "]",
  "{",
  "}",
  ",",
  ":",
  "True",
  "False",
  "None",
  "'descr'",
  "'shape'",
  "'fortran_order'",
  "lambda",
  "1L",
  "0x10",
  "-1",
  "1e9",
  "\\",
  "\n",
  "'__proto__'",
  "3",
  "0",
];

export const npyTarget: FuzzTarget = {
  name: "npy",
  make: makeNpy,
  read: (bytes) => void decodeNpy(bytes),
};

export function makeNpy(rng: Rng): Uint8Array {
  const shape = Array.from({ length: rng.int(0, 5) }, () => rng.int(0, 4));
  const descr = rng.pick(descrs);
  const size = shape.reduce((product, dim) => product * dim, Number(/\d+/.exec(descr)?.[0] ?? 1));
  const header = `{'descr': '${descr}', 'fortran_order': ${rng.pick(["True", "False"])}, 'shape': (${shape.map((dim) => `${dim},`).join(" ")}), }`;
  const excess = rng.random() < 0.9 ? 0 : rng.int(-3, 4);
  const elements = Uint8Array.from({ length: Math.max(0, size + excess) }, () => rng.int(0, 256));
  const version = rng.pick([1, 1, 2, 3]);
  const bytes = npyFile(rng.random() < 0.7 ? changeWords(header, rng) : header, elements, version);
  if (rng.random() < 0.1) {
    const length = new DataView(bytes.buffer);
    if (version === 1) length.setUint16(8, Number(edge(rng) & 0xffffn), true);
    else length.setUint32(8, Number(edge(rng) & 0xffffffffn), true);
  }
  return rng.random() < 0.3 ? damage(bytes, rng) : bytes;
}

function changeWords(header: string, rng: Rng): string {
  const parts = header.match(/[\w.]+|\s+|./g) ?? [];
  for (let count = rng.int(1, 4); count > 0; count--) {
    const at = rng.int(0, parts.length);
    switch (rng.int(0, 6)) {
      case 0:
        parts.splice(at, 1);
        break;
      case 1:
        parts.splice(at, 0, rng.pick(words));
        break;
      case 2:
        parts[at] = rng.pick([...words, ...oddNames, ...descrs]);
        break;
      case 3:
        parts[at] = String(edge(rng));
        break;
      case 4:
        parts.splice(at, 0, rng.pick(["(", "[", "{", "1, "]).repeat(rng.pick([2, 70, 3000])));
        break;
      default:
        parts.splice(at, 0, ...parts.slice(rng.int(0, parts.length)));
    }
  }
  return parts.join("");
}
