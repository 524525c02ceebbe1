/** @file What a run has found, gathered from its events: the last word on each name counts, so a part that ran twice counts once. */

import type { Table } from "../run.ts";
import type { RunEvent } from "./event.ts";

export interface Metric {
  readonly name: string;
  readonly value: number;
  readonly unit?: string;
}

export interface Curve {
  readonly name: string;
  readonly unit?: string;
  /** By step. */
  readonly points: readonly (readonly [step: number, value: number])[];
}

export interface Findings {
  readonly metrics: readonly Metric[];
  readonly curves: readonly Curve[];
  readonly tables: readonly (Table & { readonly name: string })[];
  /** Names, in the order in which they were drawn. */
  readonly figures: readonly string[];
  readonly artifacts: readonly string[];
  readonly log: readonly string[];
  /** How far the newest stage is. */
  readonly progress?: Extract<RunEvent, { type: "progress" }>;
}

export function findingsOf(events: readonly RunEvent[]): Findings {
  const metrics = new Map<string, Metric>();
  const curves = new Map<string, { unit: string | undefined; points: Map<number, number> }>();
  const tables = new Map<string, Table>();
  const figures = new Set<string>();
  const artifacts = new Set<string>();
  const log: string[] = [];
  let progress: Extract<RunEvent, { type: "progress" }> | undefined;
  for (const event of events) {
    switch (event.type) {
      case "metric": {
        const { name, unit, step } = event;
        const value = Number(event.value);
        if (step === undefined) {
          metrics.set(name, { name, value, ...(unit !== undefined && { unit }) });
          break;
        }
        let curve = curves.get(name);
        if (curve === undefined) {
          curve = { unit, points: new Map() };
          curves.set(name, curve);
        }
        curve.points.set(step, value);
        break;
      }
      case "table":
        tables.set(event.name, event.table);
        break;
      case "figure":
        figures.add(event.name);
        break;
      case "artifact":
        artifacts.add(event.name);
        break;
      case "log":
        log.push(event.message);
        break;
      case "progress":
        progress = event;
        break;
    }
  }
  return {
    metrics: [...metrics.values()],
    curves: [...curves].map(([name, { unit, points }]) => ({
      name,
      ...(unit !== undefined && { unit }),
      points: [...points].sort(([a], [b]) => a - b),
    })),
    tables: [...tables].map(([name, table]) => ({ name, ...table })),
    figures: [...figures],
    artifacts: [...artifacts],
    log,
    ...(progress && { progress }),
  };
}

/** Time spent, over all attempts: each from its beginning to the last that is known of it. */
export function secondsOf(events: readonly RunEvent[]): number {
  let milliseconds = 0;
  for (const [i, event] of events.entries())
    if (i > 0 && event.type !== "begin") milliseconds += event.at - events[i - 1].at;
  return milliseconds / 1000;
}
