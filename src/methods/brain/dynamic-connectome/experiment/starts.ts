/** @file A factorisation whose run can be stopped between its starts. */

import type { Rng, Tensor } from "../../../../graph/index.ts";
import type { Run } from "../../../run.ts";
import { bestStart, type Ntf, type NtfOptions, ntf } from "../ntf.ts";

/** As `ntf`. */
export async function factorised(
  A: Tensor,
  { starts, ...options }: Pick<NtfOptions, "rank" | "mask" | "sweeps"> & { readonly starts: number },
  run: Run,
  rng: Rng,
): Promise<Ntf> {
  const found: Ntf[] = [];
  for (let start = 0; start < starts; start++) {
    await run.breathe();
    found.push(ntf(A, { ...options, starts: 1, rng: rng.split(start) }));
  }
  return bestStart(found);
}
