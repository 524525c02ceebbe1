/** @file The runtime of Node.js: ONNX Runtime's native build. */

import * as ort from "onnxruntime-node";
import type { Runtime } from "./runtime.ts";
import { createOrtSession } from "./session.ts";

/** Cores that this process may use. ONNX Runtime's own guess is one thread on a two-core machine. */
function cores(): number {
  return process.getBuiltinModule("os").availableParallelism();
}

/**
 * ONNX Runtime's binding copies every result into new memory, and glibc hands large blocks back to the kernel as they are freed, so
 * that each copy pays for fresh pages: a third of the time where results are large. Having freed one block of almost 32 MB,
 * its allocator keeps blocks up to that size. (Never written to, the block itself costs nothing.)
 */
function keepFreedMemory(): void {
  new Uint8Array(31 << 20);
}

keepFreedMemory();

export const runtime: Runtime = {
  name: "native",
  createSession: (model, { threads = cores() } = {}) =>
    createOrtSession(ort, model, {
      executionProviders: ["cpu"],
      graphOptimizationLevel: "all",
      intraOpNumThreads: threads,
    }),
};
