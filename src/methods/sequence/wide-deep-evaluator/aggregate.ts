/** @file From reviews to a verdict. */

import type { Verdict } from "./pair.ts";
import type { Scores } from "./replies.ts";
import type { Review } from "./review.ts";

/**
 * "mean-all": means over all layers, neurons and orders, as in the authors' code; "mean-last": over the last layer only; "vote": each
 * review votes, the most frequent vote wins.
 */
export type Aggregation = "mean-all" | "mean-last" | "vote";

export interface Outcome {
  readonly verdict: Verdict;
  /** Means of the reviews' scores; of all of them for a vote. */
  readonly score: Scores;
}

function verdictOf([first, second]: Scores, tie: number): Verdict {
  if (Math.abs(first - second) <= tie) return "tie";
  return first > second ? 1 : 2;
}

function means(reviews: readonly Review[]): Scores {
  const mean = (k: 0 | 1) => reviews.reduce((sum, { scores }) => sum + scores[k], 0) / reviews.length;
  return [mean(0), mean(1)];
}

/** @param tie scores that differ by no more than this are equal */
export function aggregate(reviews: readonly Review[], aggregation: Aggregation, tie: number): Outcome {
  const last = Math.max(...reviews.map(({ layer }) => layer));
  const counted = aggregation === "mean-last" ? reviews.filter(({ layer }) => layer === last) : reviews;
  const score = means(counted);
  if (aggregation !== "vote") return { verdict: verdictOf(score, tie), score };
  const votes = reviews.map(({ scores }) => verdictOf(scores, tie));
  const count = (verdict: Verdict) => votes.filter((vote) => vote === verdict).length;
  const [first, second, ties] = [count(1), count(2), count("tie")];
  // Where no verdict has more votes than each of the others, it is a tie.
  if (first > second && first > ties) return { verdict: 1, score };
  return { verdict: second > first && second > ties ? 2 : "tie", score };
}
