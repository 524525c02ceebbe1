/** @file A dictionary that is known: sparse non-negative combinations of random directions. Whether training finds it can be measured. */

import { type Rng, Tensor } from "../../../../graph/index.ts";

export interface KnownDictionary {
  /** Unit rows [directions, width]. */
  readonly directions: Tensor;
  /** [n, width] */
  readonly z: Tensor;
}

/** z = Σ magnitudes · directions + noise: each direction is there with probability p = 0.03, at a magnitude of 0.5 to 1.5; noise 0.02. */
export function knownDictionary(rng: Rng, count: number, { directions: g = 200, width = 64 } = {}): KnownDictionary {
  const directions = rng.split("directions").normal([g, width]).data as Float32Array;
  for (let i = 0; i < g; i++) {
    const row = directions.subarray(i * width, (i + 1) * width);
    const norm = Math.hypot(...row);
    for (let j = 0; j < width; j++) row[j] /= norm;
  }
  const z = new Float32Array(count * width);
  rng.split("noise").fillNormal(z, 0, 0.02);
  const draw = rng.split("combinations");
  for (let n = 0; n < count; n++) {
    // Gaps between directions that are there are geometric.
    for (let i = gap(draw); i < g; i += 1 + gap(draw)) {
      const magnitude = 0.5 + draw.random();
      for (let j = 0; j < width; j++) z[n * width + j] += magnitude * directions[i * width + j];
    }
  }
  return { directions: new Tensor("float32", [g, width], directions), z: new Tensor("float32", [count, width], z) };
}

function gap(rng: Rng): number {
  return Math.floor(Math.log(1 - rng.random()) / Math.log(1 - 0.03));
}

/** Of each true direction the largest cosine with a row of the candidates (of either sign where `signs`). */
export function bestCosines(directions: Tensor, candidates: Tensor, signs: boolean): Float64Array {
  const [g, width] = directions.shape;
  const [a, b] = [directions.numbers(), candidates.numbers()];
  const norms = Array.from(
    { length: candidates.shape[0] },
    (_, k) => Math.hypot(...b.subarray(k * width, (k + 1) * width)) || 1,
  );
  return Float64Array.from({ length: g }, (_, i) => {
    let best = -1;
    for (let k = 0; k < candidates.shape[0]; k++) {
      let dot = 0;
      for (let j = 0; j < width; j++) dot += a[i * width + j] * b[k * width + j];
      const cosine = dot / norms[k];
      best = Math.max(best, signs ? Math.abs(cosine) : cosine);
    }
    return best;
  });
}
