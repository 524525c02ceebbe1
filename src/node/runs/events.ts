/** @file What happens in a run, line by line: events.jsonl. It only grows, so that a killed run loses nothing but the line it was writing. */

import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { stat } from "node:fs/promises";
import type { Happening, RunEvent } from "../../methods/index.ts";
import { fileError, readBytes } from "../files.ts";

export class EventLog {
  private readonly path: string;
  private readonly file: number;
  private readonly now: () => number;

  /** @throws CajalError `not-permitted`, … */
  constructor(path: string, now: () => number) {
    this.path = path;
    this.now = now;
    try {
      this.file = openSync(path, "a+");
      if (!endsWithNewline(this.file)) writeSync(this.file, "\n");
    } catch (error) {
      throw fileError(error, path);
    }
  }

  /** @throws CajalError `disk-full` */
  write(event: Happening): void {
    try {
      writeSync(this.file, `${JSON.stringify({ at: this.now(), ...event })}\n`);
    } catch (error) {
      throw fileError(error, this.path);
    }
  }

  close(): void {
    closeSync(this.file);
  }
}

/** A line that was cut off must not run into the next one. */
function endsWithNewline(file: number): boolean {
  const { size } = fstatSync(file);
  const last = new Uint8Array(1);
  return size === 0 || (readSync(file, last, 0, 1, size - 1) === 1 && last[0] === 10);
}

/** The events so far; lines that were cut off are left out. None where there is no file yet. */
export async function readEvents(path: string): Promise<RunEvent[]> {
  const exists = await stat(path).then(
    () => true,
    () => false,
  );
  if (!exists) return [];
  const events: RunEvent[] = [];
  for (const line of new TextDecoder().decode(await readBytes(path)).split("\n")) {
    try {
      if (line !== "") events.push(JSON.parse(line));
    } catch {
      // Cut off when the run was killed: what it said is said again when it goes on.
    }
  }
  return events;
}
