/** @file Edges of a layer in one activation space: what each does to its input, and their sum at each node. */

import { type Rng, Tensor, type Value } from "../../../graph/index.ts";
import { functionsPerEdge, type Space } from "./spaces/space.ts";

/**
 * weight [inputs, functions, nodes]: the coefficients c of each edge's functions. A space whose edges learn their form has one function, and beside
 * it the numbers of the form, [inputs, nodes] each.
 */
export type SpaceParams<T> = { readonly weight: T } & Readonly<Record<string, T>>;

/** c ~ N(0, 0.3²/(inputs · functions)), so that a node's sum does not grow with either. */
export function initSpace(rng: Rng, space: Space, inputs: number, nodes: number): SpaceParams<Tensor> {
  const functions = functionsPerEdge(space);
  const weight = rng.normal([inputs, functions, nodes], 0, 0.3 / Math.sqrt(inputs * functions));
  const starts = "basis" in space ? {} : space.shape;
  const shape = Object.entries(starts).map(([name, start]) => [name, Tensor.full([inputs, nodes], start)]);
  return { weight, ...Object.fromEntries(shape) };
}

/** Σ_i φ_oi(x_i): x [batch, inputs] → [batch, nodes] */
export function edgeSum(space: Space, p: SpaceParams<Value>, x: Value): Value {
  if (!("basis" in space)) return edgeFunctions(space, p, x).sum(1);
  const [inputs, functions, nodes] = p.weight.shape;
  const values = space.basis(x).reshape([-1, inputs * functions]);
  return values.matmul(p.weight.reshape([inputs * functions, nodes]));
}

/** φ_oi(x_i) of every edge: x [batch, inputs] → [batch, inputs, nodes] */
export function edgeFunctions(space: Space, p: SpaceParams<Value>, x: Value): Value {
  const { weight, ...shape } = p;
  if (!("basis" in space)) return space.form(x.unsqueeze(-1), shape).mul(weight.squeeze(1));
  return space.basis(x).transpose([1, 0, 2]).matmul(weight).transpose([1, 0, 2]);
}
