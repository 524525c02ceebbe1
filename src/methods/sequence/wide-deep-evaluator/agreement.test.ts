import { describe, expect, it } from "vitest";
import { Rng } from "../../../graph/index.ts";
import { aggregate } from "./aggregate.ts";
import { agreement, cohensKappa, verdicts } from "./agreement.ts";
import type { Verdict } from "./pair.ts";
import type { Review } from "./review.ts";

/** Layer by layer; two reviews per neuron. */
function table(layers: readonly (readonly (readonly [number, number])[])[]): Review[] {
  return layers.flatMap((reviews, l) =>
    reviews.map(
      (scores, i): Review => ({
        layer: l + 1,
        neuron: Math.floor(i / 2),
        order: i % 2 === 0 ? "12" : "21",
        angles: [],
        text: "",
        scores,
        attempts: 1,
        failed: false,
      }),
    ),
  );
}

describe("aggregation of a fixed table", () => {
  const reviews = table([
    [
      [9, 1],
      [9, 2],
      [4, 5],
      [4, 5],
    ],
    [
      [5, 6],
      [5, 7],
      [6, 6],
      [4, 4.5],
    ],
  ]);

  it("means over everything put the first ahead, over the last layer the second; by votes the second wins", () => {
    expect(aggregate(reviews, "mean-all", 0)).toEqual({ verdict: 1, score: [46 / 8, 36.5 / 8] });
    expect(aggregate(reviews, "mean-last", 0)).toEqual({ verdict: 2, score: [5, 23.5 / 4] });
    expect(aggregate(reviews, "vote", 0)).toEqual({ verdict: 2, score: [46 / 8, 36.5 / 8] });
  });

  it("a threshold makes ties, of means and of votes", () => {
    expect(aggregate(reviews, "mean-last", 0.875).verdict).toBe("tie");
    expect(aggregate(reviews, "mean-last", 0.874).verdict).toBe(2);
    expect(aggregate(reviews, "vote", 1).verdict).toBe("tie");
    expect(aggregate(reviews, "vote", 8).verdict).toBe("tie");
  });

  it("as many votes for one as for the other are a tie", () => {
    expect(
      aggregate(
        table([
          [
            [9, 1],
            [4, 5],
            [4, 4],
            [1, 2],
            [2, 1],
          ],
        ]),
        "vote",
        0,
      ).verdict,
    ).toBe("tie");
    expect(
      aggregate(
        table([
          [
            [9, 1],
            [4, 4],
            [2, 1],
          ],
        ]),
        "vote",
        0,
      ).verdict,
    ).toBe(1);
    expect(
      aggregate(
        table([
          [
            [9, 1],
            [4, 4],
          ],
        ]),
        "vote",
        0,
      ).verdict,
    ).toBe("tie");
  });
});

describe("agreement", () => {
  it("of a table worked out by hand", () => {
    // 50 pairs of two classes, 20 + 15 alike: p = 0.7, e = 0.5·0.6 + 0.5·0.4 = 0.5, κ = 0.4.
    const counts = [
      [20, 5, 0],
      [10, 15, 0],
      [0, 0, 0],
    ];
    expect(cohensKappa(counts)).toBeCloseTo(0.4, 14);
    const human = counts.flatMap((row, i) => row.flatMap((n) => new Array<Verdict>(n).fill(verdicts[i])));
    const given = counts.flatMap((row) => row.flatMap((n, j) => new Array<Verdict>(n).fill(verdicts[j])));
    const found = agreement(given, human);
    expect(found.confusion).toEqual(counts);
    expect(found.accuracy).toBe(0.7);
    // F₁ of the two verdicts that occur: 40/55 and 30/45.
    expect(found.macroF1).toBeCloseTo((40 / 55 + 30 / 45) / 2, 14);
  });

  it("κ is one minus disagreement over expected disagreement, on 1,000 random tables", () => {
    const rng = new Rng(4);
    for (let i = 0; i < 1000; i++) {
      const size = rng.int(2, 5);
      const counts = Array.from({ length: size }, () => Array.from({ length: size }, () => rng.int(0, 40)));
      counts[0][1]++;
      counts[1][1]++;
      const total = counts.flat().reduce((a, b) => a + b);
      let [seen, expected] = [0, 0];
      for (let r = 0; r < size; r++)
        for (let c = 0; c < size; c++) {
          if (r === c) continue;
          const row = counts[r].reduce((a, b) => a + b);
          const column = counts.reduce((sum, one) => sum + one[c], 0);
          seen += counts[r][c];
          expected += (row * column) / total;
        }
      expect(Math.abs(cohensKappa(counts) - (1 - seen / expected))).toBeLessThanOrEqual(1e-12);
    }
  });

  it("1 when all agree, 0 for one who always says the same, NaN when both do", () => {
    expect(agreement([1, 2, "tie"], [1, 2, "tie"])).toMatchObject({ accuracy: 1, kappa: 1, macroF1: 1 });
    expect(agreement([1, 1, 1, 1], [1, 2, "tie", 1]).kappa).toBe(0);
    expect(agreement([1, 1], [1, 1]).kappa).toBeNaN();
    expect(() => agreement([1], [])).toThrow(/1 verdicts for 0/);
  });
});
