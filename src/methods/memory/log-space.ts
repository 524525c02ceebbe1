/** @file Sums of numbers that are kept as their natural logarithms: probabilities of 1e-300 and less keep all their digits. */

/** ln(eᵃ + eᵇ) */
export function logAdd(a: number, b: number): number {
  const [high, low] = a > b ? [a, b] : [b, a];
  return low === Number.NEGATIVE_INFINITY ? high : high + Math.log1p(Math.exp(low - high));
}

/** ln Σᵢ e^(xᵢ); −∞ for no terms. */
export function logSumExp(terms: ArrayLike<number>): number {
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < terms.length; i++) if (terms[i] > high) high = terms[i];
  if (high === Number.NEGATIVE_INFINITY) return high;
  let sum = 0;
  for (let i = 0; i < terms.length; i++) sum += Math.exp(terms[i] - high);
  return high + Math.log(sum);
}

/** ln(1 − (1 − p)ᵐ), the probability that at least one of m independent events of probability p happens, from ln p. */
export function logAnyOf(logP: number, m: number): number {
  const p = Math.exp(logP);
  // Where p leaves the range of numbers, m·p is the probability itself: what it neglects is p·m/2 of it.
  if (p < 1e-290) return logP + Math.log(m);
  return Math.log(-Math.expm1(m * Math.log1p(-p)));
}
