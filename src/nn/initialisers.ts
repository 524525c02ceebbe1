/** @file How weights begin: random arrays whose spread fits what a layer sums. */

import { CajalError, type Rng, type Shape, sizeOf, Tensor } from "../graph/index.ts";

/** How many inputs each output of the layer sums, and how many outputs each input reaches. */
export interface Fans {
  readonly inputs: number;
  readonly outputs: number;
}

/** Makes the weights of a layer. */
export type Initialiser = (rng: Rng, shape: Shape, fans: Fans) => Tensor;

/** Of the numbers: normal, normal without what lies beyond two deviations, or uniform; all of the same deviation. */
export type Distribution = "normal" | "truncated" | "uniform";

/** Deviation √(2/inputs), which keeps the variance through ReLU (He et al. 2015). */
export function he(distribution: Distribution = "normal"): Initialiser {
  return (rng, shape, { inputs }) => draw(distribution, rng, shape, Math.sqrt(2 / inputs));
}

/** Deviation √(2/(inputs + outputs)), a compromise between activity and gradients (Glorot & Bengio 2010); also known as Xavier. */
export function glorot(distribution: Distribution = "uniform"): Initialiser {
  return (rng, shape, { inputs, outputs }) => draw(distribution, rng, shape, Math.sqrt(2 / (inputs + outputs)));
}

/** Deviation √(1/inputs), which keeps the variance through linear and self-normalising layers (LeCun et al. 1998). */
export function lecun(distribution: Distribution = "truncated"): Initialiser {
  return (rng, shape, { inputs }) => draw(distribution, rng, shape, Math.sqrt(1 / inputs));
}

/** A given deviation, whatever the layer. */
export function normal(deviation: number): Initialiser {
  return (rng, shape) => draw("normal", rng, shape, deviation);
}

/** A given deviation, no number beyond two deviations of the normal distribution that it was cut from. */
export function truncatedNormal(deviation: number): Initialiser {
  return (rng, shape) => draw("truncated", rng, shape, deviation);
}

/** Evenly within −bound and bound. */
export function uniform(bound: number): Initialiser {
  return (rng, shape) => rng.uniform(shape, -bound, bound);
}

/** The same number everywhere. */
export function constant(value: number): Initialiser {
  return (_rng, shape) => Tensor.full(shape, value);
}

export const zeros: Initialiser = constant(0);

/**
 * A random orthogonal matrix times the gain (Saxe et al. 2014): of the weights as a matrix [first axis, all others], the rows or the columns,
 * whichever are fewer, are orthonormal.
 */
export function orthogonal(gain = 1): Initialiser {
  return (rng, shape) => {
    if (shape.length < 2)
      throw new CajalError("shape", `orthogonal: weights of ${shape.length} axes are no matrix; 2 or more are needed`);
    const rows = shape[0];
    const columns = sizeOf(shape) / rows;
    const [count, length] = rows <= columns ? [rows, columns] : [columns, rows];
    const basis = orthonormal(rng, count, length);
    return Tensor.of(
      Float64Array.from({ length: rows * columns }, (_, i) => {
        const [row, column] = [Math.floor(i / columns), i % columns];
        return gain * (rows <= columns ? basis[row][column] : basis[column][row]);
      }),
      shape,
    );
  };
}

/** Random orthonormal vectors: Gaussian ones, each freed from those before it (Gram–Schmidt, twice for the sake of rounding). */
function orthonormal(rng: Rng, count: number, length: number): Float64Array[] {
  const basis: Float64Array[] = [];
  for (let k = 0; k < count; k++) {
    const vector = Float64Array.from({ length }, () => rng.gaussian());
    for (let pass = 0; pass < 2; pass++) {
      for (const other of basis) {
        let along = 0;
        for (let i = 0; i < length; i++) along += vector[i] * other[i];
        for (let i = 0; i < length; i++) vector[i] -= along * other[i];
      }
    }
    const norm = Math.sqrt(vector.reduce((sum, v) => sum + v * v, 0));
    basis.push(vector.map((v) => v / norm));
  }
  return basis;
}

/** Deviation of the standard normal distribution within ±2. */
const truncatedDeviation = 0.8796256610342398;

function draw(distribution: Distribution, rng: Rng, shape: Shape, deviation: number): Tensor {
  switch (distribution) {
    case "normal":
      return rng.normal(shape, 0, deviation);
    case "uniform":
      return rng.uniform(shape, -deviation * Math.sqrt(3), deviation * Math.sqrt(3));
    case "truncated": {
      const inside = () => {
        let z: number;
        do z = rng.gaussian();
        while (Math.abs(z) > 2);
        return (z * deviation) / truncatedDeviation;
      };
      return Tensor.of(Float64Array.from({ length: sizeOf(shape) }, inside), shape);
    }
  }
}
