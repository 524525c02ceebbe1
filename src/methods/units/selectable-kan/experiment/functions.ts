/** @file Seven functions that no single activation space suits: smooth, oscillating, broken, local, symmetric. */

import { type Rng, Tensor } from "../../../../graph/index.ts";
import { momentsOf } from "../scaling.ts";

export interface Target {
  readonly name: string;
  /** Of its inputs. */
  readonly dimensions: number;
  readonly of: (x: Float64Array) => number;
}

/** Bessel's J₀(z) = (1/π)∫₀^π cos(z·sin θ) dθ: on a periodic function, equal steps are exact once they are finer than z. */
function besselJ0(z: number): number {
  const steps = 64;
  return (
    Array.from({ length: steps }, (_, i) => Math.cos(z * Math.sin((i * Math.PI) / steps))).reduce((a, b) => a + b) /
    steps
  );
}

export const targets: readonly Target[] = [
  { name: "exp(sin πx + y²)", dimensions: 2, of: ([x, y]) => Math.exp(Math.sin(Math.PI * x) + y * y) },
  {
    name: "sin 6πx + ½ cos 10πx",
    dimensions: 1,
    of: ([x]) => Math.sin(6 * Math.PI * x) + 0.5 * Math.cos(10 * Math.PI * x),
  },
  { name: "J₀(20x)", dimensions: 1, of: ([x]) => besselJ0(20 * x) },
  { name: "sign(x − 0.1) + ½|x + 0.4|", dimensions: 1, of: ([x]) => Math.sign(x - 0.1) + 0.5 * Math.abs(x + 0.4) },
  {
    name: "exp(−40((x − 0.3)² + (y + 0.2)²))",
    dimensions: 2,
    of: ([x, y]) => Math.exp(-40 * ((x - 0.3) ** 2 + (y + 0.2) ** 2)),
  },
  { name: "xy", dimensions: 2, of: ([x, y]) => x * y },
  {
    name: "√((x₁ − x₂)² + (x₃ − x₄)²)",
    dimensions: 4,
    of: ([a, b, c, d]) => Math.hypot(a - b, c - d),
  },
];

/** Examples of a function: inputs evenly random in [−1, 1], values with mean 0 and deviation 1 in the training set. */
export function sampled(
  { dimensions, of }: Target,
  rng: Rng,
  sizes: { readonly train: number; readonly test: number },
) {
  const draw = (name: string, count: number) => {
    const x = rng.split(name).uniform([count, dimensions], -1, 1);
    const numbers = x.numbers();
    const y = Float64Array.from({ length: count }, (_, i) =>
      of(numbers.subarray(i * dimensions, (i + 1) * dimensions)),
    );
    return { x, y };
  };
  const [train, test] = [draw("train", sizes.train), draw("test", sizes.test)];
  const { mean, deviation } = momentsOf(train.y);
  const standardised = ({ x, y }: typeof train) => ({
    x,
    y: Tensor.of(
      y.map((value) => (value - mean) / deviation),
      [y.length, 1],
    ),
  });
  return { train: standardised(train), test: standardised(test) };
}
