/** @file The runtime of Node.js: ONNX Runtime's native build. */

import * as ort from "onnxruntime-node";
import { computesFloat16, type Excuse, prove } from "./prove.ts";
import type { Device, Platform, Runtime, RuntimeOptions } from "./runtime.ts";
import { createOrtSession } from "./session.ts";
import { place } from "./webgpu.ts";

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

function runtimeOf(device: Device, { threads: all = cores() }: RuntimeOptions, float16: boolean): Runtime {
  return {
    device,
    float16,
    createSession: (model, { threads = all } = {}) =>
      createOrtSession(ort, model, {
        executionProviders: providers(device, model, float16),
        graphOptimizationLevel: "all",
        intraOpNumThreads: threads,
      }),
  };
}

/** The providers, in order of preference: what the device cannot do is left to the processor. */
function providers(
  device: Device,
  model: Uint8Array,
  float16: boolean,
): ort.InferenceSession.ExecutionProviderConfig[] {
  if (device === "cpu") return ["cpu"];
  if (device === "cuda") return ["cuda", "cpu"];
  const placement = place(model, float16);
  return placement === "processor" ? ["cpu"] : [placement, "cpu"];
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

export const runtime: Platform["runtime"] = runtimeOf("cpu", {}, false);

export const devices: Platform["devices"] = ["cpu", "webgpu", "cuda"];

export const connect: Platform["connect"] = async (device, options) => {
  await prove(runtimeOf(device, options, false), excuses[device]);
  return runtimeOf(device, options, device !== "cpu" && (await computesFloat16(ort, device)));
};
