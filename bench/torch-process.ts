/** @file A Python process that computes the same with PyTorch, one round for each line that it is sent. */

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface TorchProcess {
  /** Of PyTorch. */
  readonly version: string;
  /** One round. */
  round(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * @param script Python: reads its sizes from argv, prints {"version": …} when it is ready, and a line after each line that it reads
 * @returns undefined, with word of how to install it, where PyTorch is not there
 */
export async function torchProcess(
  say: (line: string) => void,
  script: string,
  sizes: Readonly<Record<string, number>>,
): Promise<TorchProcess | undefined> {
  const child = spawn("/usr/bin/python3", ["-c", script, JSON.stringify(sizes)], { stdio: ["pipe", "pipe", "ignore"] });
  // Where there is no Python its output just ends.
  child.on("error", () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done) {
    say("PyTorch is not there: apt-get install python3-torch libopenblas0-pthread");
    return undefined;
  }
  const { version }: { version: string } = JSON.parse(first.value);
  return {
    version,
    round: async () => {
      child.stdin.write("round\n");
      await lines.next();
    },
    stop: () =>
      new Promise<void>((resolve) => {
        child.once("exit", () => resolve());
        child.stdin.end();
      }),
  };
}
