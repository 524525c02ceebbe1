/** @file Proves that a device works, by computing something on it. */

import type { DType } from "../dtype.ts";
import { CajalError } from "../error.ts";
import { Tensor } from "../tensor.ts";
import { oneOpModel } from "./one-op.ts";
import { fromOrt, type OrtModule, toOrt } from "./ort.ts";
import type { Device, Session } from "./runtime.ts";

/** What a person should hear when a device does not work. */
export interface Excuse {
  readonly what: string;
  readonly advice: string;
}

const productModel = (dtype: DType): Uint8Array => oneOpModel("MatMul", ["a", "b"], dtype, [2, 2]);

/** @throws CajalError `runtime` with the excuse when the device does not multiply two small matrices rightly */
export async function prove(
  device: Device,
  open: (model: Uint8Array) => Promise<Session>,
  excuse: Excuse,
): Promise<void> {
  const matrix = (elements: readonly number[]) => Tensor.of(elements, [2, 2]);
  try {
    const session = await open(productModel("float32"));
    const { y } = await session.run({ a: matrix([1, 2, 3, 4]), b: matrix([5, 6, 7, 8]) });
    await session.release();
    const found = y.numbers().join(", ");
    if (found !== "19, 22, 43, 50") throw new Error(`a small matrix product gives ${found}`);
  } catch (error) {
    throw absent(device, excuse, error);
  }
}

/** Whether a device computes in float16 itself: left to itself, ONNX Runtime would quietly give it to the processor. */
export async function computesFloat16(ort: OrtModule, provider: string): Promise<boolean> {
  const quiet = { logSeverityLevel: 4 } as const;
  const alone = { executionProviders: [provider], extra: { session: { disable_cpu_ep_fallback: "1" } } };
  try {
    const session = await ort.InferenceSession.create(productModel("float16"), { ...quiet, ...alone });
    const ones = toOrt(ort, Tensor.full([2, 2], 1, "float16"));
    const { y } = await session.run({ a: ones, b: ones }, quiet);
    await session.release();
    return fromOrt(y)
      .numbers()
      .every((element) => element === 2);
  } catch {
    return false;
  }
}

export function absent(device: Device, { what, advice }: Excuse, cause?: unknown): CajalError {
  if (cause === undefined) return new CajalError("runtime", `${device}: ${what}`, { advice });
  const message = cause instanceof Error ? cause.message : String(cause);
  // ONNX Runtime puts the check that failed, with its place in the source, before the reason.
  const reason = message.replace(/^.*(was false\.|ERR:|refuses the model:|fails:) /s, "").split("\n")[0];
  return new CajalError("runtime", `${device}: ${what} (${reason.trim()})`, { advice, cause });
}
