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

export async function createOrtSession(
  ort: OrtModule,
  model: Uint8Array,
  options: InferenceSession.SessionOptions,
): Promise<Session> {
  const session = await ort.InferenceSession.create(model, { logSeverityLevel: 3, ...options }).catch(
    (error: unknown) => {
      throw runtimeError("refuses the model", error);
    },
  );
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
      const wrap = ({ dtype, data, shape }: Tensor): OrtTensor =>
        new (ort.Tensor as unknown as new (...args: unknown[]) => OrtTensor)(dtype, data, [...shape]);
      const inputs = Object.fromEntries(session.inputNames.map((name) => [name, wrap(feeds[name])]));
      const run = session.run(inputs).finally(() => running.delete(run));
      running.add(run);
      const results = await run.catch((error: unknown) => {
        throw runtimeError("fails", error);
      });
      const outputs: Record<string, Tensor> = {};
      for (const name of session.outputNames) {
        const { type, dims, data } = results[name];
        outputs[name] = new Tensor(type as DType, dims, data as TypedArray);
      }
      return outputs;
    },
    async release() {
      if (released) return;
      released = true;
      await Promise.allSettled(running);
      await session.release();
    },
  };
}

function runtimeError(what: string, cause: unknown): CajalError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new CajalError("runtime", `ONNX Runtime ${what}: ${message}`, { cause });
}
