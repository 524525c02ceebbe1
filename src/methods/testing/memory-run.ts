/** @file A run in memory, for tests of experiments. */

import type { DataSource } from "../../data/index.ts";
import { Rng } from "../../graph/index.ts";
import { checkFigure, type Figure } from "../../plot/index.ts";
import type { Run, Table } from "../run.ts";

export interface MemoryRun extends Run {
  readonly metrics: Readonly<Record<string, number>>;
  readonly figures: Readonly<Record<string, Figure>>;
  readonly tables: Readonly<Record<string, Table>>;
  readonly artifacts: Readonly<Record<string, Uint8Array>>;
}

/** Keeps what an experiment finds; parts run each time. */
export function memoryRun(seed: number, data?: DataSource): MemoryRun {
  const metrics: Record<string, number> = {};
  const figures: Record<string, Figure> = {};
  const tables: Record<string, Table> = {};
  const artifacts: Record<string, Uint8Array> = {};
  const rng = new Rng(seed);
  return {
    seed,
    rng,
    data: data ?? { file: (set) => Promise.reject(new Error(`a test without data asks for ${set}`)) },
    compile: {},
    signal: new AbortController().signal,
    metrics,
    figures,
    tables,
    artifacts,
    log: () => undefined,
    progress: () => undefined,
    breathe: async () => undefined,
    metric: (name, value, { step } = {}) => {
      if (step === undefined) metrics[name] = value;
    },
    figure: (name, figure) => {
      checkFigure(figure, name);
      figures[name] = figure;
    },
    table: (name, table) => {
      tables[name] = table;
    },
    artifact: async (name, bytes) => {
      artifacts[name] = bytes;
    },
    part: (name, work) => {
      let kept: Uint8Array | undefined;
      const checkpoint = {
        read: async () => kept,
        write: async (bytes: Uint8Array) => {
          kept = bytes;
        },
      };
      return work({ rng: rng.split(name), checkpoint });
    },
  };
}
