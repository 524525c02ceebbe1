/** @file Dimensions brought to the same scale. */

import { CajalError, Tensor } from "../../graph/index.ts";
import { matrixShape } from "./distances.ts";

/**
 * ½(x − μ)/σ of each dimension (σ of the population); constant dimensions are left out.
 * @param x [points, dimensions] → float64 [points, dimensions left]
 */
export function standardised(x: Tensor): { scaled: Tensor; dimensions: number } {
  const [points, all] = matrixShape(x, "standardised");
  const numbers = x.numbers();
  const varying: { k: number; mean: number; deviation: number }[] = [];
  for (let k = 0; k < all; k++) {
    let [sum, constant] = [0, true];
    for (let i = k; i < numbers.length; i += all) {
      sum += numbers[i];
      if (numbers[i] !== numbers[k]) constant = false;
    }
    if (constant) continue;
    const mean = sum / points;
    let squares = 0;
    for (let i = k; i < numbers.length; i += all) squares += (numbers[i] - mean) ** 2;
    varying.push({ k, mean, deviation: Math.sqrt(squares / points) });
  }
  const dimensions = varying.length;
  if (dimensions === 0)
    throw new CajalError("argument", "all points are the same: no dimension tells them apart", {
      advice: "Look whether the layer is dead, or the same input was recorded again and again.",
    });
  const scaled = new Float64Array(points * dimensions);
  for (const [column, { k, mean, deviation }] of varying.entries())
    for (let i = 0; i < points; i++)
      scaled[i * dimensions + column] = (0.5 * (numbers[i * all + k] - mean)) / deviation;
  return { scaled: new Tensor("float64", [points, dimensions], scaled), dimensions };
}
