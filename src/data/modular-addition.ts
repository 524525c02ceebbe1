/** @file Small transformers that add modulo 113, of the authors of the local interaction basis (arXiv:2405.10928), with their split and their figures. */

import { CajalError, decodeSafetensors, type Tensor } from "../graph/index.ts";
import type { DataSource } from "./source.ts";
import { torchPermutation } from "./torch-permutation.ts";

/** a + b modulo the modulus. */
export interface Sum {
  readonly a: number;
  readonly b: number;
  readonly sum: number;
}

/** Results of ablating the first network in one basis. */
export interface PublishedAblations {
  /** Test accuracy by directions kept, the constant one counted; by node, "ln1.0" (before attention), "ln2.0" (after it), "unembed". */
  readonly nodes: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Edges that keep the test accuracy within .001, of the gap behind each of these nodes. */
  readonly edges: Readonly<Record<string, number>>;
}

export interface ModularAddition {
  readonly modulus: number;
  /** By the names of TransformerLens: "blocks.0.attn.W_Q", … */
  readonly weights: Readonly<Record<string, Tensor>>;
  /** The pairs that it learned from: 30 %. */
  readonly train: readonly Sum[];
  readonly test: readonly Sum[];
}

const set = "modular-addition-lib";
const modulus = 113;
const trainedShare = 0.3;

/** @param network 0 or 1 @throws CajalError `bad-file`, or as the source */
export async function loadModularAddition(source: DataSource, network: 0 | 1 = 0): Promise<ModularAddition> {
  const { tensors } = decodeSafetensors(await source.file(set, `seed${network}.safetensors`));
  return { modulus, weights: tensors, ...modularSums(modulus, trainedShare, network) };
}

/** All sums, split at random as PyTorch's `random_split` does. */
export function modularSums(
  base: number,
  share: number,
  seed: number,
): { readonly train: readonly Sum[]; readonly test: readonly Sum[] } {
  const order = Array.from(torchPermutation(seed, base ** 2), (at) => {
    const [a, b] = [Math.floor(at / base), at % base];
    return { a, b, sum: (a + b) % base };
  });
  const cut = Math.floor(base ** 2 * share);
  return { train: order.slice(0, cut), test: order.slice(cut) };
}

/** What was published of the first network. @throws CajalError `bad-file`, or as the source */
export async function loadPublishedAblations(source: DataSource, basis: "rib" | "pca"): Promise<PublishedAblations> {
  const read = async (name: string): Promise<Record<string, unknown>> => {
    const path = `published/modular_arithmetic_${name}_ablation_results.json`;
    const parsed: unknown = JSON.parse(new TextDecoder().decode(await source.file(set, path)));
    if (typeof parsed !== "object" || parsed === null)
      throw new CajalError("bad-file", `${set}/${path} holds no results of ablations`);
    return parsed as Record<string, unknown>;
  };
  const [nodes, edges] = [await read(`node_${basis}_seed0_rib`), await read(`${basis}_seed0_edge`)];
  return {
    nodes: nodes.results as PublishedAblations["nodes"],
    edges: edges.n_edges_required as PublishedAblations["edges"],
  };
}
