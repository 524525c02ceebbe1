/** @file Principal components: the few directions that hold most of the variance. */

import { CajalError, compile, Tensor, type Value } from "../../../graph/index.ts";
import { symmetricEigen } from "../../../graph/linear-algebra/index.ts";

/**
 * Coordinates of points along their first principal components, from the eigenvectors of the smaller of both products of the centred points with
 * themselves: about 9·min(n, d)³ steps, a second for 500, 20 for 1300.
 * @param x [n, d]
 * @param dims how many; never more than n − 1 or d
 * @returns float64 [n, dims], the widest first; each as wide as its standard deviation says
 * @throws CajalError `shape`
 */
export async function principalComponents(x: Tensor, dims: number): Promise<Tensor> {
  const [n, d] = x.shape;
  if (x.shape.length !== 2 || n < 2) throw new CajalError("shape", `principalComponents: ${x} is no matrix of points`);
  const kept = Math.min(dims, n - 1, d);
  const largest = (size: number) => Array.from({ length: kept }, (_, i) => size - 1 - i);
  const columns = (size: number) => Tensor.of(largest(size), [kept], "int64");
  const run = compile((points: Value) => {
    const centred = points.sub(points.mean(0, true));
    if (d <= n) {
      const { vectors } = symmetricEigen(centred.transpose().matmul(centred));
      return centred.matmul(vectors.gather(columns(d), 1));
    }
    // X·Xᵀ = U·diag(λ)·Uᵀ: the coordinates are U·√λ.
    const { values, vectors } = symmetricEigen(centred.matmul(centred.transpose()));
    return vectors.gather(columns(n), 1).mul(values.gather(columns(n)).relu().sqrt());
  });
  try {
    return await run(new Tensor("float64", x.shape, x.numbers()));
  } finally {
    await run.release();
  }
}
