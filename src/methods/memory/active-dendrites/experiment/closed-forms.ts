/** @file The closed forms against the paper's figures, and against counting all cases of small populations. */

import type { Run } from "../../../run.ts";
import { countOverlaps, countUnions, shareOf, unionMatches } from "../exhaustive.ts";
import { falseNegative, falsePositive } from "../recognition-errors.ts";
import { logFalsePositive } from "../sizes.ts";
import { unionFalsePositive } from "../union.ts";

/** The authors' own figures, from the notebooks that go with the paper. */
const published = {
  allSynapses: { 6: 6.35308872941916e-11, 8: 2.52507239284961e-14, 10: 1.00163216178113e-17 },
  halfOfThem: { 6: 5.29386836275e-8, 8: 2.81724528327e-10, 10: 1.54192767259e-12, 12: 8.58694100277e-15 },
  misses: { 8: 7.35429456875e-4, 12: 7.16985160404e-2, 16: 0.58250177303 },
};

const relative = (value: number, exact: number) => Math.abs(value / exact - 1);

/** Every case of `published` next to what the closed form gives. */
export function comparePublished(run: Run): void {
  const [n, a] = [100_000, 2000];
  const cases = {
    "relative error of P_fp with all synapses needed": Object.entries(published.allSynapses).map(
      ([s, paper]) => [`P_fp(n=${n}, a=${a}, s=θ=${s})`, falsePositive({ n, a, s: +s, theta: +s }).p, paper] as const,
    ),
    "relative error of P_fp with half of the synapses needed": Object.entries(published.halfOfThem).map(
      ([theta, paper]) =>
        [
          `P_fp(n=${n}, a=${a}, s=2θ, θ=${theta})`,
          falsePositive({ n, a, s: 2 * +theta, theta: +theta }).p,
          paper,
        ] as const,
    ),
    "relative error of P_fn": Object.entries(published.misses).map(
      ([theta, paper]) =>
        [
          `P_fn(a=128, s=30, θ=${theta}, v=64)`,
          falseNegative({ a: 128, s: 30, theta: +theta, flipped: 64 }).p,
          paper,
        ] as const,
    ),
  };
  for (const [metric, rows] of Object.entries(cases))
    run.metric(metric, Math.max(...rows.map(([, value, paper]) => relative(value, paper))));
  run.table("against the paper", {
    columns: ["probability", "closed form", "paper", "relative error"],
    rows: Object.values(cases).flatMap((rows) => rows.map((row) => [...row, relative(row[1], row[2])])),
    caption: "The paper's figures to the last digit that is printed there.",
  });
}

/** The largest relative difference between closed forms and counting, over all sizes up to 14 cells, and unions of up to three patterns of up to 6. */
export function compareCounting(run: Run, cells: number): void {
  let largest = 0;
  const compare = (closed: number, counted: number) => {
    largest = Math.max(largest, counted === 0 ? closed : relative(closed, counted));
  };
  for (let n = 1; n <= cells; n++) {
    run.progress("counting all patterns", n, cells, "population sizes");
    for (const [a, bySynapses] of countOverlaps(n).entries())
      for (const [s, counts] of bySynapses.entries())
        for (let theta = 0; theta <= s; theta++) {
          compare(
            Math.exp(logFalsePositive({ n, a, s, theta })),
            shareOf(counts, (overlap) => overlap >= theta),
          );
          // The n cells as those of a pattern, a of which are silent.
          if (s > 0) {
            const missed = falseNegative({ a: n, s, theta, flipped: a }).p;
            compare(
              missed,
              shareOf(counts, (silent) => s - silent < theta),
            );
          }
        }
  }
  for (let n = 2; n <= Math.min(6, cells); n++)
    for (let s = 1; s <= n; s++)
      for (let patterns = 1; patterns <= 3; patterns++) {
        const unions = countUnions(n, s, patterns);
        for (let other = s; other <= n; other++)
          for (let theta = 0; theta <= s; theta++) {
            const counted = unionMatches(n, unions, other, theta);
            compare(unionFalsePositive({ n, a: other, s, theta, patterns, mode: "segment-exact" }).p, counted);
          }
        for (let probe = 1; probe <= s; probe++)
          for (let theta = 0; theta <= probe; theta++) {
            const counted = unionMatches(n, unions, probe, theta);
            compare(unionFalsePositive({ n, a: s, s: probe, theta, patterns, mode: "activity-exact" }).p, counted);
          }
      }
  run.metric("largest relative difference from counting all cases", largest);
}
