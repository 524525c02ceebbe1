/** @file A session over any build of ONNX Runtime: native and web share its JavaScript API. */

import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-common";
import { toHost } from "../device-tensor.ts";
import { CajalError } from "../error.ts";
import type { Tensor } from "../tensor.ts";
import { cardTensor, deviceTensor } from "./on-card.ts";
import { fromOrt, type OrtModule, type Queue, runtimeError, toOrt } from "./ort.ts";
import type { Session } from "./runtime.ts";

const atOnce: Queue = (task) => task();

export interface OrtSessionOptions {
  /** Default: all at once. */
  readonly queue?: Queue;
  /** Names of results that stay on the graphics card; undefined where the session does not run on one. */
  readonly stay?: readonly string[] | undefined;
}

/** @throws CajalError `runtime` when ONNX Runtime refuses the model */
export async function createOrtSession(
  ort: OrtModule,
  model: Uint8Array,
  options: InferenceSession.SessionOptions,
  { queue = atOnce, stay }: OrtSessionOptions = {},
): Promise<Session> {
  const places = stay !== undefined &&
    stay.length > 0 && {
      preferredOutputLocation: Object.fromEntries(stay.map((name) => [name, "gpu-buffer" as const])),
    };
  const create = () => ort.InferenceSession.create(model, { logSeverityLevel: 3, ...options, ...places });
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
  const start = async (feeds: Readonly<Record<string, Tensor>>) => {
    const given = stay === undefined ? await toHost(feeds) : feeds;
    const inputs: Record<string, OrtTensor> = {};
    for (const name of session.inputNames) inputs[name] = cardTensor(given[name]) ?? toOrt(ort, given[name]);
    return queue(() => session.run(inputs));
  };
  let released = false;
  const running = new Set<Promise<unknown>>();
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    async run(feeds) {
      if (released) {
        throw new CajalError("runtime", "the session was released", { advice: "Compile or open the model again." });
      }
      const run = start(feeds).finally(() => running.delete(run));
      running.add(run);
      const results = await run.catch((error: unknown) => {
        throw runtimeError("fails", error);
      });
      const outputs: Record<string, Tensor> = {};
      for (const name of session.outputNames) {
        const result = results[name];
        outputs[name] = result.location === "cpu" ? fromOrt(result) : deviceTensor(ort, queue, result);
      }
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
