/** Which units do alike: correlation of what they did on the same pictures. */

import type { Profile } from "./look.ts";

export interface Likeness {
  readonly layer: string;
  readonly unit: number;
  /** Pearson's correlation. */
  readonly r: number;
}

/** The units that do most alike, of all layers that were looked at. None is like a unit that does the same on every picture. */
export function likest(
  profiles: Readonly<Record<string, Profile>>,
  layer: string,
  unit: number,
  count: number,
): Likeness[] {
  const { units, maxima } = profiles[layer];
  const own = Float64Array.from({ length: maxima.length / units }, (_, picture) => maxima[picture * units + unit]);
  const mean = own.reduce((a, b) => a + b, 0) / own.length;
  for (const [i, value] of own.entries()) own[i] = value - mean;
  const size = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0));
  if (size === 0) return [];
  return Object.entries(profiles)
    .flatMap(([name, profile]) => correlations(own, size, profile).map((r, other) => ({ layer: name, unit: other, r })))
    .filter(({ r, layer: name, unit: other }) => Number.isFinite(r) && !(name === layer && other === unit))
    .sort((a, b) => b.r - a.r)
    .slice(0, count);
}

/** @param own centred, of this length */
function correlations(own: Float64Array, size: number, { units, maxima }: Profile): number[] {
  const [products, sums, squares] = [new Float64Array(units), new Float64Array(units), new Float64Array(units)];
  for (const [picture, value] of own.entries()) {
    for (let unit = 0, at = picture * units; unit < units; unit++, at++) {
      products[unit] += value * maxima[at];
      sums[unit] += maxima[at];
      squares[unit] += maxima[at] ** 2;
    }
  }
  return Array.from(products, (product, unit) => {
    const spread = squares[unit] - sums[unit] ** 2 / own.length;
    return spread > 1e-12 * squares[unit] ? product / (size * Math.sqrt(spread)) : Number.NaN;
  });
}
