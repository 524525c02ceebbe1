/** @file Tensors of ONNX Runtime's builds, which share its JavaScript API. */

import type { InferenceSession, Tensor as OrtTensor, TensorConstructor } from "onnxruntime-common";
import type { DType, TypedArray } from "../dtype.ts";
import { CajalError } from "../error.ts";
import { Tensor } from "../tensor.ts";

/** The two things that Cajal uses of an ONNX Runtime package. */
export interface OrtModule {
  readonly InferenceSession: {
    create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: TensorConstructor;
}

/** Runs tasks one after the other, where a build of ONNX Runtime cannot run two at a time. */
export type Queue = <T>(task: () => Promise<T>) => Promise<T>;

export function toOrt(ort: OrtModule, { dtype, data, shape }: Tensor): OrtTensor {
  return new (ort.Tensor as unknown as new (...args: unknown[]) => OrtTensor)(dtype, data, [...shape]);
}

export function fromOrt({ type, dims, data }: OrtTensor): Tensor {
  // Newer engines have a Float16Array, and ONNX Runtime then uses it; Cajal holds the bits everywhere.
  const held = type === "float16" && !(data instanceof Uint16Array) ? bitsOf(data as unknown as Uint16Array) : data;
  return new Tensor(type as DType, dims, held as TypedArray);
}

function bitsOf({ buffer, byteOffset, length }: Uint16Array): Uint16Array {
  return new Uint16Array(buffer, byteOffset, length);
}

/** What ONNX Runtime says, as an error of ours; those that are stay as they are. @param what it does, as in "fails" */
export function runtimeError(what: string, cause: unknown): CajalError {
  if (cause instanceof CajalError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new CajalError("runtime", `ONNX Runtime ${what}: ${message}`, { cause });
}
