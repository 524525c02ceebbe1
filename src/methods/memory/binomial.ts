/**
 * @file Binomial coefficients and probabilities as natural logarithms, to about 1e-15 of the logarithm's size.
 *
 * ln n! is split into Stirling's formula and its error δ(n), and what of Stirling's formula cancels in a probability is cancelled by hand:
 * C. Loader, Fast and accurate computation of binomial probabilities (2000). Differences of log-gammas would lose as many digits as n ln n
 * has before the point: 5 of 16 at n = 100,000.
 */

/** δ(n) = ln n! − [½ ln(2πn) + n ln n − n], for whole n > 0. */
export function stirlingError(n: number): number {
  if (n >= 16) {
    const q = 1 / (n * n);
    return (1 / 12 - q * (1 / 360 - q * (1 / 1260 - q * (1 / 1680 - q / 1188)))) / n;
  }
  let factorial = 1;
  for (let i = 2; i <= n; i++) factorial *= i;
  return Math.log(factorial) - (n + 0.5) * Math.log(n) + n - 0.5 * Math.log(2 * Math.PI);
}

/** x ln(x/m) + m − x for x, m > 0: how unlikely x is where m is expected. Near x = m by a series, where the terms would cancel. */
export function deviance(x: number, m: number): number {
  const difference = x - m;
  if (Math.abs(difference) > 0.1 * (x + m)) return x * Math.log(x / m) - difference;
  const ratio = difference / (x + m);
  let sum = difference * ratio;
  let power = 2 * x * ratio;
  for (let odd = 3; ; odd += 2) {
    power *= ratio * ratio;
    const next = sum + power / odd;
    if (next === sum) return sum;
    sum = next;
  }
}

/** ln [C(n, k) pᵏ qⁿ⁻ᵏ], with q = 1 − p given apart, since its digits are lost in 1 − p. */
export function logBinomial(k: number, n: number, p: number, q: number): number {
  if (k < 0 || k > n) return Number.NEGATIVE_INFINITY;
  if (k === 0) return n === 0 ? 0 : n * (p < q ? Math.log1p(-p) : Math.log(q));
  if (k === n) return n * (q < p ? Math.log1p(-q) : Math.log(p));
  if (p === 0 || q === 0) return Number.NEGATIVE_INFINITY;
  const errors = stirlingError(n) - stirlingError(k) - stirlingError(n - k);
  const normaliser = 0.5 * (Math.log(2 * Math.PI * k) + Math.log1p(-k / n));
  return errors - deviance(k, n * p) - deviance(n - k, n * q) - normaliser;
}

/** ln C(n, k) for whole n ≥ 0; −∞ where k is not between 0 and n. */
export function logChoose(n: number, k: number): number {
  if (k < 0 || k > n) return Number.NEGATIVE_INFINITY;
  if (k === 0 || k === n) return 0;
  const [p, q] = [k / n, (n - k) / n];
  return logBinomial(k, n, p, q) - k * Math.log(p) - (n - k) * Math.log(q);
}

/** ln Σ_{i ≥ k} C(n, i) pⁱ (1 − p)ⁿ⁻ⁱ */
export function logBinomialTail(k: number, n: number, p: number): number {
  if (k <= 0) return 0;
  if (k > n) return Number.NEGATIVE_INFINITY;
  const q = 1 - p;
  const odds = p / q;
  return logUnimodalSum(
    Math.min(n, Math.max(k, Math.floor((n + 1) * p))),
    { from: k, to: n },
    (i) => logBinomial(i, n, p, q),
    (i) => ((n - i) / (i + 1)) * odds,
  );
}

/**
 * ln of a sum of probabilities that rise up to one place and fall after it: one of them is computed, the others follow from it by ratios.
 * @param start a place in the range, where the terms are largest
 * @param ratio term i + 1 over term i
 */
export function logUnimodalSum(
  start: number,
  range: { readonly from: number; readonly to: number },
  logTerm: (i: number) => number,
  ratio: (i: number) => number,
): number {
  // What is smaller than this part of the sum cannot change it any more, all together.
  const negligible = 1e-22;
  let sum = 1;
  for (let i = start, term = 1; i < range.to && term > sum * negligible; i++) {
    term *= ratio(i);
    sum += term;
  }
  for (let i = start, term = 1; i > range.from && term > sum * negligible; i--) {
    term /= ratio(i - 1);
    sum += term;
  }
  return Math.min(0, logTerm(start) + Math.log(sum));
}
