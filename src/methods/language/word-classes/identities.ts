/** @file What must be so whatever the text: the value against its formula pair by pair, its invariances, closed forms. */

import { type Rng, Tensor } from "../../../graph/index.ts";
import { distances } from "../distances.ts";
import { gdv } from "../generalized-discrimination.ts";
import { mds } from "../mds.ts";
import { pairwiseGdv } from "../pairwise-gdv.ts";

export interface Identities {
  /** The largest difference from the double loop over pairs, in 20 random cases. */
  readonly doubleLoop: number;
  /** The largest change when dimensions are scaled, shifted, put in other order, and are all there twice. */
  readonly invariance: number;
  /** Of two classes at two points. */
  readonly twoPoints: number;
  /** The largest error of a distance when points of a plane in ten dimensions are scaled to two. */
  readonly plane: number;
}

export async function identities(rng: Rng): Promise<Identities> {
  let [doubleLoop, invariance] = [0, 0];
  for (let i = 0; i < 20; i++) {
    // The last case is large enough to be computed by products of blocks.
    const { x, labels } = randomCase(rng.split(i), i === 19 ? [700, 90] : undefined);
    const { gdv: value } = await gdv(x, labels);
    doubleLoop = Math.max(doubleLoop, Math.abs(value - pairwiseGdv(x, labels)));
    invariance = Math.max(invariance, Math.abs(value - (await gdv(changed(x, rng.split(-i)), labels)).gdv));
  }
  const apart = Array.from({ length: 20 }, (_, i) => (i < 10 ? -1 : 1));
  return {
    doubleLoop,
    invariance,
    twoPoints: (await gdv(new Tensor("float64", [20, 1], Float64Array.from(apart)), apart)).gdv,
    plane: await planeError(rng.split("plane")),
  };
}

function randomCase(
  rng: Rng,
  [points, dimensions] = [rng.int(30, 120), rng.int(2, 40)],
): { x: Tensor; labels: number[] } {
  const classes = rng.int(2, 7);
  const labels = Array.from({ length: points }, (_, i) => i % classes);
  const data = labels.flatMap((label) => Array.from({ length: dimensions }, () => 0.4 * label + rng.gaussian()));
  return { x: new Tensor("float64", [points, dimensions], Float64Array.from(data)), labels };
}

function changed(x: Tensor, rng: Rng): Tensor {
  const [points, dimensions] = x.shape;
  const numbers = x.numbers();
  const order = [...rng.permutation(dimensions), ...rng.permutation(dimensions)];
  const scales = order.map(() => (rng.random() < 0.5 ? -1 : 1) * (0.1 + 10 * rng.random()));
  const shifts = order.map(() => 10 * rng.gaussian());
  const data = Array.from({ length: points }, (_, i) =>
    order.map((k, at) => scales[at] * numbers[i * dimensions + k] + shifts[at]),
  );
  return new Tensor("float64", [points, order.length], Float64Array.from(data.flat()));
}

async function planeError(rng: Rng): Promise<number> {
  const axes = [0, 1].map(() => Array.from({ length: 10 }, () => rng.gaussian()));
  const rows = Array.from({ length: 40 }, () => {
    const [u, v] = [rng.gaussian(), 2 * rng.gaussian()];
    return axes[0].map((a, k) => u * a + v * axes[1][k]);
  });
  const x = new Tensor("float64", [40, 10], Float64Array.from(rows.flat()));
  const [given, found] = [await distances(x), await distances((await mds(x, { iterations: 0 })).points)];
  return given.pairs.reduce((worst, d, i) => Math.max(worst, Math.abs(d - found.pairs[i])), 0);
}
