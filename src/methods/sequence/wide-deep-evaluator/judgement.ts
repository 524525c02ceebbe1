/** @file What is found about a pair. */

import type { Mark, Verdict } from "./pair.ts";
import type { Scores } from "./replies.ts";
import type { Review } from "./review.ts";

export interface Judgement {
  readonly verdict: Verdict;
  /** Mean scores of the first and the second answer, 1 to 10. */
  readonly score: Scores;
  /** The angles, one for each neuron of the first layer. */
  readonly roles: readonly string[];
  readonly reviews: readonly Review[];
  /** Reviews without scores. */
  readonly failures: number;
  /** The model named no angles: the roles are the usual ones. */
  readonly usualRoles: boolean;
  /** Of all calls, retries included; null when the model has no price. */
  readonly cost: number | null;
  readonly marks: readonly Mark[];
}
