/** @file Worker processes that are replaced when they hang or die. */

import { type ChildProcess, fork } from "node:child_process";
import type { Found, Range } from "./worker.ts";

/** A worker that is silent for so long hangs: generous, as the machine may be busy. */
const chunkSeconds = 120;
const singleSeconds = 30;
const heapMegabytes = 1024;

/** One worker process at a time. */
export class Worker {
  private child: ChildProcess | undefined;

  /** Fuzzes a range; what kills the worker is looked for one by one, and named. */
  async run(range: Range): Promise<Found[]> {
    const answer = await this.ask(range, chunkSeconds);
    if (typeof answer !== "string") return answer;
    const found: Found[] = [];
    for (let index = range.from; index < range.to; index++) {
      const single = await this.ask({ ...range, from: index, to: index + 1 }, singleSeconds);
      if (typeof single !== "string") found.push(...single);
      else found.push({ kind: "slow", what: single, signature: single, index, input: "" });
    }
    return found;
  }

  stop(): void {
    this.child?.kill("SIGKILL");
    this.child = undefined;
  }

  /** What the worker found, or why it doesn't answer. */
  private ask(range: Range, seconds: number): Promise<Found[] | string> {
    this.child ??= fork(new URL("./worker.js", import.meta.url), {
      execArgv: ["--enable-source-maps", `--max-old-space-size=${heapMegabytes}`],
    });
    const child = this.child;
    return new Promise((resolve) => {
      const finish = (answer: Found[] | string) => {
        clearTimeout(timer);
        child.removeAllListeners();
        if (typeof answer === "string") this.stop();
        resolve(answer);
      };
      const timer = setTimeout(() => finish(`no answer within ${seconds} s`), seconds * 1000);
      child.once("message", (found: Found[]) => finish(found));
      child.once("exit", (code, signal) => finish(`the process died (${signal ?? `exit code ${code}`})`));
      child.send(range);
    });
  }
}
