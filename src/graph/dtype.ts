/** @file Element types: their typed arrays, their ONNX numbers, and conversion from and to plain numbers. */

import { CajalError } from "./error.ts";

export type DType =
  | "float32"
  | "float64"
  | "float16"
  | "bfloat16"
  | "int64"
  | "int32"
  | "int16"
  | "int8"
  | "int4"
  | "uint64"
  | "uint32"
  | "uint16"
  | "uint8"
  | "uint4"
  | "bool";

export type TypedArray =
  | Float32Array
  | Float64Array
  | Uint16Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Int8Array
  | Uint8Array;

/** TensorProto.DataType of the ONNX standard. */
export const onnxNumber: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
  uint4: 21,
  int4: 22,
};

const byNumber = new Map(Object.entries(onnxNumber).map(([name, n]) => [n, name as DType]));

/** The dtype behind an ONNX TensorProto.DataType number. */
export function dtypeOf(number: number, where: string): DType {
  const dtype = byNumber.get(number);
  if (dtype === undefined) {
    throw new CajalError("dtype", `${where}: ONNX element type ${number} is not supported`, {
      advice: `Supported: ${Object.keys(onnxNumber).join(", ")}.`,
    });
  }
  return dtype;
}

/** Bytes in memory. Files pack two 4-bit elements into a byte (see `packedBytes`). */
export const bytesPerElement: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 8,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  int4: 1,
  uint64: 8,
  uint32: 4,
  uint16: 2,
  uint8: 1,
  uint4: 1,
  bool: 1,
};

export function isFloat(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64" || dtype === "float16" || dtype === "bfloat16";
}

/** The least and the largest element of an integer dtype. */
export function integerRange(dtype: DType): readonly [number, number] {
  const [, unsigned, bits] = /^(u?)int(\d+)$/.exec(dtype) ?? [];
  if (bits === undefined) throw new Error(`elements are ${dtype}; integers are needed`);
  return unsigned ? [0, 2 ** Number(bits) - 1] : [-(2 ** (Number(bits) - 1)), 2 ** (Number(bits) - 1) - 1];
}

/** float16 and bfloat16 are held as their 16 bits, a 4-bit element takes a byte. */
const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  int4: Int8Array,
  uint64: BigUint64Array,
  uint32: Uint32Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
  uint4: Uint8Array,
  bool: Uint8Array,
} as const satisfies Readonly<Record<DType, unknown>>;

/** A zeroed typed array of the dtype. */
export function allocate(dtype: DType, length: number): TypedArray {
  return new arrays[dtype](length);
}

/** Views `bytes` (little endian) as the dtype, copying only where the bytes are not aligned. */
export function viewBytes(dtype: DType, bytes: Uint8Array): TypedArray {
  const size = bytesPerElement[dtype];
  // Not bytes.slice(): a Node.js Buffer would give a view.
  const { buffer, byteOffset, byteLength } = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  return new arrays[dtype](buffer as ArrayBuffer, byteOffset, byteLength / size);
}

/** Bytes that `size` elements take in a file. */
export function packedBytes(dtype: DType, size: number): number {
  return dtype === "int4" || dtype === "uint4" ? Math.ceil(size / 2) : size * bytesPerElement[dtype];
}

/** 4-bit elements from bytes that hold two each, the first in the low bits. */
export function unpackNibbles(dtype: "int4" | "uint4", bytes: Uint8Array, size: number): TypedArray {
  const data = allocate(dtype, size) as Int8Array | Uint8Array;
  for (let i = 0; i < size; i++) {
    const nibble = (bytes[i >> 1] >> (4 * (i & 1))) & 15;
    data[i] = dtype === "int4" && nibble > 7 ? nibble - 16 : nibble;
  }
  return data;
}

export function packNibbles(data: TypedArray): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.ceil(data.length / 2));
  for (let i = 0; i < data.length; i++) bytes[i >> 1] |= (Number(data[i]) & 15) << (4 * (i & 1));
  return bytes;
}

/** IEEE 754 half precision bits to a number. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * 2 ** -14 * (fraction / 1024);
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}

/** A number to IEEE 754 half precision bits, rounded to nearest even. */
export function numberToHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude >= 65520) return sign | 0x7c00;
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude || 2 ** -30)));
  const scaled = magnitude / 2 ** (exponent - 10);
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const mantissa = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  // A mantissa that rounded up to 2048 carries into the exponent by plain addition; a subnormal has no implicit one.
  return sign | (mantissa < 1024 ? mantissa : ((exponent + 14) << 10) + mantissa);
}

/** Scratch, so that no conversion allocates. */
const word = new DataView(new ArrayBuffer(4));

/** bfloat16 bits, the upper half of a float32, to a number. */
export function bfloatToNumber(bits: number): number {
  word.setUint32(0, bits << 16);
  return word.getFloat32(0);
}

/** A number to bfloat16 bits, rounded to nearest even by way of float32. */
export function numberToBfloat(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0;
  word.setFloat32(0, value);
  const bits = word.getUint32(0);
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

/** What an element of the dtype is as a number; 64-bit integers beyond 2⁵³ lose low bits. */
export function reader(dtype: DType): (element: number | bigint) => number {
  if (dtype === "float16") return (bits) => halfToNumber(Number(bits));
  if (dtype === "bfloat16") return (bits) => bfloatToNumber(Number(bits));
  return Number;
}

/** Elements as float64 numbers; 64-bit integers beyond 2⁵³ lose low bits. */
export function toNumbers(dtype: DType, data: TypedArray): Float64Array {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array || dtype === "float16" || dtype === "bfloat16")
    return Float64Array.from(data as Uint16Array, reader(dtype));
  // Not Float64Array.from, which goes element by element.
  return new Float64Array(data);
}

/** A 64-bit integer, truncated, within the bounds. */
function toInteger(value: number, least: bigint, most: bigint): bigint {
  if (Number.isNaN(value)) return 0n;
  if (value >= Number(most)) return most;
  if (value <= Number(least)) return least;
  return BigInt(Math.trunc(value));
}

/** Numbers as elements of the dtype: rounded for floats, truncated for integers, non-zero is true for bool. */
export function fromNumbers(dtype: DType, values: ArrayLike<number>): TypedArray {
  const data = allocate(dtype, values.length);
  if (data instanceof BigInt64Array) {
    for (let i = 0; i < values.length; i++) data[i] = toInteger(values[i], -(2n ** 63n), 2n ** 63n - 1n);
  } else if (data instanceof BigUint64Array) {
    for (let i = 0; i < values.length; i++) data[i] = toInteger(values[i], 0n, 2n ** 64n - 1n);
  } else if (dtype === "float16") {
    for (let i = 0; i < values.length; i++) data[i] = numberToHalf(values[i]);
  } else if (dtype === "bfloat16") {
    for (let i = 0; i < values.length; i++) data[i] = numberToBfloat(values[i]);
  } else if (dtype === "bool") {
    for (let i = 0; i < values.length; i++) data[i] = values[i] !== 0 ? 1 : 0;
  } else {
    data.set(values);
  }
  return data;
}
