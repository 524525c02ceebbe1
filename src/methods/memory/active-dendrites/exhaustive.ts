/** @file The same probabilities by counting all cases, for small populations. They share no formula with the closed forms. */

/** Of sets of cells as bits. */
function popcount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/**
 * How many of all sets of a of n cells have just b cells in common with the first s cells: `counts[a][s][b]`, for all a and s from 0 to n.
 */
export function countOverlaps(n: number): number[][][] {
  const counts = Array.from({ length: n + 1 }, () =>
    Array.from({ length: n + 1 }, () => new Array<number>(n + 1).fill(0)),
  );
  for (let pattern = 0; pattern < 2 ** n; pattern++) {
    const a = popcount(pattern);
    for (let s = 0; s <= n; s++) counts[a][s][popcount(pattern & (2 ** s - 1))]++;
  }
  return counts;
}

/** The share of cases whose overlap satisfies a condition. */
export function shareOf(counts: readonly number[], condition: (overlap: number) => boolean): number {
  const all = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((sum, count, overlap) => (condition(overlap) ? sum + count : sum), 0) / all;
}

/** How many ordered choices of M sets of `members` of n cells have each set of cells as their union: `counts[bits]`. */
export function countUnions(n: number, members: number, patterns: number): Float64Array {
  const sets = Array.from({ length: 2 ** n }, (_, bits) => bits).filter((bits) => popcount(bits) === members);
  let counts = new Float64Array(2 ** n);
  counts[0] = 1;
  for (let m = 0; m < patterns; m++) {
    const next = new Float64Array(2 ** n);
    for (const [bits, count] of counts.entries()) if (count > 0) for (const set of sets) next[bits | set] += count;
    counts = next;
  }
  return counts;
}

/** The share of all unions and all patterns of `probe` cells that have θ cells or more in common. */
export function unionMatches(n: number, unions: Float64Array, probe: number, theta: number): number {
  const patterns = Array.from({ length: 2 ** n }, (_, bits) => bits).filter((bits) => popcount(bits) === probe);
  let [matches, all] = [0, 0];
  for (const [bits, count] of unions.entries()) {
    if (count === 0) continue;
    all += count * patterns.length;
    for (const pattern of patterns) if (popcount(pattern & bits) >= theta) matches += count;
  }
  return matches / all;
}
