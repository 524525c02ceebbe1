/** @file The pool of activation spaces, by name, and spaces of a user's own. */

import { CajalError, formatShape, Tensor, trace, type Value } from "../../../../graph/index.ts";
import { bspline } from "./bspline.ts";
import { fourier } from "./fourier.ts";
import { cheb, gram } from "./polynomials.ts";
import { rbf } from "./rbf.ts";
import { relu } from "./relu.ts";
import type { Space } from "./space.ts";
import { wavelet } from "./wavelet.ts";

export { bspline, type SplineOptions } from "./bspline.ts";
export { type FourierOptions, fourier } from "./fourier.ts";
export { cheb, type GramOptions, gram, type PolynomialOptions } from "./polynomials.ts";
export { type RadialOptions, rbf } from "./rbf.ts";
export { relu } from "./relu.ts";
export { wavelet } from "./wavelet.ts";

/** Spaces with their usual options, by name. */
const known = { bspline, rbf, cheb, gram, fourier, wavelet, relu } as const;

export type SpaceName = keyof typeof known;

/** All that are there. */
export const spaceNames = Object.keys(known) as readonly SpaceName[];

/**
 * Spaces from names and from spaces of one's own.
 * @throws CajalError `argument` for an empty pool, an unknown name, or two spaces of one name; `shape` for a basis of another size than it says
 */
export function poolOf(pool: readonly (SpaceName | Space)[] = spaceNames): readonly Space[] {
  if (pool.length === 0)
    throw new CajalError("argument", "selectable KAN: the pool has no activation space", {
      advice: `Known spaces: ${spaceNames.join(", ")}.`,
    });
  const spaces = pool.map((space) => {
    if (typeof space !== "string") return space;
    if (!Object.hasOwn(known, space))
      throw new CajalError("argument", `selectable KAN: no activation space is named "${space}"`, {
        advice: `Known spaces: ${spaceNames.join(", ")}.`,
      });
    return known[space]();
  });
  for (const [i, space] of spaces.entries()) {
    if (spaces.findIndex(({ name }) => name === space.name) < i)
      throw new CajalError("argument", `selectable KAN: two spaces of the pool are named "${space.name}"`);
    checkBasis(space);
  }
  return spaces;
}

function checkBasis(space: Space): void {
  if (!("basis" in space)) return;
  const { outputs } = trace((x: Value) => space.basis(x), [Tensor.zeros([2, 3])]);
  const { shape } = outputs[0].value;
  if (formatShape(shape) !== formatShape([2, 3, space.size]))
    throw new CajalError(
      "shape",
      `selectable KAN: the space "${space.name}" says that it has ${space.size} functions, but its basis makes ${formatShape(shape)} of [2, 3], not [2, 3, ${space.size}]`,
      { advice: "basis(x) appends one axis, as long as `size`." },
    );
}
