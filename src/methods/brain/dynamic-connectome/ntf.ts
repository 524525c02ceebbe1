/** @file Stage 2: non-negative tensor factorisation with restarts, and which rank the data support. */

import { CajalError, formatShape, Rng, type Tensor } from "../../../graph/index.ts";
import { bestAssignment } from "../../../nn/index.ts";
import { type Fit, hals, type Limits, type Unfolded } from "./hals.ts";

export interface NtfOptions {
  readonly rank: number;
  /** Of the shape of the tensor: 0 where an entry is missing. Default: none is. */
  readonly mask?: Tensor;
  /** Random starts; the one of the lowest error is kept. Default 5. */
  readonly starts?: number;
  /** Sweeps of a start at most. Default 300. */
  readonly sweeps?: number;
  /** A start ends when a sweep lowers the relative error by less than this share of it. Default 1e-6. */
  readonly tolerance?: number;
  /** Default: seed 0. */
  readonly rng?: Rng;
  /** Default: console.warn. */
  readonly warn?: (message: string) => void;
}

/** Vectors of unit norm by component, the heaviest component first. */
export type Components = readonly Float64Array[];

export interface Ntf {
  readonly rank: number;
  /** λ_r: the weight of each component. [R] */
  readonly lambda: Float64Array;
  /** Temporal loadings [T'], animal loadings [W] and affinity patterns [P] of each component. */
  readonly factors: readonly [ft: Components, fw: Components, fa: Components];
  /** ‖A − Σ‖ / ‖A‖ of the kept start after each sweep, over what was observed. */
  readonly error: readonly number[];
  /** How like the kept start the others are: the mean of `factorSimilarity`. 1 with a single start. */
  readonly similarity: number;
  /** Sweeps, over all starts, after which the squared error was larger than before by more than rounding: 0. */
  readonly increases: number;
}

/**
 * Factors a non-negative tensor [T', W, P] into a sum of R products f_t ∘ f_w ∘ f_a of non-negative vectors, so that the squared error over the
 * observed entries is least.
 * @throws CajalError `argument` when an entry is negative or not finite, nothing is observed, or the rank is larger than the tensor allows
 */
export function ntf(A: Tensor, options: NtfOptions): Ntf {
  const { rank, starts = 5, sweeps = 300, tolerance = 1e-6, rng = new Rng(0), warn = console.warn } = options;
  const tensor = unfold(A, rank, options.mask, warn);
  if (!(starts >= 1)) throw new CajalError("argument", `ntf: starts must be 1 or more, got ${starts}`);
  const limits: Limits = { sweeps, tolerance };
  return bestStart(Array.from({ length: starts }, (_, start) => fromFit(hals(tensor, rank, limits, rng.split(start)))));
}

/** The start of the lowest error, with what the others say of it: for starts that were run one by one. */
export function bestStart(starts: readonly Ntf[]): Ntf {
  const best = starts.reduce((least, start) => (lastError(start) < lastError(least) ? start : least));
  const others = starts.filter((start) => start !== best).map((start) => factorSimilarity(best.factors, start.factors));
  return {
    ...best,
    similarity: others.length === 0 ? 1 : others.reduce((sum, value) => sum + value, 0) / others.length,
    increases: starts.reduce((sum, start) => sum + start.increases, 0),
  };
}

/** Some components of a factorisation, in the order that is asked for. */
export function selectComponents(
  { lambda, factors: [ft, fw, fa] }: Pick<Ntf, "lambda" | "factors">,
  components: ArrayLike<number>,
): Pick<Ntf, "lambda" | "factors"> {
  const order = Array.from(components);
  const pick = (mode: Components) => order.map((r) => mode[r]);
  return { lambda: Float64Array.from(order, (r) => lambda[r]), factors: [pick(ft), pick(fw), pick(fa)] };
}

/**
 * How alike two factorisations are: components are matched so that the sum is largest, of the product of the cosines of their three vectors; the mean
 * over the components of the one that has fewer.
 */
export function factorSimilarity(a: Ntf["factors"], b: Ntf["factors"]): number {
  const [few, many] = a[0].length <= b[0].length ? [a, b] : [b, a];
  const likeness = few[0].map((_, r) =>
    Float64Array.from(many[0], (_, s) =>
      [0, 1, 2].reduce((product, mode) => product * Math.abs(cosine(few[mode][r], many[mode][s])), 1),
    ),
  );
  const match = bestAssignment(likeness);
  return likeness.reduce((sum, row, r) => sum + row[match[r]], 0) / likeness.length;
}

export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [product, normA, normB] = [0, 0, 0];
  for (let k = 0; k < a.length; k++) {
    product += a[k] * b[k];
    normA += a[k] ** 2;
    normB += b[k] ** 2;
  }
  return normA === 0 || normB === 0 ? 0 : product / Math.sqrt(normA * normB);
}

export interface RankScore {
  readonly rank: number;
  /** The relative error of the best start. */
  readonly error: number;
  readonly similarity: number;
}

/** Factors at several ranks. Components that are no property of the data differ from start to start: see `chooseRank`. */
export function ntfRankScan(A: Tensor, ranks: readonly number[], options: Omit<NtfOptions, "rank"> = {}): RankScore[] {
  const { rng = new Rng(0) } = options;
  return ranks.map((rank) => scoreOf(ntf(A, { ...options, rank, rng: rng.split(rank) })));
}

export function scoreOf(fit: Ntf): RankScore {
  return { rank: fit.rank, error: lastError(fit), similarity: fit.similarity };
}

/** The largest rank whose starts agree (similarity of at least 0.8); the most similar one when none does. */
export function chooseRank(scores: readonly RankScore[], least = 0.8): number {
  const stable = scores.filter(({ similarity }) => similarity >= least);
  if (stable.length > 0) return Math.max(...stable.map(({ rank }) => rank));
  return scores.reduce((best, score) => (score.similarity > best.similarity ? score : best)).rank;
}

const lastError = ({ error }: Ntf): number => error[error.length - 1];

function fromFit({ modes, ...fit }: Fit): Ntf {
  const { rank } = fit;
  const rows = (mode: Float64Array) =>
    Array.from({ length: rank }, (_, r) => mode.slice((r * mode.length) / rank, ((r + 1) * mode.length) / rank));
  return { ...fit, factors: [rows(modes[0]), rows(modes[1]), rows(modes[2])], similarity: 1 };
}

function unfold(A: Tensor, rank: number, mask: Tensor | undefined, warn: (message: string) => void): Unfolded {
  const fail = (what: string, advice?: string) => new CajalError("argument", `ntf: ${what}`, { advice });
  if (A.shape.length !== 3)
    throw new CajalError("shape", `ntf: the tensor is [times, animals, pairs], not ${formatShape(A.shape)}`);
  const [times, animals, pairs] = A.shape;
  if (mask !== undefined && formatShape(mask.shape) !== formatShape(A.shape))
    throw new CajalError("shape", `ntf: the mask is ${formatShape(mask.shape)}, the tensor ${formatShape(A.shape)}`);
  const most = Math.min(times * animals, times * pairs, animals * pairs);
  if (!(Number.isInteger(rank) && rank >= 1 && rank <= most))
    throw fail(`rank ${rank} for a tensor ${formatShape(A.shape)}; it can be 1 to ${most}`);
  if (animals === 1) warn("with one animal the decomposition is a matrix factorisation; factors are not unique");
  const x = A.numbers();
  const missing: number[] = [];
  const seen = mask?.data;
  for (let place = 0; place < x.length; place++) {
    if (seen !== undefined && Number(seen[place]) === 0) {
      x[place] = 0;
      missing.push(place);
    } else if (!(x[place] >= 0 && Number.isFinite(x[place])))
      throw fail(`entry ${place} is ${x[place]}; affinities are 0 or more`, "Mask what was not observed.");
  }
  if (x.every((value) => value === 0)) throw fail("there is nothing but zeros");
  return { shape: [times, animals, pairs], x, missing: Int32Array.from(missing) };
}
