/** @file Which of many units to believe: the Benjamini–Hochberg procedure. */

/**
 * Flags the units whose p-values are significant at a false discovery rate: with p₍₁₎ ≤ … ≤ p₍ₘ₎, those up to the largest
 * i with p₍ᵢ₎ ≤ i/m · rate. Of the flagged units a share `rate` is expected to be so by chance.
 * Benjamini & Hochberg 1995, J. R. Stat. Soc. B 57, 289–300.
 *
 * @param p p-values of all units that were tested
 */
export function significantUnits(p: ArrayLike<number>, rate = 0.05): boolean[] {
  const sorted = Float64Array.from(p).sort();
  let threshold = -1;
  sorted.forEach((value, i) => {
    if (value <= ((i + 1) / sorted.length) * rate) threshold = value;
  });
  return Array.from(p, (value) => value <= threshold);
}
