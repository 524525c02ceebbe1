/** @file The bench's four networks in PyTorch: a Python process that is told when to step. */

import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { cnn, type Engine, gpt, learningRate, lif, mlp } from "./task.ts";

/** Debian's own, which its package python3-torch is built for. */
const python = "/usr/bin/python3";
const script = fileURLToPath(new URL("../../../bench/engine/torch.py", import.meta.url));

/** Installs PyTorch where it is missing and Debian's packages can be installed. */
function install(say: (line: string) => void): boolean {
  const present = () => spawnSync(python, ["-c", "import torch"], { stdio: "ignore" }).status === 0;
  if (present()) return true;
  say("installing python3-torch …");
  try {
    execFileSync("apt-get", ["install", "--yes", "--no-install-recommends", "python3-torch"], { stdio: "ignore" });
  } catch {
    return false;
  }
  return present();
}

/** PyTorch eager; undefined where it is neither there nor can be installed. */
export async function torch(threads: number, say: (line: string) => void): Promise<Engine | undefined> {
  if (!install(say)) return undefined;
  const sizes = JSON.stringify({ mlp, cnn, gpt, lif, threads, learningRate });
  const child = spawn(python, [script, sizes], { stdio: ["pipe", "pipe", "inherit"] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (command?: string): Promise<{ version?: string; loss?: number }> => {
    if (command !== undefined) child.stdin.write(`${command}\n`);
    const { value, done } = await answers.next();
    if (done) throw new Error("PyTorch ended");
    return JSON.parse(value);
  };
  const { version = "" } = await ask();
  return {
    name: "torch",
    version,
    async start(task) {
      await ask(`start ${task}`);
      return { step: async () => (await ask("step 1")).loss, release: async () => undefined };
    },
    stop: () => ended(child),
  };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.stdin?.end();
  });
}
