/** @file Trees that must be alike: the state before and after a step, the results of two branches. */

import { CajalError } from "./error.ts";
import { sameShape } from "./tensor.ts";
import type { Tracer } from "./tracer.ts";
import { forEachLeaf } from "./tree.ts";
import { Value } from "./value.ts";

function byPath(tree: unknown, tracer: Tracer): Map<string, Value> {
  const leaves = new Map<string, Value>();
  forEachLeaf(tree, (leaf, path) => leaves.set(path, tracer.lift(leaf, leaf.dtype)));
  return leaves;
}

const named = (path: string): string => (path === "" ? "" : ` "${path}"`);

/**
 * The leaves of `tree` in the order of `like`, which has the same paths, dtypes and shapes.
 * @param names what the two are called in messages
 * @throws CajalError `shape` that names the first leaf that differs
 */
export function leavesAlike(tree: unknown, like: unknown, tracer: Tracer, names: readonly [string, string]): Value[] {
  const [given, expected] = [byPath(tree, tracer), byPath(like, tracer)];
  const [what, other] = names;
  for (const path of given.keys())
    if (!expected.has(path)) throw new CajalError("shape", `${what} has a leaf${named(path)}, which ${other} has not`);
  return [...expected].map(([path, type]) => {
    const leaf = given.get(path);
    if (leaf === undefined) throw new CajalError("shape", `${what} lacks the leaf${named(path)}, which ${other} has`);
    if (leaf.dtype !== type.dtype || !sameShape(leaf.shape, type.shape))
      throw new CajalError("shape", `${what}${named(path)} is ${leaf}, ${other} ${type}`, {
        advice: "Both must have the same dtype and shape; cast, reshape or expand one of them.",
      });
    return leaf;
  });
}

/** The graph that some leaf belongs to. */
export function tracerOf(what: string, trees: readonly unknown[]): Tracer {
  for (const tree of trees) {
    let found: Tracer | undefined;
    forEachLeaf(tree, (leaf) => {
      if (leaf instanceof Value) found ??= leaf.tracer;
    });
    if (found !== undefined) return found;
  }
  throw new CajalError("argument", `${what}: none of the arguments is part of a graph`, {
    advice: "Call it inside a function given to compile, with at least one Value among them.",
  });
}
