/** @file Logarithms of counts: factorials, subsets, multisets. All in nats. */

const tabulated = 1 << 15;

const table = (() => {
  const values = new Float64Array(tabulated);
  for (let n = 2; n < tabulated; n++) values[n] = values[n - 1] + Math.log(n);
  return values;
})();

/** ln n!, of a whole n ≥ 0. */
export function lnFactorial(n: number): number {
  if (n < tabulated) return table[n];
  // Stirling's series: the next term is below 1e-24 here.
  return n * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI * n) + 1 / (12 * n) - 1 / (360 * n ** 3);
}

/** ln C(n, k): the ways to choose k of n. */
export function lnBinomial(n: number, k: number): number {
  if (k === 0 || k === n) return 0;
  return lnFactorial(n) - lnFactorial(k) - lnFactorial(n - k);
}

/** ln C(n + k − 1, k): the ways to put k equal things into n places. */
export function lnMultiset(n: number, k: number): number {
  if (k === 0) return 0;
  return lnFactorial(n + k - 1) - lnFactorial(k) - lnFactorial(n - 1);
}
