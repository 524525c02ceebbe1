/** @file The run that an experiment is given: what it finds goes to where the run is kept, at once. */

import type { DataSource } from "../../data/index.ts";
import { CajalError, type CompileOptions, Rng } from "../../graph/index.ts";
import type { CheckpointStorage } from "../../nn/index.ts";
import { checkFigure, type Figure } from "../../plot/index.ts";
import type { Run } from "../run.ts";
import type { Happening } from "./event.ts";
import { decodeKept, encodeKept } from "./kept.ts";

/** Where a run is kept: a folder, or what a browser keeps. */
export interface RunStore {
  /** Adds to what happened. */
  write(event: Happening): void;
  figure(name: string, figure: Figure): void;
  artifact(name: string, bytes: Uint8Array): Promise<void>;
  /** The result of a part that was done before. */
  readPart(name: string): Promise<string | undefined>;
  /** Keeps a part's result, whole or not at all; its checkpoint is of no more use. */
  writePart(name: string, result: string): Promise<void>;
  checkpoint(part: string): CheckpointStorage;
}

export interface ContextOptions {
  readonly seed: number;
  readonly data: DataSource;
  readonly compile: CompileOptions;
  readonly signal: AbortSignal;
  /** Told of every step, also of those that are not written down. */
  readonly onProgress?: (stage: string, done: number, total: number, unit: string) => void;
  readonly say?: (message: string) => void;
}

/** Milliseconds: progress is written down so often, and computing pauses so often for everything else. */
const progressEvery = 1000;
const breatheEvery = 50;

export function runContext(store: RunStore, { seed, data, compile, signal, onProgress, say }: ContextOptions): Run {
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
      store.write({ type: "log", message });
      say?.(message);
    },
    progress(name, done, total, unit = "steps") {
      onProgress?.(name, done, total, unit);
      const now = performance.now();
      if (name === stage && done < total && now - reported < progressEvery) return;
      [stage, reported] = [name, now];
      store.write({ type: "progress", stage: name, done, total, unit });
    },
    async breathe() {
      signal.throwIfAborted();
      if (performance.now() - breath < breatheEvery) return;
      await new Promise((resolve) => setTimeout(resolve));
      breath = performance.now();
      signal.throwIfAborted();
    },
    metric(name, value, { unit, step } = {}) {
      store.write({
        type: "metric",
        name,
        value: Number.isFinite(value) ? value : String(value),
        ...(unit !== undefined && { unit }),
        ...(step !== undefined && { step }),
      });
    },
    table(name, table) {
      store.write({ type: "table", name, table });
    },
    figure(name, figure) {
      checkFigure(figure, name);
      store.figure(name, figure);
      store.write({ type: "figure", name });
    },
    async artifact(name, bytes) {
      await store.artifact(name, bytes);
      store.write({ type: "artifact", name });
    },
    async part<T>(name: string, work: Parameters<Run["part"]>[1]): Promise<T> {
      if (parts.has(name)) throw new CajalError("argument", `the run has two parts named "${name}"`);
      parts.add(name);
      signal.throwIfAborted();
      let result = await store.readPart(name);
      if (result === undefined) {
        result = encodeKept(await work({ rng: rng.split(name), checkpoint: store.checkpoint(name) }), name);
        await store.writePart(name, result);
        store.write({ type: "part", name });
      }
      // From text also when just computed: the rest of the experiment sees the same whether the run was cut or not.
      return decodeKept(result) as T;
    },
  };
}
