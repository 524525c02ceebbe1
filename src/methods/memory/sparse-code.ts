/** @file Sparse codes: which few cells of a population are active. */

import { CajalError, formatShape, type Rng, Tensor } from "../../graph/index.ts";

export interface SparseCode {
  /** Cells in the population. */
  readonly n: number;
  /** The active ones, in ascending order, each once. */
  readonly active: Int32Array;
}

/** A code of these active cells, in any order. @throws CajalError `argument` for a cell that is none of 0 … n−1, or comes twice */
export function sparseCode(n: number, cells: ArrayLike<number>): SparseCode {
  for (const cell of Array.from(cells))
    if (!(Number.isInteger(cell) && cell >= 0 && cell < n))
      throw new CajalError("argument", `sparseCode: cell ${cell} is none of 0 … ${n - 1}`);
  const active = Int32Array.from(cells).sort();
  for (let i = 1; i < active.length; i++)
    if (active[i] === active[i - 1]) throw new CajalError("argument", `sparseCode: cell ${active[i]} comes twice`);
  return { n, active };
}

/** The codes of a matrix [T, n] of zeros and ones, one per row. @throws CajalError `shape`; `argument` when it has other numbers */
export function codesOfBinary(matrix: Tensor): SparseCode[] {
  if (matrix.shape.length !== 2)
    throw new CajalError("shape", `codes are a matrix [codes, cells], not ${formatShape(matrix.shape)}`);
  const [count, n] = matrix.shape;
  const values = matrix.numbers();
  checkBinary(values, n);
  return Array.from({ length: count }, (_, t) => {
    const row = values.subarray(t * n, (t + 1) * n);
    const active: number[] = [];
    for (let i = 0; i < n; i++) if (row[i] === 1) active.push(i);
    return { n, active: Int32Array.from(active) };
  });
}

function checkBinary(values: Float64Array, n: number) {
  if (values.every((value) => value === 0 || value === 1)) return;
  let [low, high] = [values[0], values[0]];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  throw new CajalError("argument", `the codes are not binary: their values lie between ${low} and ${high}`, {
    advice: `Make them by k-winners-take-all: toSparseCodes(activations, { k: ${Math.max(1, Math.round(0.02 * n))}, standardise: true }).`,
  });
}

/** Zeros and ones [T, n], float32. @throws CajalError `shape` when the codes are of different populations, or none */
export function binaryOfCodes(codes: readonly SparseCode[]): Tensor {
  if (codes.length === 0) throw new CajalError("shape", "binaryOfCodes: no codes");
  const { n } = codes[0];
  const data = new Float32Array(codes.length * n);
  for (const [t, code] of codes.entries()) {
    if (code.n !== n) throw new CajalError("shape", `code 0 is of ${n} cells, code ${t} of ${code.n}`);
    for (const cell of code.active) data[t * n + cell] = 1;
  }
  return new Tensor("float32", [codes.length, n], data);
}

/** In how many cells two codes are both active. */
export function overlap(a: SparseCode, b: SparseCode): number {
  let count = 0;
  for (let i = 0, j = 0; i < a.active.length && j < b.active.length; ) {
    if (a.active[i] === b.active[j]) count++;
    if (a.active[i] <= b.active[j]) i++;
    else j++;
  }
  return count;
}

/** So many of the items, drawn without replacement, in ascending order. */
export function sample(rng: Rng, items: ArrayLike<number>, count: number): Int32Array {
  const pool = Int32Array.from(items);
  for (let i = 0; i < count; i++) {
    const j = rng.int(i, pool.length);
    [pool[i], pool[j]] = [pool[j], pool[i]];
  }
  return pool.slice(0, count).sort();
}

/** A code of a active cells of n, all such codes being equally likely. */
export function randomCode(rng: Rng, n: number, a: number): SparseCode {
  // Few of many: draw again what was drawn before, instead of listing all cells.
  if (a > n / 4)
    return {
      n,
      active: sample(
        rng,
        Int32Array.from({ length: n }, (_, i) => i),
        a,
      ),
    };
  const cells = new Set<number>();
  while (cells.size < a) cells.add(rng.int(0, n));
  return { n, active: Int32Array.from(cells).sort() };
}

/**
 * The code with so many of its active cells silent, and as many others active in their place.
 * @throws CajalError `argument` when it has not so many active or silent cells
 */
export function replaceCells(rng: Rng, code: SparseCode, count: number): SparseCode {
  const most = Math.min(code.active.length, code.n - code.active.length);
  if (!(Number.isInteger(count) && count >= 0 && count <= most))
    throw new CajalError("argument", `replaceCells: ${count} cells, where at most ${most} can change places`);
  const kept = sample(rng, code.active, code.active.length - count);
  const own = new Set(code.active);
  const added = new Set<number>();
  while (added.size < count) {
    const cell = rng.int(0, code.n);
    if (!own.has(cell)) added.add(cell);
  }
  return { n: code.n, active: Int32Array.from([...kept, ...added]).sort() };
}
