/** @file Opens a device to run on. */

import { connect, devices } from "#runtime";
import { CajalError } from "../error.ts";
import type { Device, Runtime, RuntimeOptions } from "./runtime.ts";

/**
 * A runtime on a device that has been seen to work.
 * @param device one device, or several: the first that works is taken
 * @example const f = compile(fn, { runtime: await openRuntime(["webgpu", "cpu"]) });
 * @throws CajalError `runtime` saying what is missing and what to do
 */
export async function openRuntime(
  device: Device | readonly Device[] = "cpu",
  options: RuntimeOptions = {},
): Promise<Runtime> {
  const wanted = typeof device === "string" ? [device] : device;
  const failures: CajalError[] = [];
  for (const candidate of wanted) {
    try {
      return await connect(candidate, options);
    } catch (error) {
      if (!(error instanceof CajalError)) throw error;
      failures.push(error);
    }
  }
  if (failures.length === 1) throw failures[0];
  throw new CajalError(
    "runtime",
    `no device works: ${failures.map(({ message }) => message).join("; ") || "none was named"}`,
    {
      advice: failures.at(-1)?.advice ?? `Name one of ${devices.join(", ")}.`,
    },
  );
}

/** The devices that work here, each tried in this process: a driver that crashes ends it. */
export async function availableDevices(): Promise<Device[]> {
  const works = async (device: Device) =>
    connect(device, {}).then(
      () => true,
      () => false,
    );
  const found: Device[] = [];
  for (const device of devices) if (await works(device)) found.push(device);
  return found;
}
