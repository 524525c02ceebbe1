/** @file Words for curves: an edge's function as a·f(b·(x − m)) + d, with f from a list. */

import type { EdgeCurve } from "./edge-curves.ts";

/** What a curve was matched with. */
export interface SymbolicForm {
  /** "1.2·sin(3.1·(x − 0.4)) + 0.1" */
  readonly form: string;
  /** R²: the share of the curve's variance that the form explains. */
  readonly r2: number;
}

interface Candidate {
  readonly of: (u: number) => number;
  readonly write: (u: string) => string;
  /** Whether another b, or another m, makes another function. */
  readonly stretches: boolean;
  readonly shifts: boolean;
}

/** From simple to less simple. */
const candidates: readonly Candidate[] = [
  { of: (u) => u, write: (u) => u, stretches: false, shifts: false },
  { of: (u) => u * u, write: (u) => `${u}²`, stretches: false, shifts: true },
  { of: Math.abs, write: (u) => `|${bare(u)}|`, stretches: false, shifts: true },
  { of: (u) => u ** 3, write: (u) => `${u}³`, stretches: false, shifts: true },
  { of: Math.sign, write: (u) => `sign(${bare(u)})`, stretches: false, shifts: true },
  { of: Math.sin, write: (u) => `sin(${bare(u)})`, stretches: true, shifts: true },
  { of: Math.exp, write: (u) => `exp(${bare(u)})`, stretches: true, shifts: false },
  { of: Math.tanh, write: (u) => `tanh(${bare(u)})`, stretches: true, shifts: true },
  { of: (u) => Math.exp(-u * u), write: (u) => `exp(−${u}²)`, stretches: true, shifts: true },
];

/** A more complicated form has to explain so much more. */
const worthIt = 0.002;

/** b·range lies within these. */
const stretch = [0.5, 60] as const;
const grid = { stretches: 36, shifts: 25, rounds: 6 } as const;

/** The simplest form that explains nearly as much as the best one. A curve that does not move is a number. */
export function matchSymbol({ x, y }: Pick<EdgeCurve, "x" | "y">): SymbolicForm {
  const [low, high] = [Math.min(...x), Math.max(...x)];
  const span = high - low;
  if (Math.max(...y) - Math.min(...y) < 1e-9 || span < 1e-9) return { form: written(y[0]), r2: 1 };
  const fits = candidates.map((candidate) => bestFit(candidate, x, y, low, span));
  const best = Math.max(...fits.map(({ r2 }) => r2));
  const simplest = fits.findIndex(({ r2 }) => r2 >= best - worthIt);
  return { form: formOf(candidates[simplest], fits[simplest]), r2: fits[simplest].r2 };
}

interface Fit {
  readonly a: number;
  readonly b: number;
  readonly m: number;
  readonly d: number;
  readonly r2: number;
}

/** A grid over b and m, then finer ones around its best; a and d by least squares. */
function bestFit(
  { of, stretches, shifts }: Candidate,
  x: Float64Array,
  y: Float64Array,
  low: number,
  span: number,
): Fit {
  const at = (b: number, m: number) => ({
    b,
    m,
    ...leastSquares(
      x.map((v) => of(b * (v - m))),
      y,
    ),
  });
  const better = (one: Fit, other: Fit) => (other.r2 > one.r2 ? other : one);
  const ratio = (stretch[1] / stretch[0]) ** (1 / (grid.stretches - 1));
  const signs = shifts ? [1] : [1, -1];
  const scales = stretches
    ? signs.flatMap((sign) => Array.from({ length: grid.stretches }, (_, i) => (sign * stretch[0] * ratio ** i) / span))
    : [1];
  const places = shifts
    ? Array.from({ length: grid.shifts }, (_, i) => low - span / 4 + (1.5 * span * i) / (grid.shifts - 1))
    : [0];
  let best = scales.flatMap((b) => places.map((m) => at(b, m))).reduce(better);
  let [factor, step] = [Math.sqrt(ratio), (0.75 * span) / (grid.shifts - 1)];
  for (let round = 0; round < grid.rounds; round++) {
    const { b, m } = best;
    const near = (stretches ? [1 / factor, 1, factor] : [1]).flatMap((f) =>
      (shifts ? [-step, 0, step] : [0]).map((by) => at(b * f, m + by)),
    );
    best = near.reduce(better, best);
    [factor, step] = [Math.sqrt(factor), step / 2];
  }
  return best;
}

/** y ≈ a·f + d */
function leastSquares(f: Float64Array, y: Float64Array): Pick<Fit, "a" | "d" | "r2"> {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [fMean, yMean] = [mean(f), mean(y)];
  let [ff, fy, yy] = [0, 0, 0];
  for (let i = 0; i < y.length; i++) {
    ff += (f[i] - fMean) ** 2;
    fy += (f[i] - fMean) * (y[i] - yMean);
    yy += (y[i] - yMean) ** 2;
  }
  if (!(ff > 0)) return { a: 0, d: yMean, r2: 0 };
  return { a: fy / ff, d: yMean - (fy / ff) * fMean, r2: fy ** 2 / (ff * yy) };
}

function formOf({ write }: Candidate, { a, b, m, d }: Fit): string {
  const shifted = Math.abs(m) < 0.0005 ? "x" : `(x ${signed(-m)})`;
  const inner = b === 1 ? shifted : `(${written(b)}·${shifted})`;
  return `${written(a)}·${write(inner)} ${signed(d)}`;
}

/** Without the brackets around it. */
const bare = (u: string): string => (u.startsWith("(") ? u.slice(1, -1) : u);

const written = (value: number): string => Number(value.toPrecision(3)).toString().replace("-", "−");

const signed = (value: number): string => `${value < 0 ? "−" : "+"} ${written(Math.abs(value))}`;
