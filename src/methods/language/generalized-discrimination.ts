/**
 * @file The generalized discrimination value (Schilling et al. 2021, Neural Networks 139): how far classes of points are apart, on a scale that does not
 * depend on the number of dimensions, nor on the scale and origin of any.
 */

import { CajalError, Rng, Tensor } from "../../graph/index.ts";
import { canonicalLabels, type Labels, takeRows } from "../../nn/index.ts";
import { type Distances, distances, matrixShape, rowStart } from "./distances.ts";
import { standardised } from "./standardise.ts";

export interface Discrimination {
  /** 0 when labels mean nothing, −1 for perfectly separate classes. */
  readonly gdv: number;
  /** In the order in which they first come up. */
  readonly classes: readonly (string | number)[];
  /** Mean distance within each class. */
  readonly intra: Float64Array;
  /** Mean distance between classes, [classes, classes]; the diagonal has `intra`. */
  readonly inter: Tensor;
  /** Dimensions that are not constant. */
  readonly dimensions: number;
}

export interface GdvOptions {
  /** At most so many points, chosen at random. Needed beyond 5,000 points. */
  readonly subsample?: number;
  /** Of that choice. Default 0. */
  readonly seed?: number;
}

const mostPoints = 5000;

/**
 * GDV = 1/√D · [mean over classes of the mean distance within − mean over pairs of classes of the mean distance between], of points whose
 * dimensions were standardised and halved.
 * @param x [points, dimensions]
 * @throws CajalError `argument` when there is one class only or one with a single point; `too-large` for more than 5,000 points without
 *   `subsample`; `not-finite`, `shape`
 */
export async function gdv(x: Tensor, labels: Labels, options: GdvOptions = {}): Promise<Discrimination> {
  const [points] = matrixShape(x, "gdv");
  checkCount(points, labels);
  const { subsample = mostPoints, seed = 0 } = options;
  if (options.subsample === undefined && points > mostPoints) {
    const megabytes = Math.round((8 * points * (points - 1)) / 2 / 2 ** 20);
    throw new CajalError("too-large", `gdv: the distances of ${points} points take ${megabytes} MiB`, {
      advice: `Give subsample: ${mostPoints} for a random part, or subsample: ${points} for all.`,
    });
  }
  if (points > subsample) {
    const rows = new Rng(seed).permutation(points).subarray(0, subsample);
    return gdv(
      takeRows(x, rows),
      Array.from(rows, (i) => labels[i]),
      { subsample },
    );
  }
  const classes = classesOf(labels);
  checkClasses(classes);
  const { scaled, dimensions } = standardised(x);
  return discriminate(await distances(scaled), dimensions, classes);
}

/** Points by the numbers of their classes. */
export interface Classes {
  readonly names: readonly (string | number)[];
  /** Of each point, into `names`. */
  readonly of: Int32Array;
  readonly sizes: Int32Array;
}

export function classesOf(labels: Labels): Classes {
  const names = [...new Set(Array.from(labels))];
  const of = canonicalLabels(labels);
  const sizes = new Int32Array(names.length);
  for (const label of of) sizes[label]++;
  return { names, of, sizes };
}

export function checkClasses({ names, sizes }: Classes): void {
  if (names.length < 2)
    throw new CajalError("argument", `gdv: all points are of one class (${JSON.stringify(names[0])})`, {
      advice: "A discrimination value needs two classes.",
    });
  const single = sizes.indexOf(1);
  if (single >= 0)
    throw new CajalError(
      "argument",
      `gdv: class ${JSON.stringify(names[single])} has one point; the distance within it is not defined`,
      {
        advice: "Leave the class out, or record more of it.",
      },
    );
}

export function checkCount(points: number, labels: Labels): void {
  if (labels.length !== points)
    throw new CajalError("argument", `${points} points have ${labels.length} labels`, {
      advice: "Give one label for each point.",
    });
}

/** The value from distances of standardised points; for many labels of the same points. */
export function discriminate(
  { points, pairs }: Distances,
  dimensions: number,
  { names, of, sizes }: Classes,
): Discrimination {
  const count = names.length;
  const sums = new Float64Array(count * count);
  for (let i = 0; i < points; i++) {
    const start = rowStart(points, i);
    const row = of[i] * count;
    for (let j = i + 1; j < points; j++) sums[row + of[j]] += pairs[start + j];
  }
  const inter = new Float64Array(count * count);
  let [within, between] = [0, 0];
  for (let a = 0; a < count; a++) {
    inter[a * count + a] = (2 * sums[a * count + a]) / (sizes[a] * (sizes[a] - 1));
    within += inter[a * count + a];
    for (let b = 0; b < a; b++) {
      const mean = (sums[a * count + b] + sums[b * count + a]) / (sizes[a] * sizes[b]);
      inter[a * count + b] = mean;
      inter[b * count + a] = mean;
      between += mean;
    }
  }
  return {
    gdv: (within / count - (2 * between) / (count * (count - 1))) / Math.sqrt(dimensions),
    classes: names,
    intra: Float64Array.from({ length: count }, (_, a) => inter[a * count + a]),
    inter: new Tensor("float64", [count, count], inter),
    dimensions,
  };
}
