/** @file The runtime of Node.js: ONNX Runtime's native build. */

import * as ort from "onnxruntime-node";
import { deviceRuntime, type Open } from "./device-runtime.ts";
import { computesFloat16, type Excuse, prove } from "./prove.ts";
import type { Device, Platform, RuntimeOptions } from "./runtime.ts";
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

/** Opens sessions that have this many threads inside one op, unless they ask for another number. */
function opener({ threads: all = cores() }: RuntimeOptions): Open {
  return (provider, model, { threads = all, stay = [] }) => {
    const options = {
      // What the device has no kernel for is left to the processor.
      executionProviders: provider === "cpu" ? ["cpu"] : [provider, "cpu"],
      graphOptimizationLevel: "all",
      intraOpNumThreads: threads,
    } as const;
    // With CUDA the binding keeps nothing on the card.
    return createOrtSession(ort, model, options, {
      stay: provider === "cpu" || provider === "cuda" ? undefined : stay,
    });
  };
}

const excuses: Readonly<Record<Device, Excuse>> = {
  cpu: { what: "ONNX Runtime does not work on this processor", advice: "Run npm ci again." },
  webgpu: {
    what: "no graphics card can be used",
    advice: "On Linux it needs Vulkan: the package libvulkan1 and the driver of the card.",
  },
  cuda: {
    what: "ONNX Runtime's CUDA library is not there, or lacks CUDA 12 or cuDNN 9",
    advice: "With an NVIDIA card, on Linux: npm rebuild onnxruntime-node --ignore-scripts=false",
  },
};

export const runtime: Platform["runtime"] = deviceRuntime("cpu", false, {}, opener({}));

export const devices: Platform["devices"] = ["cpu", "webgpu", "cuda"];

export const connect: Platform["connect"] = async (device, options) => {
  const open = opener(options);
  await prove(device, (model) => open(device, model, {}), excuses[device]);
  return deviceRuntime(device, device !== "cpu" && (await computesFloat16(ort, device)), options, open);
};
