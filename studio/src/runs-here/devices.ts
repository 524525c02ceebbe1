/** Where an experiment runs in this browser. */

import type { Device } from "../../../src/graph/index.ts";

/** The devices that a browser may have, by what a run's environment calls them. */
export const devices: Readonly<Record<string, Device>> = { WebAssembly: "cpu", WebGPU: "webgpu" };
