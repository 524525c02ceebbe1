/** @file What must hold exactly for the factorisation, measured: planted factors come back, errors do not rise, hidden entries are found. */

import { type Rng, Tensor } from "../../../../graph/index.ts";
import { factorSimilarity, type Ntf, ntf } from "../ntf.ts";

/** A tensor that is exactly a sum of random non-negative components, and these. */
export function plantedTensor(rng: Rng, [times, animals, pairs]: readonly [number, number, number], rank: number) {
  const mode = (length: number) =>
    Array.from({ length: rank }, () => Float64Array.from({ length }, () => Math.max(0, rng.random() - 0.3)));
  const factors = [mode(times), mode(animals), mode(pairs)] as const;
  const ones = new Float64Array(rank).fill(1);
  const entries = Float64Array.from({ length: times * animals * pairs }, (_, place) => {
    const row = Math.floor(place / pairs);
    return modelAt({ lambda: ones, factors }, Math.floor(row / animals), row % animals, place % pairs);
  });
  return { factors, A: new Tensor("float64", [times, animals, pairs], entries) };
}

/** Σ_r λ_r f_t f_w f_a at one entry. */
export function modelAt({ lambda, factors }: Pick<Ntf, "lambda" | "factors">, t: number, w: number, p: number): number {
  return lambda.reduce((sum, l, r) => sum + l * factors[0][r][t] * factors[1][r][w] * factors[2][r][p], 0);
}

/** @returns congruence with the planted factors; increases of the error; relative error on the entries that were hidden (one in ten) */
export function tensorIdentities(rng: Rng): { congruence: number; increases: number; hiddenError: number } {
  const { A, factors } = plantedTensor(rng.split("tensor"), [20, 8, 60], 3);
  const fit = ntf(A, { rank: 3, rng: rng.split("starts") });
  const hide = rng.split("hidden");
  const seen = Uint8Array.from({ length: A.size }, () => Number(hide.random() >= 0.1));
  const masked = ntf(A, { rank: 3, mask: new Tensor("bool", A.shape, seen), rng: rng.split("masked starts") });
  let [wrong, all] = [0, 0];
  for (let place = 0; place < A.size; place++) {
    if (seen[place] === 1) continue;
    const row = Math.floor(place / 60);
    const truth = Number(A.data[place]);
    wrong += (truth - modelAt(masked, Math.floor(row / 8), row % 8, place % 60)) ** 2;
    all += truth ** 2;
  }
  return {
    congruence: factorSimilarity(fit.factors, factors),
    increases: fit.increases,
    hiddenError: Math.sqrt(wrong / all),
  };
}
