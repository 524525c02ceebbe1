/** @file How well one unit tells a predicate, at its best threshold: chosen on one half of the tokens, measured on the other. */

/** For each label the best unit, its threshold and its F1 on tokens that neither was chosen on. */
export interface BestUnit {
  readonly label: number;
  readonly unit: number;
  /** −1: it says the predicate where it is low. */
  readonly sign: 1 | -1;
  /** It says so at sign·value ≥ threshold. */
  readonly threshold: number;
  readonly f1: number;
}

interface Choice {
  unit: number;
  sign: 1 | -1;
  threshold: number;
  f1: number;
}

/**
 * @param values [n, units], row by row
 * @param labels which of the predicates holds at each token; −1: none
 * @param signs whether low values may tell as well
 */
export function bestUnits(
  values: Float32Array,
  units: number,
  labels: Int32Array,
  count: number,
  signs: boolean,
): BestUnit[] {
  const n = labels.length;
  // Every second token: both halves have tokens of all texts.
  const [choosing, testing] = [0, 1].map((start) =>
    Array.from({ length: Math.floor((n - start + 1) / 2) }, (_, i) => start + 2 * i),
  );
  const best: Choice[] = Array.from({ length: count }, () => ({
    unit: 0,
    sign: 1,
    threshold: Number.POSITIVE_INFINITY,
    f1: 0,
  }));
  const positives = countsOf(labels, choosing, count);
  for (let unit = 0; unit < units; unit++)
    for (const sign of signs ? ([1, -1] as const) : ([1] as const))
      chooseThresholds(values, units, unit, sign, choosing, labels, positives, best);
  return best.map((choice, label) => ({ label, ...choice, f1: f1Of(values, units, choice, testing, labels, label) }));
}

function countsOf(labels: Int32Array, rows: readonly number[], count: number): Int32Array {
  const counts = new Int32Array(count);
  for (const row of rows) if (labels[row] >= 0) counts[labels[row]]++;
  return counts;
}

/** From the largest value down, F1 = 2·hits/(taken + positives) rises for a label only where one of its own is taken. */
function chooseThresholds(
  values: Float32Array,
  units: number,
  unit: number,
  sign: 1 | -1,
  rows: readonly number[],
  labels: Int32Array,
  positives: Int32Array,
  best: Choice[],
): void {
  // Where a feature does not fire it tells nothing: only what is above the smallest value is a threshold.
  const scores = Float32Array.from(rows, (row) => sign * values[row * units + unit]);
  const least = scores.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const order = Array.from(scores.keys())
    .filter((i) => scores[i] > least)
    .sort((a, b) => scores[b] - scores[a]);
  const hits = new Int32Array(positives.length);
  let changed: number[] = [];
  for (const [taken, i] of order.entries()) {
    const label = labels[rows[i]];
    if (label >= 0) {
      hits[label]++;
      changed.push(label);
    }
    const next = order[taken + 1];
    // Equal values are taken together.
    if (next !== undefined && scores[next] === scores[i]) continue;
    for (const one of changed) {
      const f1 = (2 * hits[one]) / (taken + 1 + positives[one]);
      if (f1 > best[one].f1) best[one] = { unit, sign, threshold: scores[i], f1 };
    }
    changed = [];
  }
}

function f1Of(
  values: Float32Array,
  units: number,
  { unit, sign, threshold }: Choice,
  rows: readonly number[],
  labels: Int32Array,
  label: number,
): number {
  let [hits, taken, positives] = [0, 0, 0];
  for (const row of rows) {
    const said = sign * values[row * units + unit] >= threshold;
    const holds = labels[row] === label;
    if (said) taken++;
    if (holds) positives++;
    if (said && holds) hits++;
  }
  return taken + positives === 0 ? 0 : (2 * hits) / (taken + positives);
}

export function meanF1(best: readonly BestUnit[]): number {
  return best.reduce((sum, { f1 }) => sum + f1, 0) / best.length;
}
