/** @file Trees: a leaf, or a plain object or array of trees. Parameters, states and batches are trees. */

import { CajalError } from "./error.ts";
import { Tensor } from "./tensor.ts";
import { Value } from "./value.ts";

export type Tree<L> = L | readonly Tree<L>[] | { readonly [name: string]: Tree<L> };

/** The same tree with other leaves: `Replace<{ w: Value }, Tensor>` is `{ w: Tensor }`. */
export type Replace<T, L> = T extends Value | Tensor ? L : { [K in keyof T]: Replace<T[K], L> };

/** How a tree is built, without its leaves; equal structures print as equal JSON. */
export type Structure = "leaf" | readonly Structure[] | { readonly [name: string]: Structure };

function isLeaf(tree: unknown): tree is Value | Tensor {
  return tree instanceof Value || tree instanceof Tensor;
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
  else {
    throw new CajalError("argument", `"${path}" is ${describe(tree)}, not a tensor`, {
      advice: "A tree holds tensors, plain objects and arrays. Wrap a number with Tensor.scalar.",
    });
  }
}

/** The tree with each leaf replaced. */
export function mapLeaves<T, L>(tree: T, replace: (leaf: Value | Tensor, path: string) => L, path = ""): Replace<T, L> {
  const walk = (node: unknown, at: string): unknown => {
    if (isLeaf(node)) return replace(node, at);
    if (Array.isArray(node)) return node.map((child, i) => walk(child, join(at, String(i))));
    if (isBranch(node))
      return Object.fromEntries(Object.keys(node).map((key) => [key, walk(node[key], join(at, key))]));
    forEachLeaf(node, () => {}, at);
    return node;
  };
  return walk(tree, path) as Replace<T, L>;
}

export function leavesOf(tree: unknown): (Value | Tensor)[] {
  const leaves: (Value | Tensor)[] = [];
  forEachLeaf(tree, (leaf) => leaves.push(leaf));
  return leaves;
}

export function structureOf(tree: unknown): Structure {
  return mapLeaves(tree, () => "leaf" as const) as Structure;
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
