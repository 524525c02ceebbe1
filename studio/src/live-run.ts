/** A run on a page, wherever it is computed. */

import type { RunEvent } from "../../src/methods/runs/event.ts";
import type { Findings } from "../../src/methods/runs/findings.ts";
import type { RunRecord } from "../../src/node/runs/record.ts";

export interface LiveRun {
  readonly record: RunRecord | undefined;
  readonly findings: Findings;
  /** How often each figure was made: an experiment may make one again. */
  readonly versions: ReadonlyMap<string, number>;
  /** There is no such run. */
  readonly missing: boolean;
  /** Drawn, and as data. */
  figure(name: string): Promise<{ readonly svg: string; readonly data: string }>;
  artifact(name: string): Promise<Blob>;
  cancel(): Promise<unknown>;
  /** Goes on with it. */
  resume(): Promise<unknown>;
  remove(): Promise<unknown>;
  /** The page is left. */
  stop(): void;
}

/** How often each figure was made. */
export function versionsOf(events: readonly RunEvent[]): ReadonlyMap<string, number> {
  const versions = new Map<string, number>();
  for (const event of events)
    if (event.type === "figure") versions.set(event.name, (versions.get(event.name) ?? 0) + 1);
  return versions;
}

/** Gives the person a file. */
export function save(content: Blob | string, name: string, type = "text/plain"): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(typeof content === "string" ? new Blob([content], { type }) : content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
