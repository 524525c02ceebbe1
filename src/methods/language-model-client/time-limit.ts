/** @file Work that may not take longer than it may. */

import type { Clock } from "./clock.ts";

/**
 * Runs the work with a signal that aborts when the time is over, or when the outer signal does.
 * @param late what is thrown when the time is over
 */
export async function withTimeLimit<T>(
  work: (signal: AbortSignal) => Promise<T>,
  ms: number,
  late: () => Error,
  clock: Clock,
  outer?: AbortSignal,
): Promise<T> {
  outer?.throwIfAborted();
  const over = new AbortController();
  const done = new AbortController();
  const stop = () => over.abort(outer?.reason);
  outer?.addEventListener("abort", stop, { once: true });
  clock.sleep(ms, done.signal).then(
    () => over.abort(late()),
    () => undefined,
  );
  try {
    return await work(over.signal);
  } finally {
    done.abort("done");
    outer?.removeEventListener("abort", stop);
  }
}
