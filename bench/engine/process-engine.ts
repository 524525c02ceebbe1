/** @file An engine in a process of its own, told line by line what to do: no engine's memory or threads are in another's way. */

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Engine } from "./task.ts";

/** What the process says first, and to each line: "start <task>", "step 1". */
interface Answer {
  readonly version?: string;
  readonly cannot?: string;
  readonly loss?: number;
  readonly together?: number;
}

export async function processEngine(name: string, command: string, args: readonly string[]): Promise<Engine> {
  const child = spawn(command, [...args], { stdio: ["pipe", "pipe", "inherit"] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<Answer> => {
    const { value, done } = await answers.next();
    if (done) throw new Error(`${name} ended`);
    return JSON.parse(value);
  };
  const ask = (line: string) => {
    child.stdin.write(`${line}\n`);
    return answer();
  };
  const { version = "" } = await answer();
  return {
    name,
    version,
    async start(task) {
      const { cannot, together = 1 } = await ask(`start ${task}`);
      if (cannot !== undefined) return { cannot };
      return { step: async () => (await ask("step 1")).loss, together, release: async () => undefined };
    },
    stop: () => ended(child),
  };
}

/** One of the engines in TypeScript, in a Node.js process of its own. */
export function nodeEngine(name: string): Promise<Engine> {
  return processEngine(name, process.execPath, [fileURLToPath(new URL("./worker.js", import.meta.url)), name]);
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.stdin?.end();
  });
}
