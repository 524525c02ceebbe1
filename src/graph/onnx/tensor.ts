/** @file TensorProto to Tensor and back, with external data. */

import {
  allocate,
  type DType,
  dtypeOf,
  fromNumbers,
  onnxNumber,
  packedBytes,
  packNibbles,
  type TypedArray,
  unpackNibbles,
  viewBytes,
} from "../dtype.ts";
import { CajalError } from "../error.ts";
import { formatShape, sizeOf, Tensor } from "../tensor.ts";
import type { Int, TensorProto } from "./schema.ts";

/** Reads a part of a file that lies beside the model. Throws CajalError `external-data` when it is missing or lies elsewhere. */
export type ExternalData = (location: string, offset: number, length: number) => Uint8Array;

export const noExternalData: ExternalData = (location) => {
  throw new CajalError("external-data", `the model keeps weights in "${location}", which was not given`, {
    advice: "Open the model by its path, with that file in the same folder.",
  });
};

/** @throws CajalError `bad-onnx` when the bytes do not fill the dims */
export function tensorFromProto(proto: TensorProto, external: ExternalData): Tensor {
  const where = `tensor "${proto.name ?? ""}"`;
  const dtype = dtypeOf(Number(proto.dataType ?? 0), where);
  const shape = proto.dims.map((dim) => dimension(dim, where));
  const size = sizeOf(shape);
  const byteLength = packedBytes(dtype, size);
  if (!Number.isSafeInteger(byteLength)) throw damaged(where, `has impossible dims ${formatShape(shape)}`);

  if (Number(proto.dataLocation ?? 0) === 1) {
    return new Tensor(dtype, shape, fromBytes(dtype, readExternal(proto, external, byteLength, where), size));
  }
  if (proto.rawData !== undefined && (proto.rawData.length > 0 || size === 0)) {
    if (proto.rawData.length !== byteLength) {
      throw damaged(
        where,
        `${formatShape(shape)} of ${dtype} needs ${byteLength} bytes, ${proto.rawData.length} are there`,
      );
    }
    return new Tensor(dtype, shape, fromBytes(dtype, proto.rawData, size));
  }
  const listed = proto[listOf[dtype] ?? "int32Data"];
  const stored = isNibble(dtype) ? byteLength : size;
  if (listed.length !== stored)
    throw damaged(where, `${formatShape(shape)} needs ${stored} elements, ${listed.length} are there`);
  return new Tensor(dtype, shape, fromList(dtype, listed, size));
}

/** The fields that hold elements one by one, other than int32Data. */
const listOf = {
  float32: "floatData",
  float64: "doubleData",
  int64: "int64Data",
  uint64: "uint64Data",
  uint32: "uint64Data",
} as Readonly<Partial<Record<DType, "floatData" | "doubleData" | "int64Data" | "uint64Data">>>;

const isNibble = (dtype: DType): dtype is "int4" | "uint4" => dtype === "int4" || dtype === "uint4";

function fromBytes(dtype: DType, bytes: Uint8Array, size: number): TypedArray {
  return isNibble(dtype) ? unpackNibbles(dtype, bytes, size) : viewBytes(dtype, bytes);
}

export function tensorToProto(tensor: Tensor, name?: string): TensorProto {
  const { buffer, byteOffset, byteLength } = isNibble(tensor.dtype) ? packNibbles(tensor.data) : tensor.data;
  return {
    ...(name !== undefined && { name }),
    dims: [...tensor.shape],
    dataType: onnxNumber[tensor.dtype],
    rawData: new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength),
    floatData: [],
    int32Data: [],
    stringData: [],
    int64Data: [],
    doubleData: [],
    uint64Data: [],
    externalData: [],
  };
}

function fromList(dtype: DType, listed: readonly Int[], size: number): TypedArray {
  if (isNibble(dtype)) return unpackNibbles(dtype, Uint8Array.from(listed, Number), size);
  if (dtype === "int64") return BigInt64Array.from(listed, BigInt);
  if (dtype === "uint64") return BigUint64Array.from(listed, BigInt);
  // These stand in int32_data as their bits.
  if (dtype === "float16" || dtype === "bfloat16") {
    const bits = allocate(dtype, listed.length) as Uint16Array;
    bits.set(listed.map(Number));
    return bits;
  }
  return fromNumbers(dtype, listed.map(Number));
}

function dimension(dim: Int, where: string): number {
  const value = Number(dim);
  if (!Number.isSafeInteger(value) || value < 0) throw damaged(where, `has dim ${dim}`);
  return value;
}

function readExternal(proto: TensorProto, external: ExternalData, byteLength: number, where: string): Uint8Array {
  const entries = new Map(proto.externalData.map((entry) => [entry.key, entry.value]));
  const location = entries.get("location");
  if (location === undefined || location === "") throw damaged(where, "names no file for its external data");
  const offset = Number(entries.get("offset") ?? 0);
  const length = Number(entries.get("length") ?? byteLength);
  if (!Number.isSafeInteger(offset) || offset < 0 || length !== byteLength) {
    throw damaged(
      where,
      `needs ${byteLength} bytes, its external data says offset ${entries.get("offset") ?? 0}, length ${entries.get("length") ?? byteLength}`,
    );
  }
  return external(location, offset, length);
}

function damaged(where: string, what: string): CajalError {
  return new CajalError("bad-onnx", `${where} ${what}`, { advice: "The file is damaged: fetch or export it again." });
}
