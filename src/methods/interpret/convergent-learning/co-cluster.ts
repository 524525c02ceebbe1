/** @file Many to many: spectral clusters of the units of both nets together, and the tree in which clusters merge. */

import { CajalError, compile, Tensor, type Value } from "../../../graph/index.ts";
import { symmetricEigen } from "../../../graph/linear-algebra/index.ts";
import { kMeans } from "../../../nn/index.ts";
import { type Matrix, reordered, rowsOf, transposed, zeros } from "../matrix.ts";
import { type JointStats, liveUnits } from "./joint-stats.ts";

/** Units of a net per cluster: the paper's 40 clusters of 96 + 96 units. */
const unitsPerCluster = 2.4;

export interface CoClusterOptions {
  /** Clusters. Default: units of a net (the mean of both) over 2.4. */
  readonly k?: number;
  /** Of k-means. Default 0. */
  readonly seed?: number;
}

export interface Cluster {
  /** Units of each net. */
  readonly a: readonly number[];
  readonly b: readonly number[];
  /** Over all pairs of its units; 1 for a single one. */
  readonly meanAbsCorr: number;
  /** Dimensions that its units vary in: (Σλ)²/Σλ² of the eigenvalues of their correlations. */
  readonly dim: number;
}

/** Two clusters become one. Clusters are numbered as in `clusters`; what merges first is the next number, and so on. */
export interface Merge {
  readonly left: number;
  readonly right: number;
  /** The mean |correlation| between units of both. */
  readonly affinity: number;
}

export interface CoClusters {
  /** The cluster of each unit, those of a first and then those of b; −1 where the unit is dead. */
  readonly label: Int32Array;
  readonly clusters: readonly Cluster[];
  /** From single clusters to one: k − 1 merges. */
  readonly tree: readonly Merge[];
}

/**
 * Spectral clustering of all units of both nets by the size of their correlations, within nets and between them: the eigenvectors of
 * I − D^(−½)·A·D^(−½) with the smallest eigenvalues, their rows brought to length 1, and k-means.
 * @throws CajalError `argument` when there are fewer live units than clusters
 */
export async function coCluster(stats: JointStats, options: CoClusterOptions = {}): Promise<CoClusters> {
  const { a, b } = stats;
  const [first, second] = [liveUnits(a), liveUnits(b)];
  const units = first.length + second.length;
  const { k = Math.max(1, Math.round(units / 2 / unitsPerCluster)), seed = 0 } = options;
  if (!(Number.isInteger(k) && k >= 1 && k <= units))
    throw new CajalError("argument", `coCluster: ${units} live units do not make ${k} clusters`);
  const correlation = stacked(stats, first, second);
  const labels = await spectralClusters(absolute(correlation), k, seed);
  const label = new Int32Array(a.std.length + b.std.length).fill(-1);
  for (const [i, unit] of first.entries()) label[unit] = labels[i];
  for (const [i, unit] of second.entries()) label[a.std.length + unit] = labels[first.length + i];
  const members = Array.from({ length: k }, (_, c) => Array.from(labels, (_, i) => i).filter((i) => labels[i] === c));
  const clusters = members.map((inside): Cluster => {
    const own = reordered(correlation, inside);
    return {
      a: inside.filter((i) => i < first.length).map((i) => first[i]),
      b: inside.filter((i) => i >= first.length).map((i) => second[i - first.length]),
      meanAbsCorr: meanOffDiagonal(own),
      dim: participationRatio(own),
    };
  });
  return { label, clusters, tree: mergeTree(absolute(correlation), members) };
}

/** Correlations of the live units of both nets: within nets in the blocks of the diagonal, between them off it. */
function stacked({ a, b, cross }: JointStats, first: readonly number[], second: readonly number[]): Matrix {
  const between = reordered(cross, first, second);
  const n = first.length + second.length;
  const result = zeros(n, n);
  const put = (block: Matrix, top: number, left: number) => {
    for (const [i, row] of rowsOf(block).entries()) result.data.set(row, (top + i) * n + left);
  };
  put(reordered(a.corr, first), 0, 0);
  put(between, 0, first.length);
  put(transposed(between), first.length, 0);
  put(reordered(b.corr, second), first.length, first.length);
  return result;
}

/** |c|, with 0 in the diagonal. */
function absolute({ rows, columns, data }: Matrix): Matrix {
  return { rows, columns, data: data.map((value, at) => (at % (columns + 1) === 0 ? 0 : Math.abs(value))) };
}

/** @param affinity [n, n], symmetric, not negative. @returns the cluster of each, from 0 */
export async function spectralClusters({ rows: n, data }: Matrix, k: number, seed = 0): Promise<Int32Array> {
  const root = rowsOf({ rows: n, columns: n, data }).map((row) =>
    Math.sqrt(row.reduce((sum, value) => sum + value, 0)),
  );
  const laplacian = data.map((value, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return Number(i === j) - (value === 0 ? 0 : value / (root[i] * root[j]));
  });
  const eigen = compile((m: Value) => symmetricEigen(m).vectors);
  const vectors = (await eigen(new Tensor("float64", [n, n], laplacian))).numbers();
  await eigen.release();
  const points = new Float64Array(n * k);
  for (let i = 0; i < n; i++) {
    // Eigenvalues ascend, so the first k columns are wanted.
    const row = vectors.subarray(i * n, i * n + k);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    for (let c = 0; c < k; c++) points[i * k + c] = length === 0 ? 0 : row[c] / length;
  }
  return kMeans(new Tensor("float64", [n, k], points), k, { seed }).labels;
}

function meanOffDiagonal({ rows: n, data }: Matrix): number {
  if (n < 2) return 1;
  const sum = data.reduce((total, value, at) => total + (at % (n + 1) === 0 ? 0 : Math.abs(value)), 0);
  return sum / (n * (n - 1));
}

/** (tr C)²/tr C²: the same as of the eigenvalues, without them. */
function participationRatio({ rows: n, data }: Matrix): number {
  return n === 0 ? 0 : n ** 2 / data.reduce((sum, value) => sum + value * value, 0);
}

/** Again and again the two clusters with the largest mean affinity between them become one. */
export function mergeTree(affinity: Matrix, clusters: readonly (readonly number[])[]): Merge[] {
  const open = clusters.map((members, name) => ({ name, members: [...members] })).filter((c) => c.members.length > 0);
  const between = (x: readonly number[], y: readonly number[]) => {
    let sum = 0;
    for (const i of x) for (const j of y) sum += affinity.data[i * affinity.columns + j];
    return sum / (x.length * y.length);
  };
  const tree: Merge[] = [];
  while (open.length > 1) {
    let best = { left: 0, right: 1, affinity: Number.NEGATIVE_INFINITY };
    for (let left = 0; left < open.length; left++)
      for (let right = left + 1; right < open.length; right++) {
        const value = between(open[left].members, open[right].members);
        if (value > best.affinity) best = { left, right, affinity: value };
      }
    const [right] = open.splice(best.right, 1);
    const [left] = open.splice(best.left, 1);
    tree.push({ left: left.name, right: right.name, affinity: best.affinity });
    open.push({ name: clusters.length + tree.length - 1, members: [...left.members, ...right.members] });
  }
  return tree;
}
