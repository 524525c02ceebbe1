/** @file Tensors to a safetensors file and back: named arrays, nothing executable, readable in place. */

import { bytesPerElement, viewBytes } from "./dtype.ts";
import { CajalError } from "./error.ts";
import {
  headerLength,
  headerLimit,
  lengthBytes,
  parseHeader,
  type SafetensorsEntry,
  safetensorsName,
  unsafeName,
} from "./safetensors-header.ts";
import { Tensor } from "./tensor.ts";

/** What a safetensors file holds. */
export interface Safetensors {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * A safetensors file of the tensors. Wider elements come first, so that a reader can view all of them in place; equal input gives
 * equal bytes.
 * @param metadata kept as the file's `__metadata__`
 * @throws CajalError `argument` for names that the format reserves, `dtype`, `too-large` for a header beyond 100 MB
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const sorted = Object.entries(tensors).sort(
    ([a, { dtype: first }], [b, { dtype: second }]) =>
      bytesPerElement[second] - bytesPerElement[first] || (a < b ? -1 : 1),
  );
  const described: [string, unknown][] = Object.keys(metadata).length === 0 ? [] : [["__metadata__", metadata]];
  let end = 0;
  for (const [name, { dtype, shape, data }] of sorted) {
    if (name === "__metadata__" || name === unsafeName) {
      throw new CajalError("argument", `safetensors: "${name}" cannot name a tensor`);
    }
    const storedAs = safetensorsName(dtype);
    if (storedAs === undefined) {
      throw new CajalError("dtype", `safetensors: the format has no type for ${dtype} ("${name}")`);
    }
    const start = end;
    end += data.byteLength;
    described.push([name, { dtype: storedAs, shape, data_offsets: [start, end] }]);
  }
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== "string" || key === unsafeName) {
      throw new CajalError("argument", `safetensors: metadata "${key}" cannot be kept`, {
        advice: "Metadata are strings by name.",
      });
    }
  }

  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(described)));
  const padded = Math.ceil(json.length / lengthBytes) * lengthBytes;
  if (padded > headerLimit) {
    throw new CajalError(
      "too-large",
      `safetensors: names and metadata fill ${padded} bytes; ${headerLimit} is the limit`,
    );
  }
  const file = new Uint8Array(lengthBytes + padded + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(padded), true);
  file.fill(0x20, lengthBytes, lengthBytes + padded);
  file.set(json, lengthBytes);
  let at = lengthBytes + padded;
  for (const [, { data }] of sorted) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

/**
 * Reads a safetensors file. Tensors are views of `bytes` where it aligns their elements, else copies; BF16 becomes float32, in
 * which every runtime computes.
 * @param source what messages call the file
 * @throws CajalError `bad-file` (damaged, inconsistent), `dtype` (8-bit floats, complex)
 */
export function decodeSafetensors(bytes: Uint8Array, source = "the safetensors file"): Safetensors {
  const length = headerLength(bytes, bytes.length, source);
  const data = bytes.subarray(lengthBytes + length);
  const header = parseHeader(bytes.subarray(lengthBytes, lengthBytes + length), data.length, source);
  const tensors = header.entries.map((entry) => [entry.name, toTensor(entry, data.subarray(entry.start, entry.end))]);
  return { tensors: Object.fromEntries(tensors), metadata: header.metadata };
}

/** The tensor of an entry from its bytes. */
export function toTensor(entry: SafetensorsEntry, bytes: Uint8Array): Tensor {
  return new Tensor(entry.dtype, entry.shape, entry.upperHalf ? widen(bytes) : viewBytes(entry.dtype, bytes));
}

/** BF16 to float32: the missing lower half is zero. */
function widen(bytes: Uint8Array): Float32Array {
  const wide = new Uint8Array(bytes.length * 2);
  for (let i = 0; i < bytes.length; i += 2) {
    wide[2 * i + 2] = bytes[i];
    wide[2 * i + 3] = bytes[i + 1];
  }
  return new Float32Array(wide.buffer);
}
