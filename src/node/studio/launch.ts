/** @file Runs as processes of their own: they outlive the server, and a server that starts again finds them. */

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CajalError } from "../../graph/index.ts";
import { holderOf } from "../lock.ts";
import type { RunFolder } from "../runs/folder.ts";

const command = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));

/** The processes that this server started and that have not ended. */
export class Launcher {
  private readonly root: string;
  private readonly started = new Map<string, ChildProcess>();

  /** @param root where runs are kept */
  constructor(root: string) {
    this.root = root;
  }

  /** Begins a run, or goes on with one. What its process says beyond events is kept in the run's folder, in output.txt. */
  launch(id: string, folder: RunFolder): void {
    const output = openSync(folder.at("output.txt"), "a");
    const child = spawn(process.execPath, [command, "resume", id, "--runs", this.root], {
      detached: true,
      stdio: ["ignore", output, output],
    });
    closeSync(output);
    child.unref();
    this.started.set(id, child);
    const forget = () => {
      if (this.started.get(id) === child) this.started.delete(id);
    };
    child.on("exit", forget);
    child.on("error", forget);
  }

  /** Its process lives, though it may not yet have said so. */
  isStarting(id: string): boolean {
    return this.started.has(id);
  }

  /** Asks a run's process, whoever started it, to stop where it can go on. @throws CajalError `argument` when it is not running */
  async cancel(id: string, folder: RunFolder): Promise<void> {
    const pid = (await holderOf(folder.lock)) ?? this.started.get(id)?.pid;
    if (pid === undefined) throw new CajalError("argument", `${id} is not running`);
    process.kill(pid, "SIGINT");
  }
}
