/** @file scan: a loop over steps as one node, with derivatives. */

import { leavesAlike, tracerOf } from "./alike.ts";
import { CajalError } from "./error.ts";
import { inStackedBody } from "./names.ts";
import { emitScan } from "./ops/scan-node.ts";
import { formatShape, Tensor } from "./tensor.ts";
import { forEachLeaf, leavesOf, withLeaves } from "./tree.ts";
import type { Value } from "./value.ts";

export interface ScanOptions {
  /** From the last step to the first; what is stacked stays aligned with `xs`. */
  readonly reverse?: boolean;
  /**
   * Reverse derivatives keep only the states and compute each step again: memory for T states instead of for all that T steps compute,
   * for about a third more time.
   */
  readonly checkpoint?: boolean;
  /** The number of steps, where `xs` has no leaf to tell it. */
  readonly length?: number;
}

/**
 * Runs `body` once for each step along the first axis of `xs`, handing the state on: sₜ₊₁, yₜ = body(sₜ, xₜ).
 * Differentiable in both modes, any number of times. Taps in the body are collected stacked over the steps, [T, ...].
 * @param init the state before the first step: a tree; each step must give one of the same dtypes and shapes
 * @param xs a tree of [T, ...]; the body gets [...]. It may be empty (`{}`, `undefined`) where `length` is given
 * @returns the state after the last step, and the outputs of all steps, stacked: [T, ...]
 * @throws CajalError `shape` when lengths differ or a step changes the type of the state, `argument` when nothing tells the length
 */
export function scan<S, X, Y>(
  body: (state: S, x: X) => { state: S; y: Y },
  init: S,
  xs: X,
  options: ScanOptions = {},
): { state: S; ys: Y } {
  const { reverse = false, checkpoint = false } = options;
  const reads = xs ?? {};
  const tracer = tracerOf("scan", [init, reads]);
  const length = lengthOf(reads, options.length);
  const lift = (tree: unknown) => leavesOf(tree).map((leaf) => tracer.lift(leaf, leaf.dtype));
  const initial = lift(init);
  const stacks = lift(reads);
  const states = initial.map(({ dtype, shape }) => tracer.input({ dtype, shape }, "scan"));
  const slices = stacks.map(({ dtype, shape }) => tracer.input({ dtype, shape: shape.slice(1) }, "scan"));

  const { result, deliver } = inStackedBody(() =>
    body(withLeaves(init, states) as S, (xs === undefined ? undefined : withLeaves(xs, slices)) as X),
  );
  const next = leavesAlike(result.state, init, tracer, ["scan: the state after a step", "before it"]);
  const written = result.y ?? {};
  const outputs = lift(written);
  const results = (finals: readonly Value[], ys: readonly Value[]) => ({
    state: withLeaves(init, finals) as S,
    ys: (result.y === undefined ? undefined : withLeaves(written, ys)) as Y,
  });

  if (length === 0) {
    const none = ({ dtype, shape }: Value) => tracer.lift(Tensor.zeros([0, ...shape], dtype), dtype);
    deliver(none);
    return results(initial, outputs.map(none));
  }
  const node = emitScan(tracer, {
    carried: states.map((state, i) => ({ state, next: next[i], initial: initial[i] })),
    scanned: slices.map((slice, i) => ({ slice, stack: stacks[i] })),
    // A node makes something; what nobody uses is not written into the model.
    outputs: next.length + outputs.length > 0 ? outputs : [tracer.lift(0, "float32")],
    length,
    reverse,
    checkpoint,
  });
  const ys = node.stacks;
  deliver((value) => node.stack(value));
  return results(node.finals, ys);
}

function lengthOf(xs: unknown, given: number | undefined): number {
  let length = given;
  let source = "the option length";
  forEachLeaf(xs, ({ shape }, path) => {
    const name = path === "" ? "xs" : `xs "${path}"`;
    if (shape.length === 0)
      throw new CajalError("shape", `scan: ${name} is a scalar; its first axis would count the steps`);
    if (length !== undefined && length !== shape[0])
      throw new CajalError("shape", `scan: ${name} has ${shape[0]} steps (${formatShape(shape)}), ${source} ${length}`);
    if (length === undefined) source = name;
    length = shape[0];
  });
  if (length === undefined || !Number.isInteger(length) || length < 0) {
    throw new CajalError("argument", `scan: the number of steps is ${length ?? "not known"}`, {
      advice: "Give xs with a leaf [T, ...], or the option length.",
    });
  }
  return length;
}
