/** @file From recordings to motifs: which neurons act together, when, in which animals, and in which communities. */

import type { Recording } from "../../../data/index.ts";
import { CajalError, Rng } from "../../../graph/index.ts";
import { type AffinityOptions, type AffinityTensor, affinityTensor } from "./affinity.ts";
import { type CommunityOptions, patternCommunities } from "./communities.ts";
import { chooseRank, type Ntf, type NtfOptions, ntf, type RankScore, scoreOf } from "./ntf.ts";

/** When a stimulus was on: from and to, in seconds. */
export type Intervals = readonly (readonly [from: number, to: number])[];

export interface DynamicConnectomeOptions
  extends AffinityOptions,
    CommunityOptions,
    Pick<NtfOptions, "starts" | "sweeps" | "tolerance" | "rng"> {
  /** How many motifs. Default: the largest of `ranks` at which restarts agree. */
  readonly rank?: number;
  /** Ranks to choose from. Default 2 … 12, as far as the tensor allows. */
  readonly ranks?: readonly number[];
  /** Intervals by stimulus, on the clock of the tensor: each motif is held against them. */
  readonly stimuli?: Readonly<Record<string, Intervals>>;
}

export interface Motif {
  /** λ: how much of the affinities it is. */
  readonly weight: number;
  /** When: [T'], in which animals: [W], which pairs: [P]. Each of unit norm. */
  readonly ft: Float64Array;
  readonly fw: Float64Array;
  readonly fa: Float64Array;
  /** The community of each neuron at the finest level [N]; `levels` has the coarser ones, too. */
  readonly communities: Int32Array;
  readonly levels: readonly Int32Array[];
  /** By stimulus: (in − out) / (in + out) of the mean temporal loading inside and outside its intervals; 1 is only inside, −1 only outside. */
  readonly stimulus?: Readonly<Record<string, number>>;
}

export interface DynamicConnectome extends Pick<AffinityTensor, "names" | "animals" | "times" | "pairs"> {
  readonly rank: number;
  /** What the rank was chosen by; undefined when it was given. */
  readonly scan: readonly RankScore[] | undefined;
  /** The heaviest first. */
  readonly motifs: readonly Motif[];
  /** ‖A − Σ‖ / ‖A‖ over what was observed. */
  readonly error: number;
  readonly similarity: number;
}

/**
 * The dynamic functional connectome of several recordings (Dyballa et al. 2024, arXiv:2402.14102): differential affinities of all pairs of neurons, their
 * non-negative factorisation by time, animal and pair, and the communities of each component by a weighted stochastic block model.
 * @throws CajalError as `affinityTensor` and `ntf`
 * @example
 * const { motifs } = dynamicConnectome(recordings, { rank: 5, stimuli: { salt: [[60, 90]] } });
 */
export function dynamicConnectome(
  recordings: readonly Recording[],
  options: DynamicConnectomeOptions = {},
): DynamicConnectome {
  const { rng = new Rng(0) } = options;
  const affinity = affinityTensor(recordings, options);
  const { fit, scan } = factorisation(affinity, options, rng);
  return {
    rank: fit.rank,
    scan,
    names: affinity.names,
    animals: affinity.animals,
    times: affinity.times,
    pairs: affinity.pairs,
    motifs: motifsOf(affinity, fit, options, rng.split("communities")),
    error: fit.error[fit.error.length - 1],
    similarity: fit.similarity,
  };
}

function factorisation({ A, mask }: AffinityTensor, options: DynamicConnectomeOptions, rng: Rng) {
  const { starts, sweeps, tolerance, warn } = options;
  const at = (rank: number) => ntf(A, { rank, mask, starts, sweeps, tolerance, warn, rng: rng.split(`rank ${rank}`) });
  if (options.rank !== undefined) return { fit: at(options.rank), scan: undefined };
  const [times, animals, pairs] = A.shape;
  const most = Math.min(times * animals, times * pairs, animals * pairs);
  const ranks = (options.ranks ?? [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]).filter((rank) => rank <= most);
  const fits = ranks.map(at);
  const scan = fits.map(scoreOf);
  const fit = fits.find(({ rank }) => rank === chooseRank(scan));
  if (fit === undefined)
    throw new CajalError("argument", `dynamicConnectome: none of the ranks is possible; at most ${most} is`);
  return { fit, scan };
}

/** The motifs of a factorisation, with the communities of each. */
export function motifsOf(
  { times, pairs, names }: Pick<AffinityTensor, "times" | "pairs" | "names">,
  { lambda, factors: [ft, fw, fa] }: Pick<Ntf, "lambda" | "factors">,
  options: CommunityOptions & Pick<DynamicConnectomeOptions, "stimuli">,
  rng: Rng,
): Motif[] {
  return Array.from(lambda, (weight, r) => {
    const { levels } = patternCommunities(fa[r], pairs, names.length, options, rng.split(r));
    const motif = { weight, ft: ft[r], fw: fw[r], fa: fa[r], communities: levels[0], levels };
    if (options.stimuli === undefined) return motif;
    const stimulus = Object.entries(options.stimuli).map(([name, intervals]) => [
      name,
      contrast(ft[r], times, intervals),
    ]);
    return { ...motif, stimulus: Object.fromEntries(stimulus) };
  });
}

/** (in − out) / (in + out) of the mean loading inside and outside of intervals; 0 where one of them is empty. */
export function contrast(ft: ArrayLike<number>, times: ArrayLike<number>, intervals: Intervals): number {
  const sums = [0, 0];
  const counts = [0, 0];
  for (let t = 0; t < times.length; t++) {
    const side = intervals.some(([from, to]) => times[t] >= from && times[t] < to) ? 0 : 1;
    sums[side] += ft[t];
    counts[side]++;
  }
  if (counts[0] === 0 || counts[1] === 0) return 0;
  const [inside, outside] = [sums[0] / counts[0], sums[1] / counts[1]];
  return inside + outside === 0 ? 0 : (inside - outside) / (inside + outside);
}
