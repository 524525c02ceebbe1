/** @file Exact probabilities as fractions of BigInts, to hold floating-point ones against. */

export interface Fraction {
  readonly over: bigint;
  readonly under: bigint;
}

/** C(n, k) */
export function choose(n: number, k: number): bigint {
  if (k < 0 || k > n) return 0n;
  let product = 1n;
  for (let i = 0; i < k; i++) product = (product * BigInt(n - i)) / BigInt(i + 1);
  return product;
}

/** Σ_{b ≥ θ} C(s, b) C(n − s, a − b) / C(n, a) */
export function exactTail(theta: number, total: number, marked: number, drawn: number): Fraction {
  let over = 0n;
  for (let b = Math.max(0, theta); b <= Math.min(marked, drawn); b++)
    over += choose(marked, b) * choose(total - marked, drawn - b);
  return { over, under: choose(total, drawn) };
}

/** The natural logarithm, to 1e-15 of its size. */
export function logOf({ over, under }: Fraction): number {
  if (over === 0n) return Number.NEGATIVE_INFINITY;
  // 40 digits of the quotient, as an integer times a power of ten.
  const shift = 40 + under.toString().length - over.toString().length;
  const quotient = shift >= 0 ? (over * 10n ** BigInt(shift)) / under : over / (under * 10n ** BigInt(-shift));
  const digits = quotient.toString();
  const leading = Number(`${digits[0]}.${digits.slice(1, 20)}`);
  return Math.log(leading) + (digits.length - 1 - shift) * Math.LN10;
}
