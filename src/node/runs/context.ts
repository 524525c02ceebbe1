/** @file The run that an experiment is given: what it finds goes to the run's folder at once. */

import { mkdirSync, writeFileSync } from "node:fs";
import { mkdir, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { DataSource } from "../../data/index.ts";
import { CajalError, type CompileOptions, Rng } from "../../graph/index.ts";
import type { Run } from "../../methods/index.ts";
import { checkFigure } from "../../plot/index.ts";
import { checkpointFile } from "../checkpoint-file.ts";
import { fileError, readBytes, writeWhole } from "../files.ts";
import type { Progress } from "../progress.ts";
import type { EventLog } from "./events.ts";
import type { RunFolder } from "./folder.ts";
import { decodeKept, encodeKept } from "./kept.ts";

/** Milliseconds: progress is written down so often, and computing pauses so often for everything else. */
const progressEvery = 1000;
const breatheEvery = 50;

export interface ContextOptions {
  readonly seed: number;
  readonly data: DataSource;
  readonly compile: CompileOptions;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  readonly say: (message: string) => void;
}

export function runContext(folder: RunFolder, events: EventLog, options: ContextOptions): Run {
  const { seed, data, compile, signal, progress, say } = options;
  const rng = new Rng(seed);
  const parts = new Set<string>();
  let reported = Number.NEGATIVE_INFINITY;
  let stage = "";
  let breath = performance.now();
  return {
    seed,
    rng,
    data,
    compile,
    signal,
    log(message) {
      events.write({ type: "log", message });
      say(message);
    },
    progress(name, done, total, unit = "steps") {
      progress.update(name, done, total, unit);
      const now = performance.now();
      if (name === stage && done < total && now - reported < progressEvery) return;
      [stage, reported] = [name, now];
      events.write({ type: "progress", stage: name, done, total, unit });
    },
    async breathe() {
      signal.throwIfAborted();
      if (performance.now() - breath < breatheEvery) return;
      await setImmediate();
      breath = performance.now();
      signal.throwIfAborted();
    },
    metric(name, value, { unit, step } = {}) {
      events.write({
        type: "metric",
        name,
        value: Number.isFinite(value) ? value : String(value),
        ...(unit !== undefined && { unit }),
        ...(step !== undefined && { step }),
      });
    },
    table(name, table) {
      events.write({ type: "table", name, table });
    },
    figure(name, figure) {
      checkFigure(figure, name);
      const path = folder.figure(name, "json");
      try {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, JSON.stringify(figure));
      } catch (error) {
        throw fileError(error, path);
      }
      events.write({ type: "figure", name });
    },
    async artifact(name, bytes) {
      const path = folder.artifact(name);
      await mkdir(dirname(path), { recursive: true });
      await writeWhole(path, [bytes]);
      events.write({ type: "artifact", name });
    },
    async part<T>(name: string, work: Parameters<Run["part"]>[1]): Promise<T> {
      if (parts.has(name)) throw new CajalError("argument", `the run has two parts named "${name}"`);
      parts.add(name);
      signal.throwIfAborted();
      const path = folder.part(name);
      const done = await stat(path).then(
        () => true,
        () => false,
      );
      if (!done) {
        const checkpoint = folder.checkpoint(name);
        const result = await work({ rng: rng.split(name), checkpoint: checkpointFile(checkpoint) });
        await writeWhole(path, [encodeKept(result, name)]);
        await rm(checkpoint, { force: true });
        events.write({ type: "part", name });
      }
      // Read back also when just written: the rest of the experiment sees the same whether the run was cut or not.
      return decodeKept(new TextDecoder().decode(await readBytes(path))) as T;
    },
  };
}
