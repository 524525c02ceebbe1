/** @file A linear probe: how well multinomial logistic regression reads classes off representations, on points that it was not fitted to. */

import { type CompileOptions, Rng, Tensor } from "../../graph/index.ts";
import { adam, fit, type Labels, schedule } from "../../nn/index.ts";
import { matrixShape } from "./distances.ts";
import { checkCount, classesOf } from "./generalized-discrimination.ts";
import { standardised } from "./standardise.ts";

export interface ProbeOptions {
  /** Parts, each of which is predicted by what was fitted to the others. Default 5. */
  readonly folds?: number;
  /** Weight of ½‖W‖² beside the mean cross entropy, with dimensions of unit variance. Default 0.01. */
  readonly decay?: number;
  /** Steps of Adam on all points at once. Default 150. */
  readonly steps?: number;
  /** Of the choice of folds. Default 0. */
  readonly seed?: number;
  readonly compile?: CompileOptions;
  readonly signal?: AbortSignal;
}

export interface ProbeResult {
  /** The share of points whose class is predicted. */
  readonly accuracy: number;
  /** That of the most frequent class: what is to be had without looking. */
  readonly chance: number;
  readonly perFold: readonly number[];
}

/**
 * Cross-validated accuracy of a linear read-out. All folds are fitted at once, each with weights of its own and the points of its part left out.
 * @param x [points, dimensions]
 * @throws CajalError `shape`, `argument`; `not-finite` when fitting diverges
 */
export async function probe(x: Tensor, labels: Labels, options: ProbeOptions = {}): Promise<ProbeResult> {
  const [points] = matrixShape(x, "probe");
  checkCount(points, labels);
  const { folds = 5, decay = 0.01, steps = 150, seed = 0, signal } = options;
  const { names, of, sizes } = classesOf(labels);
  const { scaled, dimensions } = standardised(x);
  const fold = foldsOf(of, folds, new Rng(seed));
  const data = {
    // Standardised points have deviation ½. Means and deviations are of all points, of which no class is used.
    x: Tensor.of(
      scaled.numbers().map((v) => 2 * v),
      scaled.shape,
    ),
    classes: Tensor.of(of, [points, 1, 1], "int64"),
    // 1 where a fold's weights are fitted to the point
    share: Tensor.of(
      Float64Array.from({ length: points * folds }, (_, at) => Number(fold[Math.floor(at / folds)] !== at % folds)),
      [points, folds],
    ),
  };
  const { params } = await fit({
    params: {
      // Side by side, so that points are read once for all folds.
      weight: Tensor.zeros([dimensions, folds * names.length]),
      bias: Tensor.zeros([folds * names.length]),
    },
    loss: (p, batch) => {
      const surprise = batch.x
        .matmul(p.weight)
        .add(p.bias)
        .reshape([points, folds, names.length])
        .logSoftmax(-1)
        .op("GatherElements", [batch.classes.expand([points, folds, 1])], { axis: -1 })
        .squeeze(-1)
        .neg();
      const fitted = surprise.mul(batch.share).sum(0).div(batch.share.sum(0));
      return fitted.sum().add(
        p.weight
          .square()
          .sum()
          .mul(decay / 2),
      );
    },
    data: { batch: () => data },
    optimiser: adam(schedule.cosine(0.05, steps)),
    steps,
    ...(signal && { signal }),
    ...(options.compile && { compile: options.compile }),
  });
  const right = correct(data.x, params, of, fold, names.length);
  const perFold = Array.from({ length: folds }, (_, f) => {
    const members = fold.reduce((n, of) => n + Number(of === f), 0);
    return right.reduce((n, ok, i) => n + (fold[i] === f ? ok : 0), 0) / members;
  });
  return {
    accuracy: right.reduce((a, b) => a + b, 0) / points,
    chance: Math.max(...sizes) / points,
    perFold,
  };
}

interface Readouts<T> {
  /** [dimensions, folds · classes] */
  readonly weight: T;
  /** [folds · classes] */
  readonly bias: T;
}

/** The fold of each point; each class is spread evenly over them. */
function foldsOf(classes: Int32Array, folds: number, rng: Rng): Int32Array {
  const dealt = new Map<number, number>();
  const fold = new Int32Array(classes.length);
  for (const i of rng.permutation(classes.length)) {
    const count = dealt.get(classes[i]) ?? 0;
    fold[i] = count % folds;
    dealt.set(classes[i], count + 1);
  }
  return fold;
}

/** 1 for each point that the read-out of its own fold predicts. */
function correct(
  x: Tensor,
  { weight, bias }: Readouts<Tensor>,
  classes: Int32Array,
  fold: Int32Array,
  count: number,
): number[] {
  const [dimensions, width] = weight.shape;
  const [w, b, points] = [weight.numbers(), bias.numbers(), x.numbers()];
  return Array.from(classes, (wanted, i) => {
    const first = fold[i] * count;
    const scores = b.slice(first, first + count);
    for (let k = 0; k < dimensions; k++) {
      const value = points[i * dimensions + k];
      const row = k * width + first;
      for (let c = 0; c < count; c++) scores[c] += value * w[row + c];
    }
    return Number(scores.indexOf(Math.max(...scores)) === wanted);
  });
}
