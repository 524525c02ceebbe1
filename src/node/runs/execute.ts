/** @file Runs an experiment in its folder, from the beginning or from where it was cut off. */

import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { CajalError, type Runtime } from "../../graph/index.ts";
import { completeOptions, type Findings, findingsOf, type Method, runContext, secondsOf } from "../../methods/index.ts";
import { dataSource } from "../data-source.ts";
import { Lock } from "../lock.ts";
import { type Progress, silent } from "../progress.ts";
import { environment } from "./environment.ts";
import { EventLog, readEvents } from "./events.ts";
import { createRunFolder, type RunFolder } from "./folder.ts";
import { folderStore } from "./folder-store.ts";
import { type RunRecord, readRecord, writeRecord } from "./record.ts";

export interface ExecuteOptions {
  readonly runtime?: Runtime;
  readonly signal?: AbortSignal;
  readonly progress?: Progress;
  /** Told what the experiment logs. */
  readonly say?: (message: string) => void;
}

export interface Executed {
  readonly folder: RunFolder;
  readonly record: RunRecord;
  readonly findings: Findings;
}

/** Makes the folder of a new run, which has not begun. */
export async function createRun(
  root: string,
  method: Method,
  options: Readonly<Record<string, unknown>>,
  seed: number,
): Promise<RunFolder> {
  const now = new Date();
  const complete = completeOptions(method, options);
  const { id, folder } = await createRunFolder(root, method.slug, now);
  await writeRecord(folder.record, {
    id,
    method: method.slug,
    seed,
    options: complete,
    state: "interrupted",
    started: now.toISOString(),
    seconds: 0,
    environment: await environment(),
  });
  return folder;
}

/**
 * Runs what is left of a run. A finished one is not run again.
 * @throws CajalError `in-use` when another process runs it; the signal's reason; whatever the experiment throws, written down
 */
export async function execute(folder: RunFolder, method: Method, options: ExecuteOptions = {}): Promise<Executed> {
  const { runtime, signal = new AbortController().signal, progress = silent, say = () => undefined } = options;
  const lock = await Lock.take(folder.lock);
  try {
    await removeUnfinished(folder.path);
    const before = await readRecord(folder.record);
    if (before.state !== "finished") await attempt(before);
    const record = await readRecord(folder.record);
    return { folder, record, findings: findingsOf(await readEvents(folder.events)) };
  } finally {
    await lock.release();
  }

  async function attempt({ error: _, ...before }: RunRecord): Promise<void> {
    const here = await environment();
    const earlier = await readEvents(folder.events);
    if (before.environment.code !== here.code && earlier.length > 0)
      say("The code has changed since this run began: what is computed now may not fit what was.");
    const began = performance.now();
    const spent = () => secondsOf(earlier) + (performance.now() - began) / 1000;
    await writeRecord(folder.record, { ...before, environment: here, state: "running" });
    const events = new EventLog(folder.events, Date.now);
    events.write({ type: "begin" });
    try {
      const { seed } = before;
      const data = dataSource(progress, signal);
      await method.run(
        completeOptions(method, before.options),
        runContext(folderStore(folder, events), {
          ...{ seed, data, compile: runtime ? { runtime } : {}, signal, say },
          onProgress: (stage, done, total, unit) => progress.update(stage, done, total, unit),
        }),
      );
      const finished = new Date().toISOString();
      await writeRecord(folder.record, { ...before, environment: here, state: "finished", finished, seconds: spent() });
    } catch (error) {
      const [code, message] =
        error instanceof CajalError
          ? [error.code, error.message]
          : ["defect", String((error as Error)?.stack ?? error)];
      const state = signal.aborted ? "interrupted" : "failed";
      await writeRecord(folder.record, {
        ...before,
        environment: here,
        state,
        seconds: spent(),
        ...(state === "failed" && { error: { code, message } }),
      }).catch(() => undefined);
      throw error;
    } finally {
      events.close();
    }
  }
}

/** A process that was killed while it wrote leaves unfinished files behind. */
async function removeUnfinished(path: string): Promise<void> {
  const files = await readdir(path, { recursive: true });
  await Promise.all(
    files.filter((name) => /\.[0-9a-f]{8}\.part$/.test(name)).map((name) => rm(join(path, name), { force: true })),
  );
}
