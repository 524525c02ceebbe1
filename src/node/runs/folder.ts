/** @file A run is a folder: run.json, events.jsonl, parts/, figures/, artifacts/. */

import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { CajalError } from "../../graph/index.ts";
import { fileError } from "../files.ts";
import { holderOf } from "../lock.ts";
import { type RunRecord, readRecord } from "./record.ts";

/** Where runs are kept: CAJAL_RUNS, else the folder "runs" here. */
export function runsFolder(): string {
  return process.env.CAJAL_RUNS || "runs";
}

/** The places in a run's folder. */
export class RunFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  readonly at = (...names: string[]): string => join(this.path, ...names);
  get record(): string {
    return this.at("run.json");
  }
  get events(): string {
    return this.at("events.jsonl");
  }
  get lock(): string {
    return this.at("lock");
  }
  part(name: string): string {
    return this.at("parts", `${fileName(name)}.json`);
  }
  checkpoint(name: string): string {
    return this.at("parts", `${fileName(name)}.safetensors`);
  }
  figure(name: string, ending: "json" | "svg"): string {
    return this.at("figures", `${fileName(name)}.${ending}`);
  }
  artifact(name: string): string {
    return this.at("artifacts", fileName(name));
  }
}

/** Different names become different files, and none leaves its folder. */
export function fileName(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9.-]/gu, (char) => (char === " " ? "_" : escaped(char)));
  return plain.startsWith(".") ? `%2E${plain.slice(1)}` : plain;
}

function escaped(char: string): string {
  return [...new TextEncoder().encode(char)].map((byte) => `%${byte.toString(16).toUpperCase()}`).join("");
}

/** A folder of its own for a new run. Two that begin in the same second do not mix. */
export async function createRunFolder(
  root: string,
  slug: string,
  now: Date,
): Promise<{ id: string; folder: RunFolder }> {
  const stamp = now.toISOString().slice(0, 19).replaceAll("-", "").replaceAll(":", "").replace("T", "-");
  for (let count = 1; ; count++) {
    const id = `${slug}-${stamp}${count === 1 ? "" : `-${count}`}`;
    try {
      await mkdir(root, { recursive: true });
      await mkdir(join(root, id));
      return { id, folder: new RunFolder(join(root, id)) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw fileError(error, join(root, id));
    }
  }
}

/** @param id of a run, or the path of its folder @throws CajalError `file-missing` with the newest runs */
export async function findRun(root: string, id: string): Promise<RunFolder> {
  for (const path of [join(root, id), id]) {
    const isRun = await stat(join(path, "run.json")).then(
      () => true,
      () => false,
    );
    if (isRun) return new RunFolder(path);
  }
  const newest = (await listRuns(root)).slice(0, 5).map(({ record }) => record.id);
  throw new CajalError("file-missing", `there is no run "${id}" in ${root}`, {
    advice: newest.length > 0 ? `The newest: ${newest.join(", ")}.` : "cajal run <method> makes one.",
  });
}

export interface ListedRun {
  readonly folder: RunFolder;
  readonly record: RunRecord;
}

/** All runs, the newest first. What is no run, or damaged, is left out. */
export async function listRuns(root: string): Promise<ListedRun[]> {
  const names = await readdir(root).catch(() => []);
  const runs = await Promise.all(
    names.map(async (name) => {
      const folder = new RunFolder(join(root, name));
      const record = await stateOf(folder).catch(() => undefined);
      return record === undefined ? [] : [{ folder, record }];
    }),
  );
  return runs.flat().sort((a, b) => b.record.started.localeCompare(a.record.started));
}

/** The record as it is now: a run whose process has died is interrupted. */
export async function stateOf(folder: RunFolder): Promise<RunRecord> {
  const record = await readRecord(folder.record);
  if (record.state !== "running" || (await holderOf(folder.lock)) !== undefined) return record;
  // It may have ended between the two looks: a process writes its last word before it lets go.
  const last = await readRecord(folder.record);
  return last.state === "running" ? { ...last, state: "interrupted" } : last;
}
