/** @file Whether an engine can take a task's steps at all, found by taking one. */

import type { Training } from "./task.ts";

/** Milliseconds that a step may take. */
const patience = 20_000;

/** The training after a first step, or why there is none. */
export async function attempt(training: Training): Promise<Training | { readonly cannot: string }> {
  try {
    let elapsed = await stepTime(training);
    // The first step may have compiled for long.
    if (elapsed > patience) elapsed = await stepTime(training);
    if (elapsed <= patience) return training;
    await training.release();
    return { cannot: `a step takes ${(elapsed / 1e3).toFixed(0)} s` };
  } catch (error) {
    await training.release();
    return { cannot: String(error instanceof Error ? error.message : error).split("\n")[0] };
  }
}

async function stepTime(training: Training): Promise<number> {
  const start = performance.now();
  await training.step();
  return performance.now() - start;
}
