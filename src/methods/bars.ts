/** @file What an experiment reached, held against its bars. */

import type { Bar } from "./method.ts";

/** A metric over the seeds of an experiment. */
export interface Measured {
  readonly name: string;
  readonly unit?: string;
  /** By seed, in the order of the seeds. */
  readonly values: readonly number[];
  readonly mean: number;
  /** Sample standard deviation; 0 for one seed. */
  readonly deviation: number;
}

export interface Judged extends Bar {
  /** What is held against the bar; missing when the experiment did not find the metric. */
  readonly reached?: number;
  readonly met: boolean;
}

/** @param values by seed */
export function measured(name: string, values: readonly number[], unit?: string): Measured {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0;
  return { name, ...(unit !== undefined && { unit }), values, mean, deviation };
}

/** A bar is met when the mean over seeds, or every seed, reaches it. What is not a number reaches nothing. */
export function judge(bars: readonly Bar[], metrics: readonly Measured[]): Judged[] {
  return bars.map((bar) => {
    const metric = metrics.find(({ name }) => name === bar.metric);
    if (metric === undefined) return { ...bar, met: false };
    const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = bar;
    // Of every seed, the one that is worst for the bar.
    const worst = bar.atLeast === undefined ? Math.max(...metric.values) : Math.min(...metric.values);
    const values = bar.over === "every seed" ? metric.values : [metric.mean];
    return {
      ...bar,
      reached: bar.over === "every seed" ? worst : metric.mean,
      met: values.every((value) => value >= atLeast && value <= atMost),
    };
  });
}
