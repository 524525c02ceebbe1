/** @file A session over any build of ONNX Runtime: native and web share its JavaScript API. */

import type { InferenceSession, Tensor as OrtTensor, TensorConstructor } from "onnxruntime-common";
import type { DType, TypedArray } from "../dtype.ts";
import { CajalError } from "../error.ts";
import { Tensor } from "../tensor.ts";
import type { Session } from "./runtime.ts";

/** The two things that Cajal uses of an ONNX Runtime package. */
export interface OrtModule {
  readonly InferenceSession: {
    create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: TensorConstructor;
}

/** Runs tasks one after the other, where a build of ONNX Runtime cannot run two at a time. */
export type Queue = <T>(task: () => Promise<T>) => Promise<T>;

const atOnce: Queue = (task) => task();

export async function createOrtSession(
  ort: OrtModule,
  model: Uint8Array,
  options: InferenceSession.SessionOptions,
  queue: Queue = atOnce,
): Promise<Session> {
  const create = () => ort.InferenceSession.create(model, { logSeverityLevel: 3, ...options });
  const session = await queue(create).catch((error: unknown) => {
    throw runtimeError("refuses the model", error);
  });
  const unusable = [...session.inputMetadata, ...session.outputMetadata].find(
    (port) => port.isTensor && (port.type === "int4" || port.type === "uint4"),
  );
  // The native binding crashes the process on results of these types.
  if (unusable?.isTensor) {
    await session.release();
    throw new CajalError(
      "runtime",
      `"${unusable.name}" is ${unusable.type}, which goes neither in nor out of a session`,
      {
        advice: "Cast it to int8 or uint8 inside the graph.",
      },
    );
  }
  let released = false;
  const running = new Set<Promise<unknown>>();
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    async run(feeds) {
      if (released) {
        throw new CajalError("runtime", "the session was released", { advice: "Compile or open the model again." });
      }
      const inputs: Record<string, OrtTensor> = {};
      for (const name of session.inputNames) inputs[name] = toOrt(ort, feeds[name]);
      const run = queue(() => session.run(inputs)).finally(() => running.delete(run));
      running.add(run);
      const results = await run.catch((error: unknown) => {
        throw runtimeError("fails", error);
      });
      const outputs: Record<string, Tensor> = {};
      for (const name of session.outputNames) outputs[name] = fromOrt(results[name]);
      return outputs;
    },
    async release() {
      if (released) return;
      released = true;
      await Promise.allSettled(running);
      await queue(() => session.release());
    },
  };
}

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

function runtimeError(what: string, cause: unknown): CajalError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new CajalError("runtime", `ONNX Runtime ${what}: ${message}`, { cause });
}
