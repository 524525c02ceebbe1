/**
 * @file The two products that a sweep of the factorisation spends its time in: a matrix of a million entries with a few components on either
 * side. In TypeScript, four components or four rows at a time.
 */

/** X·Fᵀ: the inner product of each row with each component. @param x [rows × width] @param f [rank × width] @returns [rows × rank] */
export function rowProducts(x: Float64Array, f: Float64Array, rank: number, width: number): Float64Array {
  const rows = x.length / width;
  const out = new Float64Array(rows * rank);
  for (let i = 0; i < rows; i++) {
    const row = i * width;
    let r = 0;
    for (; r + 3 < rank; r += 4) {
      const [a, b, c, d] = [r * width, (r + 1) * width, (r + 2) * width, (r + 3) * width];
      let [sa, sb, sc, sd] = [0, 0, 0, 0];
      for (let p = 0; p < width; p++) {
        const value = x[row + p];
        sa += value * f[a + p];
        sb += value * f[b + p];
        sc += value * f[c + p];
        sd += value * f[d + p];
      }
      out[i * rank + r] = sa;
      out[i * rank + r + 1] = sb;
      out[i * rank + r + 2] = sc;
      out[i * rank + r + 3] = sd;
    }
    for (; r < rank; r++) {
      let sum = 0;
      for (let p = 0, q = r * width; p < width; p++, q++) sum += x[row + p] * f[q];
      out[i * rank + r] = sum;
    }
  }
  return out;
}

/** Kᵀ·X: the sum of all rows, weighted for each component. @param k [rows × rank] @param x [rows × width] @returns [rank × width] */
export function weightedRows(k: Float64Array, x: Float64Array, rank: number, width: number): Float64Array {
  const rows = x.length / width;
  const out = new Float64Array(rank * width);
  let i = 0;
  for (; i + 3 < rows; i += 4) {
    const [a, b, c, d] = [i * width, (i + 1) * width, (i + 2) * width, (i + 3) * width];
    for (let r = 0; r < rank; r++) {
      const [ka, kb, kc, kd] = [k[i * rank + r], k[(i + 1) * rank + r], k[(i + 2) * rank + r], k[(i + 3) * rank + r]];
      const target = r * width;
      for (let p = 0; p < width; p++) out[target + p] += ka * x[a + p] + kb * x[b + p] + kc * x[c + p] + kd * x[d + p];
    }
  }
  for (; i < rows; i++)
    for (let r = 0; r < rank; r++)
      for (let p = 0; p < width; p++) out[r * width + p] += k[i * rank + r] * x[i * width + p];
  return out;
}

/** F·Fᵀ of components in rows. @param f [rank × length] @returns [rank × rank] */
export function gram(f: Float64Array, rank: number): Float64Array {
  const length = f.length / rank;
  const out = new Float64Array(rank * rank);
  for (let r = 0; r < rank; r++) {
    for (let s = 0; s <= r; s++) {
      let sum = 0;
      for (let p = 0; p < length; p++) sum += f[r * length + p] * f[s * length + p];
      out[r * rank + s] = sum;
      out[s * rank + r] = sum;
    }
  }
  return out;
}
