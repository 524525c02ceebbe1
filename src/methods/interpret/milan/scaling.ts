/** @file Scaling: features to mean 0 and deviation 1 over the regions that a captioner learns from. */

import { CajalError, Tensor } from "../../../graph/index.ts";

/** Features that never vary are divided by this. */
const smallestDeviation = 1e-6;

/** Fixed once, then applied to whatever is described. */
export class Scaling {
  /** Of each feature: float32 [features]. */
  readonly mean: Tensor;
  readonly deviation: Tensor;

  constructor(mean: Tensor, deviation: Tensor) {
    this.mean = mean;
    this.deviation = deviation;
  }

  /** @param features [sets, exemplars, features]; only `sets` of them count */
  static of(features: Tensor, sets: ArrayLike<number>): Scaling {
    const [, exemplars, width] = features.shape;
    const data = features.data as Float32Array;
    const sum = new Float64Array(width);
    const squares = new Float64Array(width);
    for (let i = 0; i < sets.length; i++) {
      for (let row = sets[i] * exemplars; row < (sets[i] + 1) * exemplars; row++) {
        for (let f = 0, at = row * width; f < width; f++, at++) {
          sum[f] += data[at];
          squares[f] += data[at] * data[at];
        }
      }
    }
    const count = sets.length * exemplars;
    const mean = sum.map((total) => total / count);
    const deviation = squares.map((total, f) => Math.sqrt(Math.max(0, total / count - mean[f] ** 2)));
    return new Scaling(
      Tensor.of(mean, [width]),
      Tensor.of(
        deviation.map((value) => Math.max(smallestDeviation, value)),
        [width],
      ),
    );
  }

  /** [..., features] to the same shape. @throws CajalError `shape` when there are other features */
  apply(features: Tensor): Tensor {
    const width = features.shape[features.shape.length - 1];
    const [mean, deviation] = [this.mean.data as Float32Array, this.deviation.data as Float32Array];
    if (width !== mean.length)
      throw new CajalError("shape", `captioner: regions have ${width} features, it learnt from ${mean.length}`, {
        advice: "Use the encoder and the depths that it was trained with.",
      });
    const from = features.data as Float32Array;
    const scaled = new Float32Array(from.length);
    for (let i = 0; i < from.length; i++) scaled[i] = (from[i] - mean[i % width]) / deviation[i % width];
    return new Tensor("float32", features.shape, scaled);
  }
}
