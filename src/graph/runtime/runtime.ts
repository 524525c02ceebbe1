/** @file What a runtime is: a device, and something that turns an ONNX model into a session that runs on it. */

import type { Tensor } from "../tensor.ts";

/**
 * Where models run. `cpu`: the processor, natively in Node.js and as WebAssembly in browsers. `webgpu`: a graphics card through
 * Vulkan, Metal, Direct3D or the browser. `cuda`: an NVIDIA card, in Node.js on Linux.
 */
export type Device = "cpu" | "webgpu" | "cuda";

export interface RuntimeOptions {
  /** Threads inside one op. Default: one per core; in a browser only where the page is cross-origin isolated, else one. */
  readonly threads?: number;
  /**
   * In a browser: the URL of the folder that holds ONNX Runtime's `.wasm` and `.mjs` files, ending in "/".
   * Default: beside the script. Threads and folder hold for the whole page: what comes first counts.
   */
  readonly wasmFolder?: string;
  /** Told when a model runs on the processor because the device cannot run it. Default: console.warn. */
  readonly warn?: (message: string) => void;
}

export interface SessionOptions {
  /** Threads inside one op, on the native processor; default: the runtime's. */
  readonly threads?: number;
}

export interface OpenOptions extends SessionOptions {
  /** Names of results that stay on the device where it is a graphics card, as DeviceTensors. */
  readonly stay?: readonly string[];
}

/** A loaded model. Feeds and results are by name. */
export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** @throws CajalError `runtime` with ONNX Runtime's message */
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

export interface Runtime {
  readonly device: Device;
  /** Whether the device computes in float16 itself, so that `precision: "mixed"` is worth it. */
  readonly float16: boolean;
  createSession(model: Uint8Array, options?: OpenOptions): Promise<Session>;
}

/** What Node.js or a browser offers: the module behind `#runtime`, which the package's conditions choose. */
export interface Platform {
  /** The devices that there may be. */
  readonly devices: readonly Device[];
  /** The processor: what `compile` uses when nothing else is asked for. */
  readonly runtime: Runtime;
  /** The runtime of a device that has been seen to work. @throws CajalError `runtime` saying what is missing and what to do */
  connect(device: Device, options: RuntimeOptions): Promise<Runtime>;
}
