/** @file What a runtime is: something that turns an ONNX model into a session that runs. */

import type { Tensor } from "../tensor.ts";

export interface SessionOptions {
  /** Threads inside one op; default: one per core. */
  readonly threads?: number;
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
  readonly name: string;
  createSession(model: Uint8Array, options?: SessionOptions): Promise<Session>;
}
