/** @file How well a rate is known from a number of trials. */

/** 97.5 % of the normal distribution lie below it. */
const z = 1.959963984540054;

/**
 * The 95 % confidence interval of a rate of which `hits` of `trials` independent trials were seen (E. B. Wilson, 1927). With no hits its upper end is the exact
 * limit 1 − 0.025^(1/trials) ≈ 3.7/trials instead, with nothing but hits its lower end likewise.
 */
export function wilsonInterval(hits: number, trials: number): readonly [low: number, high: number] {
  const beyond = -Math.expm1(Math.log(0.025) / trials);
  if (hits === 0) return [0, beyond];
  if (hits === trials) return [1 - beyond, 1];
  const rate = hits / trials;
  const weight = (z * z) / trials;
  const middle = (rate + weight / 2) / (1 + weight);
  const half = Math.sqrt(rate * (1 - rate) * weight + (weight * weight) / 4) / (1 + weight);
  return [middle - half, middle + half];
}
