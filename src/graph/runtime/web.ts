/** @file The runtime of browsers: ONNX Runtime's WebAssembly build, and its WebGPU build where a graphics card is asked for. */

import { hasAdapter } from "./adapter.ts";
import { deviceRuntime, type Open } from "./device-runtime.ts";
import type { OrtModule, Queue } from "./ort.ts";
import { absent, computesFloat16, type Excuse, prove } from "./prove.ts";
import type { Device, Platform, RuntimeOptions } from "./runtime.ts";
import { createOrtSession } from "./session.ts";

/** A loaded build. Its WebAssembly instance does one thing at a time. */
interface Build {
  readonly ort: OrtModule;
  readonly queue: Queue;
}

/**
 * The builds of this page, by device. Each has one WebAssembly instance for all its sessions, set up when it is first used.
 */
const builds = new Map<Device, Promise<Build>>();

function build(device: Device, options: RuntimeOptions): Promise<Build> {
  const known = builds.get(device);
  if (known !== undefined) return known;
  const loading = load(device, options);
  builds.set(device, loading);
  loading.catch(() => builds.delete(device));
  return loading;
}

/** Imported when first needed: 14 MB of WebAssembly for the processor, 27 MB with WebGPU; and as files of their own, which their threads load. */
async function load(device: Device, { threads = cores(), wasmFolder }: RuntimeOptions): Promise<Build> {
  const ort = await (device === "webgpu" ? import("onnxruntime-web/webgpu") : import("onnxruntime-web/wasm"));
  ort.env.wasm.numThreads = globalThis.crossOriginIsolated ? threads : 1;
  if (wasmFolder !== undefined) ort.env.wasm.wasmPaths = wasmFolder;
  let last: Promise<unknown> = Promise.resolve();
  const queue: Queue = (task) => {
    const next = last.then(task);
    last = next.catch(() => undefined);
    return next;
  };
  return { ort, queue };
}

function cores(): number {
  return globalThis.navigator?.hardwareConcurrency ?? 1;
}

function opener(options: RuntimeOptions): Open {
  return async (provider, model, { stay = [] }) => {
    const { ort, queue } = await build(provider === "cpu" ? "cpu" : "webgpu", options);
    const executionProviders = provider === "cpu" ? ["wasm"] : [provider, "wasm"];
    const how = { executionProviders, graphOptimizationLevel: "all" } as const;
    return createOrtSession(ort, model, how, { queue, stay: provider === "cpu" ? undefined : stay });
  };
}

const excuses = {
  cpu: {
    what: "ONNX Runtime's WebAssembly does not load",
    advice: "Serve its .wasm and .mjs files, and name their folder with wasmFolder: see docs/runtimes.md.",
  },
  webgpu: {
    what: "no graphics card can be used",
    advice: "WebGPU needs a browser that has it, and a page from https or localhost.",
  },
  cuda: { what: "browsers have no CUDA", advice: 'Use "webgpu".' },
} satisfies Record<Device, Excuse>;

export const runtime: Platform["runtime"] = deviceRuntime("cpu", false, {}, opener({}));

export const devices: Platform["devices"] = ["cpu", "webgpu"];

export const connect: Platform["connect"] = async (device, options) => {
  if (device === "cuda" || (device === "webgpu" && !(await hasAdapter()))) throw absent(device, excuses[device]);
  const open = opener(options);
  await prove(device, (model) => open(device, model, {}), excuses[device]);
  if (device === "cpu") return deviceRuntime(device, false, options, open);
  const { ort, queue } = await build(device, options);
  return deviceRuntime(device, await queue(() => computesFloat16(ort, device)), options, open);
};
