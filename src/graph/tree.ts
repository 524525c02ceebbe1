/**
 * @file Trees: a leaf, or a plain object or array of trees. Parameters, states and batches are trees.
 *
 * Randomness (an Rng, or Noise in a traced function) may ride along in a tree, but is no part of it: it has no leaves and stays as it is.
 */

import { CajalError } from "./error.ts";
import { Noise } from "./noise.ts";
import { Rng } from "./rng.ts";
import { Tensor } from "./tensor.ts";
import { Value } from "./value.ts";

export type Tree<L> = L | readonly Tree<L>[] | { readonly [name: string]: Tree<L> };

/** The same tree with other leaves: `Replace<{ w: Value }, Tensor>` is `{ w: Tensor }`. */
export type Replace<T, L> = T extends Value | Tensor
  ? L
  : T extends Noise | Rng
    ? T
    : { [K in keyof T]: Replace<T[K], L> };

/** How a tree is built, without its leaves; equal structures print as equal JSON. */
export type Structure = "leaf" | "randomness" | readonly Structure[] | { readonly [name: string]: Structure };

function isLeaf(tree: unknown): tree is Value | Tensor {
  return tree instanceof Value || tree instanceof Tensor;
}

function isRandomness(tree: unknown): tree is Noise | Rng {
  return tree instanceof Noise || tree instanceof Rng;
}

function isBranch(tree: unknown): tree is Record<string, unknown> {
  if (typeof tree !== "object" || tree === null) return false;
  const prototype = Object.getPrototypeOf(tree);
  return prototype === Object.prototype || prototype === null;
}

/** Visits the leaves in order; `path` is like "layers/0/weight". */
export function forEachLeaf(tree: unknown, visit: (leaf: Value | Tensor, path: string) => void, path = ""): void {
  if (isLeaf(tree)) visit(tree, path);
  else if (Array.isArray(tree))
    for (const [i, child] of tree.entries()) forEachLeaf(child, visit, join(path, String(i)));
  else if (isBranch(tree)) for (const key of Object.keys(tree)) forEachLeaf(tree[key], visit, join(path, key));
  else if (!isRandomness(tree)) {
    throw new CajalError("argument", `"${path}" is ${describe(tree)}, not a tensor`, {
      advice: "A tree holds tensors, plain objects and arrays. Wrap a number with Tensor.scalar.",
    });
  }
}

/**
 * The tree with each leaf replaced.
 * @param ride what stands in for randomness; default: itself
 */
export function mapLeaves<T, L>(
  tree: T,
  replace: (leaf: Value | Tensor, path: string) => L,
  ride: (randomness: Noise | Rng, path: string) => unknown = (randomness) => randomness,
): Replace<T, L> {
  const walk = (node: unknown, at: string): unknown => {
    if (isLeaf(node)) return replace(node, at);
    if (Array.isArray(node)) return node.map((child, i) => walk(child, join(at, String(i))));
    if (isBranch(node))
      return Object.fromEntries(Object.keys(node).map((key) => [key, walk(node[key], join(at, key))]));
    if (isRandomness(node)) return ride(node, at);
    forEachLeaf(node, () => {}, at);
    return node;
  };
  return walk(tree, "") as Replace<T, L>;
}

export function leavesOf(tree: unknown): (Value | Tensor)[] {
  const leaves: (Value | Tensor)[] = [];
  forEachLeaf(tree, (leaf) => leaves.push(leaf));
  return leaves;
}

/** The Rngs that ride along in a tree, in order. @throws CajalError `argument` for Noise, which exists only in a traced function */
export function randomnessOf(tree: unknown): Rng[] {
  const rngs: Rng[] = [];
  mapLeaves(
    tree,
    () => undefined,
    (randomness) => {
      if (randomness instanceof Noise) {
        throw new CajalError("argument", "compile: an argument is Noise, not an Rng", {
          advice: "Inside a traced function, call the function itself, not its compiled form.",
        });
      }
      rngs.push(randomness);
    },
  );
  return rngs;
}

export function structureOf(tree: unknown): Structure {
  return mapLeaves(
    tree,
    () => "leaf" as const,
    () => "randomness",
  ) as Structure;
}

/** A tree of the given tree's structure from leaves in order. */
export function withLeaves<T, L>(tree: T, leaves: readonly L[]): Replace<T, L> {
  let next = 0;
  return mapLeaves(tree, () => leaves[next++]);
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}/${key}`;
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === "object"
    ? `a ${value.constructor?.name ?? "object"}`
    : `the ${typeof value} ${String(value)}`;
}
