/** @file Whether a browser lets a page use a graphics card. */

interface WithGpu {
  readonly gpu: { requestAdapter(): Promise<object | null> };
}

function offersGpu(holder: object | undefined): holder is WithGpu {
  return holder !== undefined && "gpu" in holder;
}

/** Asked before the 27 MB of WebGPU's build are loaded for nothing. */
export async function hasAdapter(): Promise<boolean> {
  const { navigator } = globalThis;
  return offersGpu(navigator) && (await navigator.gpu.requestAdapter()) !== null;
}
