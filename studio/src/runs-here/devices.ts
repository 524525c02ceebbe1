/** Where an experiment runs in this browser. */

import type { Device } from "../../../src/graph/index.ts";

/** Of what devices a browser has, by what a run's environment calls them. */
export const devices: Readonly<Record<string, Device>> = { WebAssembly: "cpu", WebGPU: "webgpu" };

interface WithGpu {
  readonly gpu: { requestAdapter(): Promise<object | null> };
}

/** Whether this browser lets a page use a graphics card. */
export async function hasCard(): Promise<boolean> {
  return "gpu" in navigator && (await (navigator as unknown as WithGpu).gpu.requestAdapter()) !== null;
}
