/** @file NPY files, NumPy's format for one array, to tensors and back. */

import { bytesPerElement, viewBytes } from "../../graph/dtype.ts";
import { CajalError, type DType, formatShape, type Shape, sizeOf, Tensor, type TypedArray } from "../../graph/index.ts";
import { badNpy, npyHeader, parseNpyHeader, rankLimit } from "./npy-header.ts";

/** NumPy's name of an element type, without its byte order: "float32" is "f4". It has none for some. */
function codeOf(dtype: DType): string | undefined {
  if (dtype === "bool") return "b1";
  const [, kind, bits] = /^(f|i|u)(?:loat|int|nt)(8|16|32|64)$/.exec(dtype) ?? [];
  return bits === undefined ? undefined : `${kind}${Number(bits) / 8}`;
}

const dtypeOf: ReadonlyMap<string, DType> = new Map(
  (Object.keys(bytesPerElement) as DType[]).flatMap((dtype) => {
    const code = codeOf(dtype);
    return code === undefined ? [] : [[code, dtype] as const];
  }),
);

/**
 * Reads an NPY file (versions 1.0 to 3.0). Elements are a view of `bytes` where they are little endian, in C order and aligned, else a
 * copy.
 * @param source what messages call the file
 * @throws CajalError `bad-file` (damaged), `dtype` (complex, text, dates, Python objects, structured arrays)
 */
export function decodeNpy(bytes: Uint8Array, source = "the NPY file"): Tensor {
  const { descr, fortranOrder, shape, dataStart } = parseNpyHeader(bytes, source);
  const match = /^([<>|=]?)([a-zA-Z])(\d*)(\[.*\])?$/.exec(descr);
  if (match === null) throw badNpy(source, `has elements of type "${descr}", which NumPy has not`);
  const [, order, kind, width] = match;
  const code = kind + width;
  const dtype = dtypeOf.get(code);
  if (dtype === undefined) throw unsupported(kind, descr, source);
  const elementBytes = bytesPerElement[dtype];

  let size = 1;
  for (const dim of shape) {
    size *= dim;
    if (!Number.isSafeInteger(size * 8)) throw badNpy(source, `has impossible dims ${formatShape(shape)}`);
  }
  const needed = size * elementBytes;
  const data = bytes.subarray(dataStart);
  if (data.length !== needed) {
    throw badNpy(source, `has ${data.length} bytes of elements; ${descr} ${formatShape(shape)} needs ${needed}`);
  }
  const little = order === ">" && elementBytes > 1 ? swapped(data, elementBytes) : data;
  const elements = viewBytes(dtype, little);
  return new Tensor(dtype, shape, fortranOrder && shape.length > 1 ? fromFortran(elements, shape) : elements);
}

/** An NPY file (version 1.0, C order, little endian) of the tensor. @throws CajalError `shape` beyond 64 axes, `dtype` */
export function encodeNpy(tensor: Tensor): Uint8Array<ArrayBuffer> {
  const { shape, dtype } = tensor;
  if (shape.length > rankLimit) {
    throw new CajalError("shape", `encodeNpy: ${shape.length} axes; ${rankLimit} is NumPy's limit`);
  }
  const code = codeOf(dtype);
  if (code === undefined) throw new CajalError("dtype", `encodeNpy: NumPy has no type for ${dtype}`);
  const header = npyHeader(`${bytesPerElement[dtype] === 1 ? "|" : "<"}${code}`, shape);
  const { buffer, byteOffset, byteLength } = tensor.data;
  const file = new Uint8Array(header.length + byteLength);
  file.set(header);
  file.set(new Uint8Array(buffer, byteOffset, byteLength), header.length);
  return file;
}

const kinds: Readonly<Record<string, { readonly what: string; readonly advice: string }>> = {
  O: {
    what: "Python objects, which only unpickling could read; that runs whatever code the file names",
    advice: "Save plain arrays: np.save(…, np.asarray(a, dtype=np.float32)).",
  },
  c: {
    what: "complex numbers, which ONNX doesn't have",
    advice: "Save both parts on an axis of their own: np.stack([a.real, a.imag], -1).",
  },
  V: { what: "raw or structured bytes", advice: "Save its fields as arrays of their own." },
  S: { what: "text", advice: "Save numbers, and the texts as JSON." },
  a: { what: "text", advice: "Save numbers, and the texts as JSON." },
  U: { what: "text", advice: "Save numbers, and the texts as JSON." },
  M: { what: "dates", advice: 'Save them as numbers: a.astype("int64").' },
  m: { what: "durations", advice: 'Save them as numbers: a.astype("int64").' },
};

function unsupported(kind: string, descr: string, source: string): CajalError {
  const { what, advice } = (Object.hasOwn(kinds, kind) ? kinds[kind] : undefined) ?? {
    what: "elements of a type that Cajal doesn't hold",
    advice: 'Convert it first: a.astype("float64").',
  };
  return new CajalError("dtype", `${source} holds ${what} (type "${descr}")`, { advice });
}

/** The bytes of each element in the opposite order. */
function swapped(bytes: Uint8Array, width: number): Uint8Array {
  const result = new Uint8Array(bytes.length);
  for (let start = 0; start < bytes.length; start += width) {
    for (let i = 0; i < width; i++) result[start + i] = bytes[start + width - 1 - i];
  }
  return result;
}

/** Elements whose first axis varies fastest, in an order in which the last does. */
function fromFortran(elements: TypedArray, shape: Shape): TypedArray {
  const result = elements.slice();
  if (result.length === 0) return result;
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < result.length; to++) {
    result[to] = elements[from];
    // The next element in C order: count up the last axis and carry.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return result;
}
