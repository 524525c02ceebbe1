/** @file How well a feature stands for something that can be told without it: which of its activations are there where the predicate holds. */

import { CajalError } from "../../../graph/index.ts";
import type { FeatureActivity } from "./feature-card.ts";

export interface ActivityByPredicate {
  /** Over the range of activations, from the lowest on: tokens that fire in it, and the sum of their activations, where the predicate holds and elsewhere. */
  readonly intervals: readonly {
    readonly from: number;
    readonly to: number;
    readonly holding: number;
    readonly other: number;
    readonly holdingValue: number;
    readonly otherValue: number;
  }[];
  /** Of the tokens at which it fires, the share at which the predicate holds. NaN when it never fires. */
  readonly specificity: number;
  /** The same of the sum of activations: what fires it weakly counts less. */
  readonly expected: number;
  /** Of the tokens at which the predicate holds, the share at which it fires. NaN when it never holds. */
  readonly sensitivity: number;
}

/**
 * A feature against a predicate on tokens, such as "the next token is in the word list": the stacked histogram of its activations, and the same by their sum (the
 * expected value).
 * @param holds of a token: which text, which step
 * @throws CajalError `unknown-unit`, `argument`
 */
export function againstPredicate(
  { features, text, step }: FeatureActivity,
  feature: number,
  holds: (text: number, step: number) => boolean,
  intervals = 20,
): ActivityByPredicate {
  const count = features.shape[1];
  if (!Number.isInteger(feature) || feature < 0 || feature >= count)
    throw new CajalError("unknown-unit", `the dictionary has no feature ${feature}; it has ${count}, from 0 on`);
  if (!Number.isInteger(intervals) || intervals < 1)
    throw new CajalError("argument", `againstPredicate: ${intervals} intervals; one at least is needed`);
  const values = Float64Array.from(text, (_, row) => Number(features.data[row * count + feature]));
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  const bins = Array.from({ length: most > 0 ? intervals : 0 }, (_, i) => ({
    from: (i * most) / intervals,
    to: ((i + 1) * most) / intervals,
    holding: 0,
    other: 0,
    holdingValue: 0,
    otherValue: 0,
  }));
  let [held, heldFiring] = [0, 0];
  for (const [row, value] of values.entries()) {
    const here = holds(text[row], step[row]);
    if (here) held++;
    if (value <= 0) continue;
    const bin = bins[Math.min(intervals - 1, Math.ceil((value / most) * intervals) - 1)];
    if (here) {
      heldFiring++;
      bin.holding++;
      bin.holdingValue += value;
    } else {
      bin.other++;
      bin.otherValue += value;
    }
  }
  const sum = (pick: (bin: (typeof bins)[number]) => number) => bins.reduce((total, bin) => total + pick(bin), 0);
  const firing = sum(({ holding, other }) => holding + other);
  const value = sum(({ holdingValue, otherValue }) => holdingValue + otherValue);
  return {
    intervals: bins,
    specificity: heldFiring / firing,
    expected: sum(({ holdingValue }) => holdingValue) / value,
    sensitivity: heldFiring / held,
  };
}
