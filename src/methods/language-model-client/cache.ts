/** @file The cache of replies: shared by runs, free of charge. */

import { z } from "zod";
import type { Usage } from "./chat.ts";

/** Where replies are kept. `cajal/node` has folders; a Map is one, too. */
export interface CacheStorage {
  get(key: string): Promise<string | undefined> | string | undefined;
  set(key: string, text: string): unknown;
}

export interface CachedReply {
  readonly text: string;
  readonly usage: Usage;
}

const entry = z.object({ text: z.string(), usage: z.object({ tokensIn: z.number(), tokensOut: z.number() }) });

/** What the cache has; nothing when the entry is damaged. */
export async function readCache(storage: CacheStorage, key: string): Promise<CachedReply | undefined> {
  const text = await storage.get(key);
  if (text === undefined) return undefined;
  try {
    return entry.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

export async function writeCache(storage: CacheStorage, key: string, { text, usage }: CachedReply): Promise<void> {
  await storage.set(key, JSON.stringify({ text, usage }));
}
