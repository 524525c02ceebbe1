/** @file The linear assignment problem: which column for which row, so that the sum is largest. */

/**
 * The column of each row, all different, so that the sum of the chosen values is largest. The Hungarian method with potentials
 * (Kuhn 1955, Munkres 1957), in rows² · columns steps.
 * @param values [rows][columns], with no more rows than columns
 */
export function bestAssignment(values: readonly ArrayLike<number>[]): Int32Array {
  const rows = values.length;
  const columns = rows === 0 ? 0 : values[0].length;
  // Row and column 0 stand for "none", as in the method's usual form.
  const rowPotential = new Float64Array(rows + 1);
  const columnPotential = new Float64Array(columns + 1);
  const rowOf = new Int32Array(columns + 1);
  for (let row = 1; row <= rows; row++) {
    const before = new Int32Array(columns + 1);
    const slack = new Float64Array(columns + 1).fill(Number.POSITIVE_INFINITY);
    const done = new Uint8Array(columns + 1);
    rowOf[0] = row;
    let column = 0;
    do {
      done[column] = 1;
      const current = rowOf[column];
      let step = Number.POSITIVE_INFINITY;
      let next = 0;
      for (let c = 1; c <= columns; c++) {
        if (done[c]) continue;
        const reduced = -values[current - 1][c - 1] - rowPotential[current] - columnPotential[c];
        if (reduced < slack[c]) {
          slack[c] = reduced;
          before[c] = column;
        }
        if (slack[c] < step) {
          step = slack[c];
          next = c;
        }
      }
      for (let c = 0; c <= columns; c++) {
        if (done[c]) {
          rowPotential[rowOf[c]] += step;
          columnPotential[c] -= step;
        } else slack[c] -= step;
      }
      column = next;
    } while (rowOf[column] !== 0);
    for (; column !== 0; column = before[column]) rowOf[column] = rowOf[before[column]];
  }
  const assigned = new Int32Array(rows);
  for (let c = 1; c <= columns; c++) if (rowOf[c] > 0) assigned[rowOf[c] - 1] = c - 1;
  return assigned;
}
