/** @file Whether a device works here, tried in a process of its own: a driver that crashes takes only that one down. */

import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { Device, Runtime } from "../graph/index.ts";
import type { Check } from "./doctor.ts";

/** Milliseconds: the first use of a graphics card compiles shaders, and may load a large library. */
const patience = 30_000;

/** Prints one line: what came of opening the device. */
const script = `
  const [module, device] = process.argv.slice(1);
  const { openRuntime } = await import(module);
  const { float16 } = await openRuntime(device).catch(({ message, advice }) => {
    console.log(JSON.stringify({ message, advice }));
    process.exit();
  });
  console.log(JSON.stringify({ float16 }));`;

type Answer = Pick<Runtime, "float16"> | { readonly message: string; readonly advice?: string };

const names: Readonly<Record<Device, string>> = { cpu: "processor", webgpu: "WebGPU", cuda: "CUDA" };

const engine = (): string => pathToFileURL(createRequire(import.meta.url).resolve("cajal/graph")).href;

/**
 * Multiplies two small matrices on the device, in a child process.
 * @param module URL of the module whose `openRuntime` is used
 */
export async function tryDevice(device: Device, module = engine()): Promise<Check> {
  const name = names[device];
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script, module, device], {
    stdio: ["ignore", "pipe", "ignore"],
    timeout: patience,
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const ending = await new Promise<string>((resolve) => {
    child.once("close", (code, signal) => resolve(String(signal ?? code)));
    child.once("error", (error) => resolve(error.message));
  });
  const line = output.trim().split("\n").at(-1) ?? "";
  if (!line.startsWith("{")) {
    const detail = `trying it ends the process (${ending})`;
    return { name, state: "problem", detail, advice: "Update its driver, or don't open this device." };
  }
  const answer: Answer = JSON.parse(line);
  if ("float16" in answer)
    return { name, state: "ok", detail: `works, ${answer.float16 ? "with" : "without"} float16` };
  const { message, advice } = answer;
  return { name, state: "absent", detail: message.replace(`${device}: `, ""), ...(advice && { advice }) };
}
