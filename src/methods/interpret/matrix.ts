/** @file Matrices as plain data, in float64. */

/** Row by row. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

export function zeros(rows: number, columns: number): Matrix {
  return { rows, columns, data: new Float64Array(rows * columns) };
}

export function transposed({ rows, columns, data }: Matrix): Matrix {
  const result = zeros(columns, rows);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result.data[j * rows + i] = data[i * columns + j];
  return result;
}

/** The rows and columns of the given numbers, in that order. */
export function reordered(matrix: Matrix, rows: ArrayLike<number>, columns: ArrayLike<number> = rows): Matrix {
  const result = zeros(rows.length, columns.length);
  for (let i = 0; i < rows.length; i++)
    for (let j = 0; j < columns.length; j++)
      result.data[i * columns.length + j] = matrix.data[rows[i] * matrix.columns + columns[j]];
  return result;
}

/** Views of its rows. */
export function rowsOf({ rows, columns, data }: Matrix): Float64Array[] {
  return Array.from({ length: rows }, (_, i) => data.subarray(i * columns, (i + 1) * columns));
}

/** A·B. */
export function product(a: Matrix, b: Matrix): Matrix {
  const result = zeros(a.rows, b.columns);
  for (let i = 0; i < a.rows; i++)
    for (let k = 0; k < a.columns; k++) {
      const factor = a.data[i * a.columns + k];
      if (factor === 0) continue;
      const [to, from] = [i * b.columns, k * b.columns];
      for (let j = 0; j < b.columns; j++) result.data[to + j] += factor * b.data[from + j];
    }
  return result;
}

/** Each column times a number of its own. */
export function columnsTimes(matrix: Matrix, factors: ArrayLike<number>): Matrix {
  return { ...matrix, data: matrix.data.map((value, at) => value * factors[at % matrix.columns]) };
}

/** Rows `rows[0]` to `rows[1]` (exclusive) and columns likewise: a copy. */
export function blockOf(
  matrix: Matrix,
  rows: readonly [from: number, to: number],
  columns: readonly [from: number, to: number] = [0, matrix.columns],
): Matrix {
  const result = zeros(rows[1] - rows[0], columns[1] - columns[0]);
  for (let i = 0; i < result.rows; i++) {
    const from = (rows[0] + i) * matrix.columns;
    result.data.set(matrix.data.subarray(from + columns[0], from + columns[1]), i * result.columns);
  }
  return result;
}
