/** @file Element types: their typed arrays, their ONNX numbers, and conversion from and to plain numbers. */

import { CajalError } from "./error.ts";

export type DType = "float32" | "float64" | "float16" | "int64" | "int32" | "int8" | "uint8" | "bool";

export type TypedArray =
  | Float32Array
  | Float64Array
  | Uint16Array
  | BigInt64Array
  | Int32Array
  | Int8Array
  | Uint8Array;

/** TensorProto.DataType of the ONNX standard. */
export const onnxNumber: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
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

export const bytesPerElement: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 8,
  float16: 2,
  int64: 8,
  int32: 4,
  int8: 1,
  uint8: 1,
  bool: 1,
};

export function isFloat(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64" || dtype === "float16";
}

/** A zeroed typed array of the dtype; float16 is held as its 16 bits. */
export function allocate(dtype: DType, length: number): TypedArray {
  switch (dtype) {
    case "float32":
      return new Float32Array(length);
    case "float64":
      return new Float64Array(length);
    case "float16":
      return new Uint16Array(length);
    case "int64":
      return new BigInt64Array(length);
    case "int32":
      return new Int32Array(length);
    case "int8":
      return new Int8Array(length);
    case "uint8":
    case "bool":
      return new Uint8Array(length);
  }
}

/** Views `bytes` (little endian) as the dtype, copying only where the bytes are not aligned. */
export function viewBytes(dtype: DType, bytes: Uint8Array): TypedArray {
  const size = bytesPerElement[dtype];
  // Not slice(): that of a Node.js Buffer shares its memory.
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  const { buffer, byteOffset } = aligned;
  const length = aligned.byteLength / size;
  switch (dtype) {
    case "float32":
      return new Float32Array(buffer, byteOffset, length);
    case "float64":
      return new Float64Array(buffer, byteOffset, length);
    case "float16":
      return new Uint16Array(buffer, byteOffset, length);
    case "int64":
      return new BigInt64Array(buffer, byteOffset, length);
    case "int32":
      return new Int32Array(buffer, byteOffset, length);
    case "int8":
      return new Int8Array(buffer, byteOffset, length);
    case "uint8":
    case "bool":
      return new Uint8Array(buffer, byteOffset, length);
  }
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

/** Elements as float64 numbers; int64 beyond 2⁵³ loses low bits. */
export function toNumbers(dtype: DType, data: TypedArray): Float64Array {
  if (dtype === "int64") return Float64Array.from(data as BigInt64Array, Number);
  if (dtype === "float16") return Float64Array.from(data as Uint16Array, halfToNumber);
  return Float64Array.from(data as Float32Array);
}

const int64Max = 2n ** 63n - 1n;

function toInt64(value: number): bigint {
  if (Number.isNaN(value)) return 0n;
  if (value >= 2 ** 63) return int64Max;
  if (value <= -(2 ** 63)) return -int64Max - 1n;
  return BigInt(Math.trunc(value));
}

/** Numbers as elements of the dtype: rounded for floats, truncated for integers, non-zero is true for bool. */
export function fromNumbers(dtype: DType, values: ArrayLike<number>): TypedArray {
  const data = allocate(dtype, values.length);
  if (data instanceof BigInt64Array) {
    for (let i = 0; i < values.length; i++) data[i] = toInt64(values[i]);
  } else if (dtype === "float16") {
    for (let i = 0; i < values.length; i++) data[i] = numberToHalf(values[i]);
  } else if (dtype === "bool") {
    for (let i = 0; i < values.length; i++) data[i] = values[i] !== 0 ? 1 : 0;
  } else {
    data.set(values);
  }
  return data;
}
