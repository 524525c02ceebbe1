/** @file The runtime of a device, whatever build of ONNX Runtime opens its sessions. */

import { withFallback } from "./fallback.ts";
import type { Device, OpenOptions, Runtime, RuntimeOptions, Session } from "./runtime.ts";
import { type Placement, place } from "./webgpu.ts";

/** Whom ONNX Runtime asks first; the processor comes after it. */
export type Provider = "cpu" | "cuda" | Placement;

export type Open = (provider: Provider, model: Uint8Array, options: OpenOptions) => Promise<Session>;

/** @param float16 whether the device computes in float16 */
export function deviceRuntime(
  device: Device,
  float16: boolean,
  { warn = console.warn }: RuntimeOptions,
  open: Open,
): Runtime {
  return {
    device,
    float16,
    createSession(model, options = {}) {
      const provider = device === "webgpu" ? place(model, float16) : device;
      const onProcessor = () => open("cpu", model, options);
      if (provider === "cpu") return onProcessor();
      return withFallback(
        () => open(provider, model, options),
        onProcessor,
        (reason) => warn(`cajal: a model runs on the processor, because ${device} cannot run it: ${reason}`),
      );
    },
  };
}
