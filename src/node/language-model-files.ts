/** @file The cache and the journal of a language-model client, in files. */

import { mkdir, open, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  type CacheStorage,
  type JournalStorage,
  type LlmClient,
  type LlmClientOptions,
  llmClient,
} from "../methods/language-model-client/index.ts";
import { fileError, writeWhole } from "./files.ts";

export interface LlmFiles {
  /** A folder of replies, shared by all runs. */
  readonly cacheDir?: string;
  /** The file of one run: with it, a run that was stopped goes on where it was. */
  readonly journal?: string;
}

/** A client of a language model whose replies are kept in files. @throws CajalError as `llmClient` */
export function openLlmClient(options: Omit<LlmClientOptions, "cache" | "journal"> & LlmFiles): LlmClient {
  const { cacheDir, journal, ...rest } = options;
  return llmClient({
    ...rest,
    cache: cacheDir === undefined ? undefined : cacheFolder(cacheDir),
    journal: journal === undefined ? undefined : journalFile(journal),
  });
}

/** One file per reply, in folders by the first two digits of the key. */
function cacheFolder(folder: string): CacheStorage {
  const pathOf = (key: string) => join(folder, key.slice(0, 2), `${key}.json`);
  return {
    get: (key) => readFile(pathOf(key), "utf8").catch(() => undefined),
    set: (key, text) => writeWhole(pathOf(key), [text]),
  };
}

/**
 * A file of lines, each on the disk before `append` is over. One run at a time may use it.
 * @throws CajalError (when read or written) `not-permitted`, `disk-full`, …
 */
export function journalFile(path: string): JournalStorage {
  let last: Promise<unknown> = Promise.resolve();
  /** One after the other. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work).catch((error) => {
      throw fileError(error, path);
    });
    last = turn.catch(() => undefined);
    return turn;
  };
  return {
    read: () => inTurn(() => readWhole(path)),
    append: (line) =>
      inTurn(async () => {
        const file = await open(path, "a");
        try {
          await file.appendFile(`${line}\n`);
          await file.datasync();
        } finally {
          await file.close();
        }
      }),
  };
}

/** Its text, and the end of the line that a killed process did not finish is cut off, so that the next one does not continue it. */
async function readWhole(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, "a+");
  try {
    const bytes = await file.readFile();
    const whole = bytes.lastIndexOf("\n") + 1;
    if (whole < bytes.length) await file.truncate(whole);
    return bytes.toString("utf8", 0, whole);
  } finally {
    await file.close();
  }
}
