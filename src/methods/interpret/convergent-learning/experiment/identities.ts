/** @file What must be so whatever the networks: brute-force twins, closed forms, optimality conditions, planted clusters. */

import { type Rng, Tensor } from "../../../../graph/index.ts";
import { adjustedRandIndex } from "../../../../nn/index.ts";
import { rowsOf, zeros } from "../../matrix.ts";
import { coCluster, type JointStats, type Matrix, matchUnits, sampleStats, sparsePrediction } from "../index.ts";
import { distinctPartners } from "../match.ts";
import { binning, binOf, PairHistograms } from "../mutual-information.ts";

export interface Identities {
  /** Of random score matrices 7 × 7 and 5 × 7: those where assignment and the best of all permutations differ. */
  readonly wrongAssignments: number;
  /** Of the same: those where matching scores more than semi-matching, or equals it though partners repeat, or differs though none does. */
  readonly wrongOrder: number;
  /** The largest difference of a correlation from that of two passes. */
  readonly streaming: number;
  /** The largest violation of the lasso's optimality conditions. */
  readonly kkt: number;
  /** The largest error of mutual information of normal variables, in nats. */
  readonly information: number;
  /** Adjusted Rand index of 12 planted clusters. */
  readonly clusters: number;
}

export async function identities(rng: Rng): Promise<Identities> {
  const cases = Array.from({ length: 400 }, (_, i) => randomScores(rng.split(i), i % 2 === 0 ? 7 : 5, 7));
  return {
    wrongAssignments: cases.filter((stats) => !isBestAssignment(stats)).length,
    wrongOrder: cases.filter((stats) => !isOrdered(stats)).length,
    streaming: await streamingError(rng.split("streaming")),
    kkt: await kktResidual(rng.split("lasso")),
    information: Math.max(...[0.3, 0.6, 0.9].map((rho) => informationError(rho, rng.split(`normal ${rho}`)))),
    clusters: await plantedClusters(rng.split("clusters")),
  };
}

/** Statistics of units of deviation 1 with the given correlations. */
export function statsOf(a: Matrix, b: Matrix, cross: Matrix): JointStats {
  const layer = (name: string, corr: Matrix) => ({
    name,
    n: 1000,
    mean: new Float64Array(corr.rows),
    std: new Float64Array(corr.rows).fill(1),
    corr,
    dead: [],
  });
  return { a: layer("a", a), b: layer("b", b), cross, warnings: [] };
}

function randomScores(rng: Rng, rows: number, columns: number): JointStats {
  const cross = zeros(rows, columns);
  for (let at = 0; at < cross.data.length; at++) cross.data[at] = rng.random();
  return statsOf(zeros(rows, rows), zeros(columns, columns), cross);
}

const total = (score: Float64Array) => score.reduce((sum, value) => sum + value, 0);

function isBestAssignment(stats: JointStats): boolean {
  const { data, columns } = stats.cross;
  const best = (row: number, taken: number): number => {
    if (row === stats.cross.rows) return 0;
    let most = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < columns; c++)
      if (!(taken & (1 << c))) most = Math.max(most, data[row * columns + c] + best(row + 1, taken | (1 << c)));
    return most;
  };
  return Math.abs(total(matchUnits(stats).score) - best(0, 0)) < 1e-12;
}

function isOrdered(stats: JointStats): boolean {
  const semi = matchUnits(stats, { mode: "semi" });
  const [most, matched] = [total(semi.score), total(matchUnits(stats).score)];
  const { distinct, matched: units } = distinctPartners(semi);
  const equal = Math.abs(most - matched) < 1e-12;
  return matched <= most + 1e-12 && equal === (distinct === units);
}

/** [samples, units] of which neighbours are correlated, far from zero: there one-pass sums lose digits. */
function correlatedSamples(rng: Rng, samples: number, units: number): Tensor {
  const rows = Float64Array.from({ length: samples * units }, () => rng.gaussian());
  for (let i = 0; i < samples; i++)
    for (let u = 1; u < units; u++) rows[i * units + u] += 0.7 * rows[i * units + u - 1];
  return new Tensor(
    "float64",
    [samples, units],
    rows.map((value, at) => 1000 + (1 + (at % units)) * value),
  );
}

async function streamingError(rng: Rng): Promise<number> {
  const [n, units] = [10_000, 12];
  const all = correlatedSamples(rng, n, units);
  const x = all.numbers();
  const half = (from: number) =>
    new Tensor(
      "float64",
      [n, units / 2],
      x.filter((_, at) => Math.floor((at % units) / (units / 2)) === from),
    );
  const { cross } = await sampleStats(half(0), half(1));
  const mean = Float64Array.from({ length: units }, (_, u) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += x[i * units + u];
    return sum / n;
  });
  const sum = (u: number, v: number) => {
    let products = 0;
    for (let i = 0; i < n; i++) products += (x[i * units + u] - mean[u]) * (x[i * units + v] - mean[v]);
    return products;
  };
  return cross.data.reduce((worst, value, at) => {
    const [u, v] = [Math.floor(at / cross.columns), units / 2 + (at % cross.columns)];
    return Math.max(worst, Math.abs(value - sum(u, v) / Math.sqrt(sum(u, u) * sum(v, v))));
  }, 0);
}

async function kktResidual(rng: Rng): Promise<number> {
  const samples = correlatedSamples(rng, 500, 40);
  const x = samples.numbers();
  const side = (odd: number) =>
    new Tensor(
      "float64",
      [500, 20],
      x.filter((_, at) => at % 2 === odd),
    );
  const stats = await sampleStats(side(0), side(1));
  const predictions = await sparsePrediction(stats, [0.003, 0.01, 0.03, 0.1]);
  return Math.max(...predictions.map(({ lambda, weights }) => largestViolation(stats, weights, lambda)));
}

/** max(0, |gradient| − λ) where a weight is zero, |gradient − λ·sign w| elsewhere; gradient c − Cw. */
export function largestViolation({ a, cross }: JointStats, weights: Matrix, lambda: number): number {
  let worst = 0;
  for (const [j, w] of rowsOf(weights).entries())
    for (const [k, row] of rowsOf(a.corr).entries()) {
      const gradient = cross.data[k * cross.columns + j] - row.reduce((sum, value, i) => sum + value * w[i], 0);
      const off = w[k] === 0 ? Math.abs(gradient) - lambda : Math.abs(gradient - lambda * Math.sign(w[k]));
      worst = Math.max(worst, off);
    }
  return worst;
}

/** Two normal variables with correlation ρ, in the bins that 100,000 samples of them make: the estimate against the integral over the same bins. */
function informationError(rho: number, rng: Rng): number {
  const n = 100_000;
  const x = Float64Array.from({ length: n }, () => rng.gaussian());
  const y = x.map((value) => rho * value + Math.sqrt(1 - rho * rho) * rng.gaussian());
  const [first, second] = [binning(x), binning(y)];
  const histograms = new PairHistograms([first], [second]);
  histograms.add(x, y, n);
  return Math.abs(histograms.information().data[0] - exactInformation(rho, first.edges, second.edges));
}

/** Beyond this many deviations nothing is left. */
const far = 8.5;

/** ∫ f by Simpson's rule. */
function integral(f: (x: number) => number, from: number, to: number, steps: number): number {
  const h = (to - from) / steps;
  let sum = f(from) + f(to);
  for (let i = 1; i < steps; i++) sum += f(from + i * h) * (i % 2 === 0 ? 2 : 4);
  return (sum * h) / 3;
}

const density = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

function cumulative(x: number): number {
  if (Math.abs(x) > far) return Number(x > 0);
  return 0.5 + integral(density, 0, x, 100);
}

function exactInformation(rho: number, xEdges: Float64Array, yEdges: Float64Array): number {
  const xs = [-far, ...xEdges, far];
  const s = Math.sqrt(1 - rho * rho);
  const p = xs.slice(1).map((right, i) => {
    const below = [...yEdges].map((edge) =>
      integral((x) => density(x) * cumulative((edge - rho * x) / s), xs[i], right, 100),
    );
    const whole = cumulative(right) - cumulative(xs[i]);
    return [...below, whole].map((value, j) => value - (j === 0 ? 0 : below[j - 1]));
  });
  const rows = p.map((row) => row.reduce((a, b) => a + b, 0));
  const columns = p[0].map((_, j) => p.reduce((sum, row) => sum + row[j], 0));
  let information = 0;
  for (const [i, row] of p.entries())
    for (const [j, value] of row.entries())
      if (value > 0) information += value * Math.log(value / (rows[i] * columns[j]));
  return information;
}

/** Two nets of 60 units in 12 groups: |c| 0.6 within groups, 0.05 across, both signs, noise of deviation 0.02. */
async function plantedClusters(rng: Rng): Promise<number> {
  const [units, groups] = [60, 12];
  const n = 2 * units;
  const group = Int32Array.from(rng.permutation(n), (v) => v % groups);
  const corr = zeros(n, n);
  for (let i = 0; i < n; i++) {
    corr.data[i * n + i] = 1;
    for (let j = i + 1; j < n; j++) {
      const size = (group[i] === group[j] ? 0.6 : 0.05) + 0.02 * rng.gaussian();
      corr.data[i * n + j] = rng.random() < 0.5 ? -size : size;
      corr.data[j * n + i] = corr.data[i * n + j];
    }
  }
  const block = (top: number, left: number): Matrix => ({
    rows: units,
    columns: units,
    data: Float64Array.from({ length: units * units }, (_, at) => {
      const [i, j] = [Math.floor(at / units), at % units];
      return corr.data[(top + i) * n + left + j];
    }),
  });
  const stats = statsOf(block(0, 0), block(units, units), block(0, units));
  const { label } = await coCluster(stats, { k: groups, seed: 1 });
  return adjustedRandIndex(label, group);
}

/** Numbers of bins of values, for tests. */
export function binsOf(values: ArrayLike<number>): number[] {
  const own = binning(values);
  return Array.from(values, (value) => binOf(own, value));
}
