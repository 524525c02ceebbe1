/** @file How wide the kernels are in training: from half the maximal delay down to one tap, within the first quarter of it. */

/** σ at which the annealing ends: with the floor of 0.27, σ̂ = 0.5. */
export const finalSigma = 0.23;

/**
 * σ in an epoch 0, 1, …: σ₀ = ⌊T_d/2⌋, multiplied by (0.23/σ₀)^(1/(E/4)) after each of the first E/4 epochs, then 0.23.
 * @param epochs E
 */
export function sigmaAt(epoch: number, epochs: number, maxDelay: number): number {
  const first = Math.floor(maxDelay / 2);
  const annealing = Math.max(1, Math.floor(epochs / 4));
  if (first === 0 || epoch >= annealing) return finalSigma;
  return first * (finalSigma / first) ** (epoch / annealing);
}
