/** @file IDX files (of MNIST and its kin): a dense array with a header of type and dims, big endian. */

import { CajalError, type DType, formatShape, sizeOf, Tensor } from "../graph/index.ts";

/** Third byte of the file: the elements. */
const elements: Readonly<Record<number, { readonly dtype: DType; readonly bytes: number }>> = {
  8: { dtype: "uint8", bytes: 1 },
  9: { dtype: "int8", bytes: 1 },
  12: { dtype: "int32", bytes: 4 },
  13: { dtype: "float32", bytes: 4 },
  14: { dtype: "float64", bytes: 8 },
};

/** @param name what messages call the file @throws CajalError `bad-file` */
export function decodeIdx(bytes: Uint8Array, name = "the IDX file"): Tensor {
  const fail = (what: string) => new CajalError("bad-file", `${name}: ${what}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const element = bytes.length < 4 || view.getUint16(0) !== 0 ? undefined : elements[bytes[2]];
  if (element === undefined) throw fail("it does not begin like an IDX file of known elements");
  const start = 4 + 4 * bytes[3];
  if (bytes.length < start) throw fail("it ends within its header");
  const shape = Array.from({ length: bytes[3] }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = sizeOf(shape);
  if (bytes.length !== start + size * element.bytes)
    throw fail(`${bytes.length - start} bytes do not hold ${element.dtype}${formatShape(shape)}`);
  if (element.dtype === "uint8") return new Tensor("uint8", shape, bytes.slice(start));
  const read = {
    int8: (at: number) => view.getInt8(at),
    int32: (at: number) => view.getInt32(at),
    float32: (at: number) => view.getFloat32(at),
    float64: (at: number) => view.getFloat64(at),
  }[element.dtype as "int8" | "int32" | "float32" | "float64"];
  const values = Float64Array.from({ length: size }, (_, i) => read(start + i * element.bytes));
  return Tensor.of(values, shape, element.dtype);
}
