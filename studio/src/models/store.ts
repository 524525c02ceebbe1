/** What this browser keeps: models that were dropped here, and what was found in models. */

import { createStore, del, entries, get, set } from "idb-keyval";
import type { Look } from "./look.ts";
import type { Said } from "./said.ts";

/** By name; the model itself, and what belongs to it. */
export type ModelFiles = Readonly<Record<string, Uint8Array>>;

export interface KeptModel {
  readonly files: ModelFiles;
  readonly at: number;
}

const models = createStore("cajal-models", "models");
const looks = createStore("cajal-looks", "looks");
const names = createStore("cajal-names", "names");
const words = createStore("cajal-words", "words");

export const keepModel = (name: string, files: ModelFiles) => set(name, { files, at: Date.now() }, models);
export const keptModel = (name: string) => get<KeptModel>(name, models);
export const keptModels = async () =>
  (await entries<string, KeptModel>(models))
    .map(([name, { files, at }]) => ({
      name,
      size: Object.values(files).reduce((sum, { length }) => sum + length, 0),
      at,
    }))
    .sort((a, b) => b.at - a.at);

export const keepLook = (id: string, look: Look) => set(id, look, looks);
/** One that an older studio kept lacks what is needed now: pictures are looked at again. */
export async function keptLook(id: string): Promise<Look | undefined> {
  const look = await get<Look>(id, looks);
  return look?.ranking && look;
}

/** Words are of one look: another one's say nothing of it. */
interface KeptWords extends Said {
  readonly made: string;
}

export const keepWords = (id: string, { made }: Look, { captioner, said }: Said) =>
  set(id, { made, captioner, said } satisfies KeptWords, words);
export async function keptWords(id: string, { made }: Look): Promise<Said | undefined> {
  const kept = await get<KeptWords>(id, words);
  return kept?.made === made ? kept : undefined;
}

/** What the answers of a model are called, as a person said. */
export const keepNames = (id: string, list: readonly string[]) => set(id, list, names);
export const keptNames = async (id: string) => (await get<readonly string[]>(id, names)) ?? [];

/** @param id of the model's page */
export async function forget(id: string, name: string): Promise<void> {
  await Promise.all([del(name, models), del(id, looks), del(id, names), del(id, words)]);
}
