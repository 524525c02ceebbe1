/** @file A session that moves to the processor when the device turns out not to be able to run its model. */

import type { Session } from "./runtime.ts";

/**
 * ONNX Runtime's providers for graphics cards accept some nodes that they then fail on. A session that has run once stays;
 * one that fails before that goes to the processor for good, with a word to `warn`.
 */
export async function withFallback(
  device: () => Promise<Session>,
  processor: () => Promise<Session>,
  warn: (reason: string) => void,
): Promise<Session> {
  let settled = false;
  const move = (error: unknown): Promise<Session> => {
    settled = true;
    warn(error instanceof Error ? error.message : String(error));
    return processor();
  };
  const first = await device().catch(move);
  let current = Promise.resolve(first);
  return {
    inputNames: first.inputNames,
    outputNames: first.outputNames,
    async run(feeds) {
      const tried = current;
      if (settled) return (await tried).run(feeds);
      try {
        const results = await first.run(feeds);
        settled = true;
        return results;
      } catch (error) {
        // Of several calls at once, the first that fails moves the session, and the others follow.
        if (current === tried) current = first.release().then(() => move(error));
        return (await current).run(feeds);
      }
    },
    async release() {
      settled = true;
      await (await current).release();
    },
  };
}
