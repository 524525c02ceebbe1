/** @file Orthogonal polynomials of tanh x, by their three-term recurrences: Chebyshev and Gram. */

import { concat, type Value } from "../../../../graph/index.ts";
import type { BasisSpace } from "./space.ts";

export interface PolynomialOptions {
  /** Functions of degrees 0 to size − 1. Default 8. */
  readonly size?: number;
}

/** p_{n+1} = a·t·p_n − b·p_{n−1} */
type Recurrence = (n: number) => { readonly a: number; readonly b: number };

function polynomials(name: string, size: number, recurrence: Recurrence): BasisSpace {
  return {
    name,
    size,
    basis: (x) => {
      const t = x.tanh();
      const p: Value[] = [t.mul(0).add(1), t];
      for (let n = 1; p.length < size; n++) {
        const { a, b } = recurrence(n);
        p.push(
          t
            .mul(a)
            .mul(p[n])
            .sub(p[n - 1].mul(b)),
        );
      }
      return concat(
        p.slice(0, size).map((value) => value.unsqueeze(-1)),
        -1,
      );
    },
  };
}

/** Chebyshev polynomials of the first kind, T_n(tanh x) (ChebyKAN; Sidharth et al. 2024, arXiv:2405.07200). */
export function cheb({ size = 8 }: PolynomialOptions = {}): BasisSpace {
  return polynomials("cheb", size, () => ({ a: 2, b: 1 }));
}

export interface GramOptions extends PolynomialOptions {
  /** N: how many points, the middles of N equal parts of [−1, 1], they are orthogonal on. Default 64; Infinity gives Legendre polynomials. */
  readonly points?: number;
}

/** Gram polynomials of tanh x, scaled as Legendre polynomials are: (n+1)·P_{n+1} = (2n+1)·t·P_n − n·(1 − n²/N²)·P_{n−1}. */
export function gram({ size = 8, points = 64 }: GramOptions = {}): BasisSpace {
  return polynomials("gram", size, (n) => ({
    a: (2 * n + 1) / (n + 1),
    b: (n / (n + 1)) * (1 - (n / points) ** 2),
  }));
}
