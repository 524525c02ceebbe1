/** @file Timing several pieces of work in turn, so that a machine whose speed drifts does not favour one. */

export interface Timings {
  /** Milliseconds, sorted. */
  readonly sorted: readonly number[];
  readonly median: number;
}

/** Runs each piece once to warm up, then `rounds` times in turn: A B A B … */
export async function inTurn<K extends string>(
  pieces: Readonly<Record<K, () => Promise<unknown>>>,
  rounds: number,
): Promise<Record<K, Timings>> {
  const names = Object.keys(pieces) as K[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<K, number[]>;
  for (let round = -1; round < rounds; round++) {
    for (const name of names) {
      const start = performance.now();
      await pieces[name]();
      if (round >= 0) times[name].push(performance.now() - start);
    }
  }
  return Object.fromEntries(names.map((name) => [name, timingsOf(times[name])])) as Record<K, Timings>;
}

export function timingsOf(times: readonly number[]): Timings {
  const sorted = [...times].sort((a, b) => a - b);
  return { sorted, median: sorted[Math.floor(sorted.length / 2)] };
}
