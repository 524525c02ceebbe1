/** @file Chromium for tests, where one is installed. */

import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

export const chromiumPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  existsSync,
);

/** WebGPU on the processor, by Chromium's own software driver: flags for Chromium. */
export const softwareWebGpu = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

/** The same driver for another process: its environment, where the driver is installed. */
export const softwareVulkan = ["/usr/lib/chromium"]
  .filter((folder) => existsSync(`${folder}/libvulkan.so.1`))
  .map((folder) => ({ VK_ICD_FILENAMES: `${folder}/vk_swiftshader_icd.json`, LD_LIBRARY_PATH: folder }))
  .at(0);

/** A Chromium without a window. Whoever launches it closes it. */
export function launchChromium(flags: readonly string[] = []): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error("Chromium is not installed");
  return chromium.launch({
    executablePath: chromiumPath,
    args: ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update", ...flags],
  });
}
