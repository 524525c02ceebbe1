/** @file A run's events as they are written: from a place in its file on, for as long as someone listens and the run goes on. */

import { open, stat } from "node:fs/promises";
import type { RunFolder } from "../runs/folder.ts";
import { stateOf } from "../runs/folder.ts";
import type { RunRecord } from "../runs/record.ts";

/** What a listener is told. `at`: the place in the file behind it, from which another listener could go on. */
export type RunNews =
  | { readonly type: "event"; readonly at: number; readonly line: string }
  | { readonly type: "record"; readonly at: number; readonly record: RunRecord };

const everyMilliseconds = 250;
/** Read at once; a line that is longer is put together from several. */
const chunkBytes = 1 << 20;

/**
 * All whole lines behind a place, then those that come; and the record whenever its state changes. Ends when the run has ended and all was told.
 * @param isExpected the run's process was started and has not yet taken the run
 */
export async function* followRun(
  folder: RunFolder,
  from: number,
  signal: AbortSignal,
  isExpected: () => boolean = () => false,
): AsyncGenerator<RunNews> {
  let at = from;
  let told: string | undefined;
  while (!signal.aborted) {
    // The state is looked at first: what was written before it ended is then in the file.
    const record = runningIf(isExpected(), await stateOf(folder));
    for await (const { line, end } of linesFrom(folder.events, at)) {
      at = end;
      yield { type: "event", at, line };
    }
    if (record.state !== told) {
      told = record.state;
      yield { type: "record", at, record };
    }
    if (record.state !== "running") return;
    await pause(signal);
  }
}

/** A run whose process was started, and has not begun, is about to run. */
export function runningIf(isExpected: boolean, record: RunRecord): RunRecord {
  return isExpected && record.state === "interrupted" ? { ...record, state: "running" } : record;
}

/** Whole lines behind a place in a file; none where there is no file. */
async function* linesFrom(path: string, from: number): AsyncGenerator<{ line: string; end: number }> {
  const size = await stat(path).then(
    (status) => status.size,
    () => 0,
  );
  if (size <= from) return;
  const file = await open(path);
  try {
    let rest = new Uint8Array();
    for (let at = from; at < size; ) {
      const chunk = new Uint8Array(Math.min(chunkBytes, size - at));
      const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      const bytes = new Uint8Array(rest.length + bytesRead);
      bytes.set(rest);
      bytes.set(chunk.subarray(0, bytesRead), rest.length);
      let start = 0;
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
        const line = new TextDecoder().decode(bytes.subarray(start, end));
        start = end + 1;
        if (isWhole(line)) yield { line, end: at - bytes.length + start };
      }
      rest = bytes.slice(start);
    }
  } finally {
    await file.close();
  }
}

/** A line that was cut off when a run was killed says nothing. */
function isWhole(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, everyMilliseconds);
    signal.addEventListener("abort", done, { once: true });
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}
