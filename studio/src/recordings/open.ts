/** Recordings that are kept in this browser, and the one that is open. */

import { type Remote, wrap } from "comlink";
import { createStore, del, entries, get, set } from "idb-keyval";
import type { RecordingAbout, RecordingEngine } from "./engine.ts";

/** The file itself, which the browser keeps on disk: only the worker reads its bytes. */
interface Kept {
  readonly file: Blob;
  readonly at: number;
}

const store = createStore("cajal-recording-files", "files");

export const keepRecording = (name: string, file: Blob) => set(name, { file, at: Date.now() }, store);
export const forgetRecording = (name: string) => del(name, store);
export const keptRecordings = async () =>
  (await entries<string, Kept>(store))
    .map(([name, { file, at }]) => ({ name, size: file.size, at }))
    .sort((a, b) => b.at - a.at);

export interface OpenedRecordings {
  readonly engine: Remote<RecordingEngine>;
  readonly recordings: readonly RecordingAbout[];
}

let worker: Worker | undefined;
let current: { readonly name: string; readonly opened: Promise<OpenedRecordings> } | undefined;

/** @throws what the engine says of the file */
export function openRecording(name: string): Promise<OpenedRecordings> {
  if (current?.name === name) return current.opened;
  worker?.terminate();
  worker = new Worker(new URL("./engine.ts", import.meta.url), { type: "module" });
  const engine = wrap<RecordingEngine>(worker);
  const opened = get<Kept>(name, store).then(async (kept) => {
    if (kept === undefined)
      throw new Error(`${name} is not kept in this browser.\nOpen its file on the page of recordings.`);
    return { engine, recordings: await engine.open(kept.file, name) };
  });
  current = { name, opened };
  opened.catch(() => {
    current = undefined;
  });
  return opened;
}
