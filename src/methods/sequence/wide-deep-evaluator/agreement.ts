/** @file How well verdicts agree with people's. */

import { CajalError } from "../../../graph/index.ts";
import { type Confusion, f1Scores } from "../../../nn/index.ts";
import type { Verdict } from "./pair.ts";

export interface Agreement {
  readonly accuracy: number;
  /** The mean of F₁ over the verdicts that occur. */
  readonly macroF1: number;
  /** Cohen's κ: (p − e) / (1 − e), p the share of equal verdicts, e the share that chance would make equal. NaN when e is 1. */
  readonly kappa: number;
  /** [people's verdict][verdict], each 1, 2, tie. */
  readonly confusion: Confusion;
}

export const verdicts: readonly Verdict[] = [1, 2, "tie"];

/** Cohen's κ of a square table of counts (J. Cohen 1960). NaN when both always say the same one thing. */
export function cohensKappa(confusion: Confusion): number {
  const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);
  const rows = confusion.map(sum);
  const columns = confusion.map((_, c) => sum(confusion.map((row) => row[c])));
  const total = sum(rows);
  const observed = sum(confusion.map((row, i) => row[i])) / total;
  const expected = sum(rows.map((row, i) => row * columns[i])) / total ** 2;
  return (observed - expected) / (1 - expected);
}

/** @throws CajalError `argument` when there are none, or not as many of the one as of the other */
export function agreement(given: readonly Verdict[], human: readonly Verdict[]): Agreement {
  if (given.length !== human.length || given.length === 0)
    throw new CajalError("argument", `agreement: ${given.length} verdicts for ${human.length} of people`);
  const confusion = verdicts.map((row) =>
    verdicts.map((column) => human.filter((verdict, i) => verdict === row && given[i] === column).length),
  );
  const occurring = verdicts.map((verdict) => given.includes(verdict) || human.includes(verdict));
  const scores = f1Scores(confusion).filter((_, c) => occurring[c]);
  return {
    accuracy: human.filter((verdict, i) => verdict === given[i]).length / human.length,
    macroF1: scores.reduce((a, b) => a + b, 0) / scores.length,
    kappa: cohensKappa(confusion),
    confusion,
  };
}
