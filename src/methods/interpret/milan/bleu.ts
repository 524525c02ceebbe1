/** @file BLEU (Papineni et al. 2002): how many runs of words captions share with references. */

const longest = 4;

/**
 * Of a whole corpus, 0–1: the geometric mean of the shares of runs of 1 to 4 words that occur in a reference, each counted as often as
 * it does in one of them, times exp(1 − r/c) where captions (c words) are shorter than the references nearest in length (r words).
 * Orders for which no caption is long enough are left out.
 * @param captions words of each
 * @param references for each caption, words of one or more
 */
export function bleu(
  captions: readonly (readonly string[])[],
  references: readonly (readonly (readonly string[])[])[],
): number {
  const matched = new Array<number>(longest).fill(0);
  const total = new Array<number>(longest).fill(0);
  let [spoken, expected] = [0, 0];
  for (const [i, caption] of captions.entries()) {
    const known = references[i];
    spoken += caption.length;
    expected += known.reduce(
      (best, { length }) => (Math.abs(length - caption.length) < Math.abs(best - caption.length) ? length : best),
      known[0].length,
    );
    for (let n = 1; n <= longest; n++) {
      const said = countRuns(caption, n);
      const allowed = known.map((reference) => countRuns(reference, n));
      for (const [run, count] of said) {
        total[n - 1] += count;
        matched[n - 1] += Math.min(count, Math.max(...allowed.map((counts) => counts.get(run) ?? 0)));
      }
    }
  }
  const orders = total.flatMap((count, n) => (count > 0 ? [matched[n] / count] : []));
  if (orders.length === 0 || orders.some((share) => share === 0)) return 0;
  const mean = Math.exp(orders.reduce((sum, share) => sum + Math.log(share), 0) / orders.length);
  return mean * Math.exp(Math.min(0, 1 - expected / spoken));
}

function countRuns(words: readonly string[], n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + n <= words.length; i++) {
    const run = words.slice(i, i + n).join(" ");
    counts.set(run, (counts.get(run) ?? 0) + 1);
  }
  return counts;
}
