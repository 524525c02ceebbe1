/** @file scan's twin for tests: the steps written out, one after the other. */

import { concat } from "../functions.ts";
import type { ScanOptions } from "../scan.ts";
import { leavesOf, mapLeaves, withLeaves } from "../tree.ts";
import type { Value } from "../value.ts";

/** What `scan` does, as a graph of T copies of the body. `xs` must have a leaf. */
export function unrolled<S, X, Y>(
  body: (state: S, x: X) => { state: S; y: Y },
  init: S,
  xs: X,
  { reverse = false }: ScanOptions = {},
): { state: S; ys: Y } {
  const [length] = leavesOf(xs)[0].shape;
  const steps = Array.from({ length }, (_, k) => (reverse ? length - 1 - k : k));
  const ys = new Array<Y>(length);
  let state = init;
  for (const t of steps) {
    const x = mapLeaves(xs, (leaf) => (leaf as Value).slice([t], [t + 1]).squeeze(0)) as X;
    const result = body(state, x);
    state = result.state;
    ys[t] = result.y;
  }
  const stacked = leavesOf(ys[0]).map((_, i) => concat(ys.map((y) => (leavesOf(y)[i] as Value).unsqueeze(0))));
  return { state, ys: withLeaves(ys[0], stacked) as Y };
}
