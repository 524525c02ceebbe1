/** @file Damaged safetensors files: changed in their JSON, their lengths and their bytes; read whole and in parts. */

import { bytesPerElement, type DType } from "../../dtype.ts";
import type { Rng } from "../../rng.ts";
import { decodeSafetensors, encodeSafetensors } from "../../safetensors.ts";
import { openSafetensors } from "../../safetensors-file.ts";
import { sizeOf, Tensor } from "../../tensor.ts";
import { damage, edge, joined, oddNames } from "./bytes.ts";
import type { FuzzTarget } from "./target.ts";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const dtypes = (Object.keys(bytesPerElement) as DType[]).filter((dtype) => !/^u?int4$/.test(dtype));
const storedNames = ["F32", "F16", "BF16", "F64", "I64", "U8", "BOOL", "F8_E4M3", "C64", "f32", "", "U16"];

export const safetensorsTarget: FuzzTarget = {
  name: "safetensors",
  make(rng) {
    const tensors = Array.from({ length: rng.int(0, 5) }, (_, i): [string, Tensor] => {
      const shape = Array.from({ length: rng.int(0, 4) }, () => rng.int(0, 4));
      const name = rng.random() < 0.1 ? rng.pick(["", "a b", "ä", "constructor", "0"]) : `layer.${i}`;
      return [name, Tensor.zeros(shape, rng.pick(dtypes))];
    });
    const file = encodeSafetensors(Object.fromEntries(tensors), rng.random() < 0.5 ? { format: "pt" } : {});
    const length = Number(new DataView(file.buffer).getBigUint64(0, true));
    const header: Json = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
    for (let count = rng.int(1, 4); count > 0; count--) changeJson(header, rng);
    let text = JSON.stringify(header);
    if (rng.random() < 0.1) text = text.replace(/"layer\.\d"/g, '"layer.0"');
    if (rng.random() < 0.1)
      text = rng.pick([
        ` ${text}`,
        `${text}   `,
        `\ufeff${text}`,
        `${text},`,
        `[${text}]`,
        `${"[".repeat(5000)}${text}`,
      ]);
    const json = new TextEncoder().encode(text);
    const prefix = new Uint8Array(8);
    const claimed = rng.random() < 0.9 ? BigInt(json.length) : edge(rng);
    new DataView(prefix.buffer).setBigInt64(0, claimed, true);
    const bytes = joined(prefix, json, file.subarray(8 + length));
    return rng.random() < 0.3 ? damage(bytes, rng) : bytes;
  },
  async read(bytes) {
    // Whole and in parts must agree on what is refused.
    let refused: unknown;
    try {
      decodeSafetensors(bytes);
    } catch (error) {
      refused = error;
    }
    const file = await openSafetensors({
      size: bytes.length,
      read: (offset, length) => bytes.subarray(offset, offset + length),
    });
    for (const [name, { shape }] of file.tensors) {
      const { size } = await file.read(name);
      if (size !== sizeOf(shape)) throw new Error(`"${name}" has ${size} elements, not those of [${shape}]`);
    }
    if (refused !== undefined) throw refused;
  },
};

/** Changes one member somewhere in the tree. */
function changeJson(root: Json, rng: Rng): void {
  let parent = root;
  for (;;) {
    if (parent === null || typeof parent !== "object") return;
    const keys = Object.keys(parent);
    if (keys.length === 0) return;
    const key = rng.pick(keys);
    const members = parent as { [key: string]: Json };
    const child = members[key];
    if (child !== null && typeof child === "object" && rng.random() < 0.7) {
      parent = child;
      continue;
    }
    if (rng.random() < 0.15) delete members[key];
    else if (rng.random() < 0.2) define(members, rng.pick([...oddNames, "__metadata__", "dtype", "shape"]), child);
    else define(members, key, anyJson(child, rng));
    return;
  }
}

function define(object: object, key: string, value: Json): void {
  if (Array.isArray(object) && key === "length") return;
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

function anyJson(old: Json, rng: Rng): Json {
  if (typeof old === "number" && rng.random() < 0.6) return old + rng.int(-8, 9);
  if (typeof old === "string" && rng.random() < 0.6) return rng.pick(storedNames);
  const values: readonly Json[] = [null, true, "", "F32", 0.5, -1, 1e300, [], {}, [0], [0, 4], [old], { a: old }];
  return rng.random() < 0.4 ? Number(edge(rng)) : rng.pick(values);
}
