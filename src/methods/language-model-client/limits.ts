/** @file How much is asked at once and per minute. */

import type { Clock } from "./clock.ts";

/** At most so many at once, in the order of asking. */
export class Slots {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(count: number) {
    this.free = count;
  }

  /** Runs the work when a slot is free. @throws the signal's reason when it aborts before */
  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.free > 0) this.free--;
    else await this.wait(signal);
    try {
      return await work();
    } finally {
      // A slot goes from hand to hand, so that nobody overtakes.
      const next = this.waiting.shift();
      if (next === undefined) this.free++;
      else next();
    }
  }

  private wait(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        this.waiting.splice(this.waiting.indexOf(go), 1);
        reject(signal?.reason);
      };
      const go = () => {
        signal?.removeEventListener("abort", stop);
        resolve();
      };
      signal?.addEventListener("abort", stop, { once: true });
      this.waiting.push(go);
    });
  }
}

const minute = 60_000;

/**
 * A token bucket that fills at a rate per minute and holds one second's worth, but at least 1: so never more than the rate is taken in any
 * rolling minute. What is more than the bucket holds is taken when it is full, and leaves a debt.
 */
export class TokenBucket {
  private readonly perMs: number;
  private readonly capacity: number;
  private readonly clock: Clock;
  private level: number;
  private filledAt: number;
  private turn: Promise<void> = Promise.resolve();

  constructor(perMinute: number, capacity: number, clock: Clock) {
    this.perMs = perMinute / minute;
    this.capacity = capacity;
    this.clock = clock;
    this.level = capacity;
    this.filledAt = clock.now();
  }

  /** In the order of asking. @throws the signal's reason when it aborts before */
  async take(amount: number, signal?: AbortSignal): Promise<void> {
    const before = this.turn;
    let leave = () => {};
    this.turn = new Promise((resolve) => {
      leave = resolve;
    });
    await before;
    try {
      const needed = Math.min(amount, this.capacity);
      for (this.fill(); this.level < needed; this.fill())
        await this.clock.sleep(Math.ceil((needed - this.level) / this.perMs), signal);
      this.level -= amount;
    } finally {
      leave();
    }
  }

  /** What was taken too much; negative when it was too little. */
  giveBack(amount: number): void {
    this.level = Math.min(this.capacity, this.level + amount);
  }

  private fill(): void {
    const now = this.clock.now();
    this.level = Math.min(this.capacity, this.level + (now - this.filledAt) * this.perMs);
    this.filledAt = now;
  }
}

/** Requests and tokens per minute. */
export class RateLimits {
  private readonly requests: TokenBucket | undefined;
  private readonly tokens: TokenBucket | undefined;

  constructor(rpm: number | undefined, tpm: number | undefined, clock: Clock) {
    // One request at a time, and the next one when its share of the minute is over.
    this.requests = rpm === undefined ? undefined : new TokenBucket(rpm, 1, clock);
    this.tokens = tpm === undefined ? undefined : new TokenBucket(tpm, Math.max(1, tpm / 60), clock);
  }

  /** Waits for a request of about so many tokens. */
  async admit(estimate: number, signal?: AbortSignal): Promise<void> {
    await this.tokens?.take(estimate, signal);
    await this.requests?.take(1, signal);
  }

  /** Once it is known how many tokens there were. */
  correct(estimate: number, actual: number): void {
    this.tokens?.giveBack(estimate - actual);
  }
}
