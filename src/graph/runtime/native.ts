/** @file The runtime of Node.js: ONNX Runtime's native build. */

import * as ort from "onnxruntime-node";
import type { Runtime } from "./runtime.ts";
import { createOrtSession } from "./session.ts";

/** Cores that this process may use. ONNX Runtime's own guess is one thread on a two-core machine. */
function cores(): number {
  return process.getBuiltinModule("os").availableParallelism();
}

export const runtime: Runtime = {
  name: "native",
  createSession: (model, { threads = cores(), spin = true, blockedLayout = true } = {}) =>
    createOrtSession(ort, model, {
      executionProviders: ["cpu"],
      graphOptimizationLevel: blockedLayout ? "all" : "extended",
      intraOpNumThreads: threads,
      extra: { session: { intra_op: { allow_spinning: spin ? "1" : "0" } } },
    }),
};
