/** @file TensorProto to Tensor and back, with external data. */

import { allocate, bytesPerElement, dtypeOf, fromNumbers, onnxNumber, type TypedArray, viewBytes } from "../dtype.ts";
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
  const byteLength = size * bytesPerElement[dtype];
  if (!Number.isSafeInteger(byteLength)) throw damaged(where, `has impossible dims ${formatShape(shape)}`);

  if (Number(proto.dataLocation ?? 0) === 1) {
    return new Tensor(dtype, shape, viewBytes(dtype, readExternal(proto, external, byteLength, where)));
  }
  if (proto.rawData !== undefined && (proto.rawData.length > 0 || size === 0)) {
    if (proto.rawData.length !== byteLength) {
      throw damaged(
        where,
        `${formatShape(shape)} of ${dtype} needs ${byteLength} bytes, ${proto.rawData.length} are there`,
      );
    }
    return new Tensor(dtype, shape, viewBytes(dtype, proto.rawData));
  }
  const listed =
    dtype === "float32"
      ? proto.floatData
      : dtype === "float64"
        ? proto.doubleData
        : dtype === "int64"
          ? proto.int64Data
          : proto.int32Data;
  if (listed.length !== size)
    throw damaged(where, `${formatShape(shape)} needs ${size} elements, ${listed.length} are there`);
  return new Tensor(dtype, shape, fromList(dtype, listed));
}

export function tensorToProto(tensor: Tensor, name?: string): TensorProto {
  const { buffer, byteOffset, byteLength } = tensor.data;
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

function fromList(dtype: Tensor["dtype"], listed: readonly Int[]): TypedArray {
  if (dtype === "int64") return BigInt64Array.from(listed, BigInt);
  // float16 stands in int32_data as its bits.
  if (dtype === "float16") {
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
      `needs ${byteLength} bytes, its external data says offset ${entries.get("offset")}, length ${entries.get("length")}`,
    );
  }
  return external(location, offset, length);
}

function damaged(where: string, what: string): CajalError {
  return new CajalError("bad-onnx", `${where} ${what}`, { advice: "The file is damaged: fetch or export it again." });
}
