/** @file Recordings of spikes: when, and which neuron. */

import { CajalError } from "../../graph/index.ts";
import type { Recording } from "./recording.ts";

/** A bin is a millisecond, or longer where there would be more bins than these. */
const mostBins = 400_000;

/**
 * Spikes as counts in bins of equal length.
 * @param times in seconds; those before 0 are left out
 * @param units of each spike its neuron
 * @throws CajalError `too-large`
 */
export function recordingOfSpikes(times: ArrayLike<number>, units: ArrayLike<number>, animal: string): Recording {
  const ids = [...new Set(Array.from(units))].sort((a, b) => a - b);
  const last = Array.from(times).reduce((a, b) => Math.max(a, b), 0);
  const bin = Math.max(1e-3, last / mostBins);
  const length = Math.floor(last / bin) + 1;
  if (!Number.isFinite(last) || ids.length * length > 2 ** 28)
    throw new CajalError("too-large", `${animal}: spikes of ${ids.length} units until ${last} s are too many to show`, {
      advice: "Times are in seconds.",
    });
  const row = new Map(ids.map((id, n) => [id, n]));
  const traces = new Float32Array(ids.length * length);
  for (let i = 0; i < times.length; i++)
    if (times[i] >= 0) traces[(row.get(units[i]) ?? 0) * length + Math.floor(times[i] / bin)]++;
  return { traces, names: ids.map(String), fs: 1 / bin, animal };
}
