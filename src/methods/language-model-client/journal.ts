/** @file The journal: all that a run has paid for, one line each, so that a run that was stopped goes on where it was. */

import { z } from "zod";
import { CajalError } from "../../graph/index.ts";

/** Where the lines are kept. `cajal/node` has files. */
export interface JournalStorage {
  /** All that was appended, in whole lines. What a killed process left of a line is dropped, so that the next one begins afresh. */
  read(): Promise<string>;
  /** Adds a line, which has no line break of its own; when the promise is fulfilled it is kept. */
  append(line: string): Promise<void>;
}

const usage = z.object({ tokensIn: z.number(), tokensOut: z.number() });

/** A finished call. */
const callLine = z.object({ call: z.string(), text: z.string(), usage, attempts: z.number() });

/** Finished work of several calls. */
const workLine = z.object({ done: z.string(), work: z.string(), value: z.unknown() });

export type CallLine = z.infer<typeof callLine>;

export interface Journal {
  readonly calls: ReadonlyMap<string, CallLine>;
  readonly works: ReadonlyMap<string, unknown>;
  addCall(line: CallLine): Promise<void>;
  addWork(key: string, work: string, value: unknown): Promise<void>;
}

/** @throws CajalError `bad-file` when a line other than the last one is damaged */
export async function openJournal(storage: JournalStorage): Promise<Journal> {
  const calls = new Map<string, CallLine>();
  const works = new Map<string, unknown>();
  const lines = (await storage.read()).split("\n");
  // What follows the last line break was being written when the process ended.
  for (const [i, line] of lines.slice(0, -1).entries()) {
    const entry = parse(line);
    if (entry === undefined)
      throw new CajalError("bad-file", `line ${i + 1} of the journal is damaged: ${line.slice(0, 80)}`, {
        advice: "Remove the line: what it held is asked for again.",
      });
    if ("call" in entry) calls.set(entry.call, entry);
    else works.set(entry.done, entry.value);
  }
  return {
    calls,
    works,
    async addCall(line) {
      await storage.append(JSON.stringify(line));
      calls.set(line.call, line);
    },
    async addWork(key, work, value) {
      await storage.append(JSON.stringify({ done: key, work, value }));
      works.set(key, value);
    },
  };
}

function parse(line: string) {
  try {
    return z.union([callLine, workLine]).safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/** A journal in memory. */
export function memoryJournal(): JournalStorage {
  let text = "";
  return {
    read: async () => text,
    append: async (line) => {
      text += `${line}\n`;
    },
  };
}
