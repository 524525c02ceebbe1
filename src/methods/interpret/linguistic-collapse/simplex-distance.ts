/** @file How far two sets of vectors are from one simplex (an equiangular tight frame). */

/**
 * ‖ A·Bᵀ/‖A·Bᵀ‖_F − (I − 11ᵀ/C)/√(C−1) ‖_F of rows a_c, b_c [classes × width]: 0 for a simplex that is dual to itself, at most 2. With
 * C > width + 1 classes it cannot be 0. A = B: of the class means. A the head, B the class means: of their duality.
 */
export async function simplexDistance(
  a: Float64Array,
  b: Float64Array,
  width: number,
  breathe?: () => Promise<void>,
): Promise<number> {
  const classes = a.length / width;
  const norm = productNorm(a, b, width);
  const apart = -1 / (classes * Math.sqrt(classes - 1));
  const same = (1 - 1 / classes) / Math.sqrt(classes - 1);
  let sum = 0;
  for (let i = 0; i < classes; i++) {
    for (let j = 0; j < classes; j++) {
      let product = 0;
      for (let k = 0, p = i * width, q = j * width; k < width; k++) product += a[p + k] * b[q + k];
      const difference = product / norm - (i === j ? same : apart);
      sum += difference * difference;
    }
    if (i % 64 === 63) await breathe?.();
  }
  return Math.sqrt(sum);
}

/** ‖A·Bᵀ‖_F from two matrices [width × width]: Σ (AᵀA)∘(BᵀB). */
function productNorm(a: Float64Array, b: Float64Array, width: number): number {
  const first = gram(a, width);
  const second = a === b ? first : gram(b, width);
  return Math.sqrt(first.reduce((sum, value, i) => sum + value * second[i], 0));
}

function gram(rows: Float64Array, width: number): Float64Array {
  const result = new Float64Array(width * width);
  for (let from = 0; from < rows.length; from += width)
    for (let i = 0; i < width; i++) {
      const value = rows[from + i];
      for (let j = 0; j < width; j++) result[i * width + j] += value * rows[from + j];
    }
  return result;
}
