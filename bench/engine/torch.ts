/** @file PyTorch for the bench: Debian's package, and the process that steps it. */

import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { processEngine } from "./process-engine.ts";
import { cnn, type Engine, gpt, learningRate, lif, mlp } from "./task.ts";

/** Debian's own, which its package python3-torch is built for. */
const python = "/usr/bin/python3";
const script = fileURLToPath(new URL("../../../bench/engine/steps.py", import.meta.url));

/** PyTorch, and the matrix products that it is as fast with as it is known to be: without OpenBLAS it would be forty times slower. */
const packages = ["python3-torch", "libopenblas0-pthread"];

/** Installs PyTorch where it is missing and Debian's packages can be installed. */
function install(say: (line: string) => void): boolean {
  const present = () => packages.every((name) => spawnSync("dpkg", ["-s", name], { stdio: "ignore" }).status === 0);
  if (present()) return true;
  say(`installing ${packages.join(" and ")} …`);
  try {
    execFileSync("apt-get", ["install", "--yes", "--no-install-recommends", ...packages], { stdio: "ignore" });
  } catch {
    return false;
  }
  return present();
}

/** PyTorch eager; undefined where it is neither there nor can be installed. */
export async function torch(threads: number, say: (line: string) => void): Promise<Engine | undefined> {
  if (!install(say)) return undefined;
  return processEngine("torch", python, [script, JSON.stringify({ mlp, cnn, gpt, lif, threads, learningRate })]);
}
