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
