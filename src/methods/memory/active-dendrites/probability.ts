/** @file Probabilities that may be too small for a number. */

export interface Probability {
  /** 0 where it is below 1e-308: then log10 still tells it. */
  readonly p: number;
  /** −∞ for what cannot happen. */
  readonly log10: number;
}

/** From its natural logarithm. */
export function probability(log: number): Probability {
  return { p: Math.exp(log), log10: log / Math.LN10 };
}
