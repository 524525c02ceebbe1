/** @file Routers: for each token and layer, which bricks are worth running. */

import { CajalError, Tensor, type Value } from "../../../graph/index.ts";
import type { FeedForward } from "./feed-forward.ts";
import type { LayerPlan } from "./partition.ts";

/**
 * How bricks are scored. "oracle": Σ_{i∈brick} |a_i|·‖o_i‖, for which all neurons must be run. "centre": the cosine of x with the mean of the
 * directions that the brick's neurons read. "learned": one hidden layer that foretells the oracle's choice. "random": a linear map of x with
 * random weights. "norm": Σ ‖w_i‖·‖o_i‖, the same for every token.
 */
export type RouterKind = "oracle" | "centre" | "learned" | "random" | "norm";

/** What scores the E bricks of one layer: `linear` x·weight [width, E]; `network` tanh(x·hidden + bias)·out + bias; `fixed` [E]. */
export type BrickScorer<T = Tensor> =
  | { readonly form: "oracle"; readonly norms: T }
  | { readonly form: "linear"; readonly weight: T }
  | { readonly form: "network"; readonly network: RouterNetwork<T> }
  | { readonly form: "fixed"; readonly scores: T };

export interface RouterNetwork<T> {
  /** [width, E] and [E]. */
  readonly hidden: { readonly weight: T; readonly bias: T };
  /** [E, E] and [E]. */
  readonly output: { readonly weight: T; readonly bias: T };
}

export interface Router {
  readonly kind: RouterKind;
  /** Bricks that are run of each layer, beside the shared neurons. */
  readonly keep: number;
  readonly layers: readonly { readonly name: string; readonly bricks: number; readonly scorer: BrickScorer }[];
}

/** Logits of the learned router [..., E]. */
export function routerLogits({ hidden, output }: RouterNetwork<Value | Tensor>, x: Value): Value {
  const lift = (tensor: Value | Tensor) => x.tracer.lift(tensor, "float32");
  const h = x.matmul(hidden.weight).add(lift(hidden.bias)).tanh();
  return h.matmul(output.weight).add(lift(output.bias));
}

/** The score of each brick [..., E]. @param x [..., width] @param a [..., neurons] */
export function brickScores(scorer: BrickScorer, plan: LayerPlan, x: Value, a: Value): Value {
  if (scorer.form === "oracle") return a.abs().mul(a.tracer.lift(scorer.norms, "float32")).matmul(membership(plan));
  if (scorer.form === "linear") return x.matmul(scorer.weight);
  if (scorer.form === "network") return routerLogits(scorer.network, x);
  return x.sum(-1, true).mul(0).add(x.tracer.lift(scorer.scores, "float32"));
}

/** 1 where a neuron is of a brick: [neurons, E]. */
export function membership({ neurons, bricks }: LayerPlan): Tensor {
  const data = new Float32Array(neurons * bricks.length);
  for (const [b, brick] of bricks.entries()) for (const i of brick.neurons) data[i * bricks.length + b] = 1;
  return new Tensor("float32", [neurons, bricks.length], data);
}

/** Multiplications and additions that a router takes per token; the oracle's are those of the layer itself. */
export function routerFlops(scorer: BrickScorer, { width, neurons, matrices }: FeedForward, bricks: number): number {
  if (scorer.form === "oracle") return 2 * (matrices - 1) * width * neurons + 2 * neurons;
  if (scorer.form === "linear") return 2 * width * bricks;
  if (scorer.form === "network") return 2 * (width * bricks + bricks * bricks);
  return 0;
}

/** @throws CajalError `argument` when a layer does not have so many bricks */
export function checkKeep(keep: number, layers: readonly LayerPlan[]): void {
  for (const { name, bricks } of layers)
    if (!Number.isInteger(keep) || keep < 1 || keep > bricks.length)
      throw new CajalError("argument", `${keep} bricks cannot be kept of the ${bricks.length} of "${name}"`);
}
