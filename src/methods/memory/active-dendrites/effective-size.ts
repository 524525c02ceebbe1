/** @file Of how many independent cells a code would have to be to make as many errors as it does. */

import { logSumExp } from "../log-space.ts";
import { logFalsePositive } from "./sizes.ts";

/** Numbers of active cells and how often each is met; the shares sum to 1. */
export type ActivityShares = ReadonlyMap<number, number>;

/** ln P_fp of a segment on codes of these numbers of active cells. */
export function logMeanFalsePositive(n: number, s: number, theta: number, activity: ActivityShares): number {
  return logSumExp(Array.from(activity, ([a, share]) => Math.log(share) + logFalsePositive({ n, a, s, theta })));
}

/** No population is larger: P_fp there is as good as 0. */
const most = 2 ** 50;

/**
 * The population n_eff whose random codes make a segment fire falsely at the observed rate; of the two whole sizes around it the nearer one in log P_fp. At least the largest number of
 * active cells, at most 2^50.
 * @param observed rate of false positives, above 0
 */
export function effectiveSize(
  observed: number,
  { s, theta, activity }: { readonly s: number; readonly theta: number; readonly activity: ActivityShares },
): number {
  const wanted = Math.log(observed);
  const error = (n: number) => logMeanFalsePositive(n, s, theta, activity) - wanted;
  // P_fp falls as n grows.
  let [low, high] = [Math.max(s, ...activity.keys()), 2 * Math.max(s, ...activity.keys())];
  if (error(low) <= 0) return low;
  while (high < most && error(high) > 0) [low, high] = [high, 2 * high];
  if (high >= most) return most;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (error(middle) > 0) low = middle;
    else high = middle;
  }
  return error(low) < -error(high) ? low : high;
}
