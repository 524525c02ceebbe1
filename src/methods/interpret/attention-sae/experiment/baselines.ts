/** @file What a dictionary is compared with: the coordinates of z themselves, its principal components, a random rotation. */

import { compile, type Rng, Tensor, type Value } from "../../../../graph/index.ts";
import { symmetricEigen } from "../../../../graph/linear-algebra/index.ts";
import { weights } from "../../../../nn/index.ts";

export interface Components {
  /** Unit rows [width, width], the largest variance first. */
  readonly rows: Tensor;
  readonly mean: Float64Array;
}

export async function principalComponents(z: Tensor): Promise<Components> {
  const [n, width] = z.shape;
  const data = z.data as Float32Array;
  const mean = new Float64Array(width);
  for (let k = 0; k < data.length; k++) mean[k % width] += data[k] / n;
  const run = compile((x: Value, centre: Value) => {
    const centred = x.sub(centre).cast("float64");
    const { vectors } = symmetricEigen(centred.transpose().matmul(centred).div(n));
    return vectors.transpose().cast("float32");
  });
  try {
    const rows = await run(z, Tensor.of(mean, [width]));
    // Eigenvalues come in ascending order.
    const data32 = rows.data as Float32Array;
    const flipped = Array.from({ length: width }, (_, i) =>
      Array.from(data32.subarray((width - 1 - i) * width, (width - i) * width)),
    );
    return { rows: Tensor.of(flipped.flat(), [width, width]), mean };
  } finally {
    await run.release();
  }
}

/** z along the components: [n, width]. */
export function along({ rows, mean }: Components, z: Tensor): Promise<Tensor> {
  return turned(z, rows, mean);
}

/** z turned at random: [n, width]. */
export function rotated(z: Tensor, rng: Rng): Promise<Tensor> {
  const width = z.shape[1];
  const rows = weights.orthogonal()(rng, [width, width], { inputs: width, outputs: width });
  return turned(z, rows, new Float64Array(width));
}

async function turned(z: Tensor, rows: Tensor, mean: Float64Array): Promise<Tensor> {
  const run = compile((x: Value, r: Value, centre: Value) => x.sub(centre).matmul(r.transpose()));
  try {
    return await run(z, rows, Tensor.of(mean, [mean.length]));
  } finally {
    await run.release();
  }
}
