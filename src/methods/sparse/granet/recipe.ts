/** @file GraNet and what it is compared with, as settings of one procedure. */

import { CajalError } from "../../../graph/index.ts";

export const sparseMethods = ["granet", "rigl", "set", "gmp", "snip", "static", "dense"] as const;

/**
 * How a network becomes sparse:
 * - `granet` is pruned gradually from an initial density, and regenerates connections after each pruning;
 * - `rigl` regenerates at fixed density (Evci et al. 2020), `set` with random growth (Mocanu et al. 2018);
 * - `gmp` is pruned gradually from dense, without regeneration (Zhu & Gupta 2017);
 * - `snip` is pruned once before training, by |gradient · weight| (Lee et al. 2019);
 * - `static` has a random mask, `dense` none.
 */
export type SparseMethod = (typeof sparseMethods)[number];

export interface RecipeOptions {
  /** Share of the maskable entries that are connections in the end, in (0, 1]. */
  readonly finalDensity: number;
  /** Default "granet". */
  readonly method?: SparseMethod;
  /** d_i, of `granet`: 1 is dense-to-sparse. Default 0.5. */
  readonly initDensity?: number;
  /** p₀: the share of a layer's connections that is exchanged at first; 0 turns regeneration off. Default 0.5. */
  readonly pruneRate?: number;
  /** What decides which connections grow. Default "gradient"; of `set`, "random". */
  readonly growth?: "gradient" | "random";
  /** Whether pruning compares weights over all layers, or gives all layers the same density. Default "global". */
  readonly scope?: "global" | "uniform";
}

export interface Recipe {
  readonly start: "random" | "dense" | "snip";
  readonly initDensity: number;
  readonly finalDensity: number;
  /** 0: nothing regenerates. */
  readonly pruneRate: number;
  readonly growth: "gradient" | "random";
  readonly scope: "global" | "uniform";
}

/** @throws CajalError `argument` */
export function recipeOf(options: RecipeOptions): Recipe {
  const { method = "granet", finalDensity, initDensity = 0.5, pruneRate = 0.5, scope = "global" } = options;
  for (const [name, density] of Object.entries({ finalDensity, initDensity }))
    if (!(density > 0 && density <= 1))
      throw new CajalError("argument", `${name} ${density} is not within (0, 1]`, {
        advice: "A density is the share of weights that stay: 0.05 keeps one in twenty.",
      });
  if (!(pruneRate >= 0 && pruneRate <= 1))
    throw new CajalError("argument", `pruneRate ${pruneRate} is not within [0, 1]`);
  const growth = options.growth ?? (method === "set" ? "random" : "gradient");
  const fixed = { initDensity: finalDensity, finalDensity, pruneRate: 0, growth, scope } as const;
  switch (method) {
    case "granet":
      if (finalDensity > initDensity)
        throw new CajalError("argument", `finalDensity ${finalDensity} must be ≤ initDensity ${initDensity}`, {
          advice: "Training removes connections: raise initDensity, or lower finalDensity.",
        });
      return { ...fixed, start: initDensity === 1 ? "dense" : "random", initDensity, pruneRate };
    case "rigl":
    case "set":
      return { ...fixed, start: "random", pruneRate };
    case "gmp":
      return { ...fixed, start: "dense", initDensity: 1 };
    case "snip":
      return { ...fixed, start: "snip" };
    case "static":
      return { ...fixed, start: "random" };
    case "dense":
      return { ...fixed, start: "dense", initDensity: 1, finalDensity: 1 };
  }
}

/** Whether masks change at all after the start. */
export function isAdaptive({ initDensity, finalDensity, pruneRate }: Recipe): boolean {
  return pruneRate > 0 || initDensity > finalDensity;
}
