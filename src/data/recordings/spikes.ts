/** @file Recordings of spikes: when, and which neuron. */

import { CajalError } from "../../graph/index.ts";
import type { Recording } from "./recording.ts";

/** A bin is a millisecond, or longer where there would be more bins than these, or more counts than memory should hold. */
const mostBins = 400_000;
const mostCounts = 2 ** 27;

/**
 * Spikes as counts in bins of equal length.
 * @param times in seconds; those before 0 are left out
 * @param units of each spike its neuron
 * @throws CajalError `too-large`
 */
export function recordingOfSpikes(times: ArrayLike<number>, units: ArrayLike<number>, animal: string): Recording {
  const known = new Set<number>();
  let last = 0;
  for (let i = 0; i < times.length; i++) {
    known.add(units[i]);
    last = Math.max(last, times[i]);
  }
  const ids = [...known].sort((a, b) => a - b);
  const bin = Math.max(1e-3, last / mostBins, (last * ids.length) / mostCounts);
  const length = Math.floor(last / bin) + 1;
  if (!Number.isFinite(last) || ids.length * length > 2 * mostCounts)
    throw new CajalError("too-large", `${animal}: spikes of ${ids.length} units until ${last} s are too many to show`, {
      advice: "Times are in seconds.",
    });
  const row = new Map(ids.map((id, n) => [id, n]));
  const traces = new Float32Array(ids.length * length);
  for (let i = 0; i < times.length; i++)
    if (times[i] >= 0) traces[(row.get(units[i]) ?? 0) * length + Math.floor(times[i] / bin)]++;
  return { traces, names: ids.map(String), fs: 1 / bin, animal };
}
