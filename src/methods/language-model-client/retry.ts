/** @file Attempts that failed, and when to try again. */

import type { CajalError, Rng } from "../../graph/index.ts";
import type { Clock } from "./clock.ts";

/** Why an attempt failed, and whether another may help. */
export class AttemptError extends Error {
  readonly failure: CajalError;
  readonly again: boolean;
  /** What the endpoint asked to wait, in milliseconds. */
  readonly retryAfter: number | undefined;

  constructor(failure: CajalError, again: boolean, retryAfter?: number) {
    super(failure.message);
    this.failure = failure;
    this.again = again;
    this.retryAfter = retryAfter;
  }
}

/** Timeouts, conflicts, rate limits and failures of the server pass; what is wrong with the request stays wrong. */
export function mayPass(status: number): boolean {
  return status === 408 || status === 409 || status === 429 || status >= 500;
}

/** A Retry-After header in milliseconds: seconds, or a date. @param now milliseconds since 1970 */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const seconds = Number(header);
  if (header.trim() !== "" && Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

const firstWait = 500;
const longestWait = 30_000;

/** Full jitter: anything up to 0.5 s · 2ᵏ, at most 30 s; not less than the endpoint asked for. @param k failed attempts before this one */
export function backoff(k: number, retryAfter: number | undefined, rng: Rng): number {
  return Math.max(rng.random() * Math.min(longestWait, firstWait * 2 ** k), retryAfter ?? 0);
}

export interface RetryOptions {
  /** Attempts after the first. */
  readonly retries: number;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly signal?: AbortSignal;
  onRetry(): void;
}

/**
 * @param attempt is given its number, from 1
 * @throws CajalError of the last attempt
 */
export async function withRetries<T>(
  attempt: (number: number) => Promise<T>,
  { retries, clock, rng, signal, onRetry }: RetryOptions,
): Promise<T> {
  for (let k = 0; ; k++) {
    try {
      return await attempt(k + 1);
    } catch (error) {
      if (!(error instanceof AttemptError)) throw error;
      if (!error.again || k >= retries) throw error.failure;
      onRetry();
      await clock.sleep(backoff(k, error.retryAfter, rng), signal);
    }
  }
}
