/** Runs that this browser computes and keeps, so that a closed page loses nothing. */

import { createStore, del, entries, get, set } from "idb-keyval";
import type { RunEvent } from "../../../src/methods/runs/event.ts";
import type { RunRecord } from "../../../src/node/runs/record.ts";

const records = createStore("cajal-runs", "records");
const contents = createStore("cajal-run-contents", "contents");

/** So begin the names of runs of the browser; those of the server begin with a method's name. */
export const herePrefix = "here-";
export const isHere = (id: string): boolean => id.startsWith(herePrefix);

export type Kind = "part" | "checkpoint" | "figure" | "artifact";
const key = (id: string, kind: Kind | "events", name = "") => `${id}/${kind}/${name}`;

export const keepRecord = (record: RunRecord) => set(record.id, record, records);
export const readRecord = (id: string) => get<RunRecord>(id, records);
export const keepEvents = (id: string, events: readonly RunEvent[]) => set(key(id, "events"), events, contents);
export const readEvents = async (id: string) => (await get<RunEvent[]>(key(id, "events"), contents)) ?? [];
export const keep = (id: string, kind: Kind, name: string, content: string | Uint8Array) =>
  set(key(id, kind, name), content, contents);
export const read = <T extends string | Uint8Array>(id: string, kind: Kind, name: string) =>
  get<T>(key(id, kind, name), contents);
export const drop = (id: string, kind: Kind, name: string) => del(key(id, kind, name), contents);

/** A run holds a lock of its name while some page computes it. */
const lockOf = (id: string) => `cajal-run ${id}`;
export async function holding<T>(id: string, work: () => Promise<T>): Promise<T> {
  return await navigator.locks.request(lockOf(id), { ifAvailable: true }, async (lock) => {
    if (lock === null) throw new Error("Another page of this browser computes this run.");
    return await work();
  });
}

/** Those that nobody computes any more are interrupted. */
export async function hereRuns(): Promise<RunRecord[]> {
  const held = new Set((await navigator.locks.query()).held?.map(({ name }) => name));
  return (await entries<string, RunRecord>(records)).map(([id, record]) =>
    record.state === "running" && !held.has(lockOf(id)) ? { ...record, state: "interrupted" } : record,
  );
}

export async function forgetRun(id: string): Promise<void> {
  await del(id, records);
  for (const [name] of await entries<string, unknown>(contents))
    if (name.startsWith(`${id}/`)) await del(name, contents);
}
