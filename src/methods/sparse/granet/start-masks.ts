/** @file Masks before the first step: random with ERK densities, full, or by SNIP's saliences. */

import { CajalError, type Rng, Tensor } from "../../../graph/index.ts";
import { erkMasks } from "../erk.ts";
import { pruneGlobal } from "../magnitude.ts";
import { entriesAt, fullMask, type Maskable, type Masks, tensorsAt } from "../masks.ts";
import type { Recipe } from "./recipe.ts";

/**
 * @param gradient of the loss at the parameters, a tree like them: decides where the recipe starts by SNIP
 * @throws CajalError `argument` when a layer would get no connection
 */
export function startMasks(
  layers: readonly Maskable[],
  { start, initDensity, finalDensity }: Recipe,
  params: unknown,
  gradient: unknown,
  rng: Rng,
): Masks {
  checkDensity(layers, finalDensity);
  if (start === "random") return erkMasks(layers, initDensity, rng);
  const full = layers.map(({ shape }) => fullMask(shape));
  const paths = layers.map(({ path }) => path);
  const named = (masks: readonly Tensor[]) => Object.fromEntries(paths.map((path, l) => [path, masks[l]]));
  if (start === "dense") return named(full);
  const [weights, slopes] = [tensorsAt(params, paths), tensorsAt(gradient, paths)];
  const saliences = weights.map((tensor, l) => salience(tensor, slopes[l]));
  return named(pruneGlobal(saliences, full, finalDensity, paths));
}

/** |∂L/∂W · W|: what the loss would change by without the connection, to first order (Lee et al. 2019). */
function salience(weights: Tensor, gradient: Tensor): Tensor {
  const slopes = gradient.numbers();
  return Tensor.of(
    weights.numbers().map((weight, i) => Math.abs(weight * slopes[i])),
    weights.shape,
    "float64",
  );
}

/** @throws CajalError `argument` when there would be fewer connections than layers */
function checkDensity(layers: readonly Maskable[], density: number): void {
  const total = layers.reduce((sum, { size }) => sum + size, 0);
  if (entriesAt(density, total) >= layers.length) return;
  const smallest = layers.reduce((least, layer) => (layer.size < least.size ? layer : least));
  throw new CajalError(
    "argument",
    `finalDensity ${density} keeps ${entriesAt(density, total)} of ${total} weights for ${layers.length} layers: "${smallest.path}", which has ${smallest.size}, may get none`,
    { advice: `The smallest density that works here is ${((layers.length / total) * 1.01).toPrecision(3)}.` },
  );
}
