/** @file Time, passed in: the machine's own, or a virtual one that jumps from event to event. */

export interface Clock {
  /** Milliseconds; only differences mean something. */
  now(): number;
  /** @throws the signal's reason when it aborts before the time is over */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Timers of JavaScript fire at once beyond this. */
const longestTimer = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const stop = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(
        () => {
          signal?.removeEventListener("abort", stop);
          resolve();
        },
        Math.min(ms, longestTimer),
      );
      signal?.addEventListener("abort", stop, { once: true });
    }),
};

interface Sleeper {
  readonly at: number;
  wake(): void;
}

/**
 * A clock for simulations: when all that runs has come to wait, it jumps to the next one who sleeps. What happens between two sleeps takes
 * no time, as long as it waits for promises only, not for files or the network.
 */
export class VirtualClock implements Clock {
  private time = 0;
  private readonly sleepers = new Set<Sleeper>();
  private scheduled = false;

  now(): number {
    return this.time;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const stop = () => {
        this.sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const sleeper: Sleeper = {
        at: this.time + Math.max(0, ms),
        wake: () => {
          signal?.removeEventListener("abort", stop);
          resolve();
        },
      };
      signal?.addEventListener("abort", stop, { once: true });
      this.sleepers.add(sleeper);
      this.schedule();
    });
  }

  private schedule(): void {
    if (this.scheduled || this.sleepers.size === 0) return;
    this.scheduled = true;
    // A timer comes after all promises that can be settled have been.
    setTimeout(() => {
      this.scheduled = false;
      let next: Sleeper | undefined;
      for (const sleeper of this.sleepers) if (next === undefined || sleeper.at < next.at) next = sleeper;
      if (next === undefined) return;
      this.sleepers.delete(next);
      this.time = next.at;
      next.wake();
      this.schedule();
    }, 0);
  }
}
