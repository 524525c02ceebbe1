/** @file What serves what: scores, pruning, overlaps, sparsity, retrieval. */

import type { TextModel } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import { type FuncScores, functionalityScores } from "../functionality.ts";
import { type Perturbation, perturbationMatrix } from "../perturbation.ts";
import { functionCentroids, retrieveFunction } from "../retrieve.ts";
import { type ActivationDistribution, activationDistribution, type SparsityCurve, sparsityCurve } from "../sparsity.ts";
import { type FunctionText, setsOf } from "./texts.ts";

export interface FunctionStudy {
  readonly scores: FuncScores;
  readonly perturbation: Perturbation;
  /** The same without residents. */
  readonly withoutResidents: Perturbation;
  readonly sparsity: readonly SparsityCurve[];
  readonly distribution: ActivationDistribution;
  /** Share of test prompts whose function is found. */
  readonly retrieved: number;
}

export const masks = [0.5, 0.7, 0.8, 0.9] as const;

export async function studyFunctions(
  run: Run,
  model: TextModel,
  texts: readonly FunctionText[],
): Promise<FunctionStudy> {
  const [scored, tested] = [setsOf(texts, "scored"), setsOf(texts, "tested")];
  const passes = { compile: run.compile, signal: run.signal };
  const scores = await run.part("scores", () =>
    functionalityScores(model, scored, {
      ...passes,
      seed: run.seed,
      onProgress: (done, total) => run.progress("scores", done, total, "prompts"),
    }),
  );
  const prune = (name: string, excludeResident: boolean) =>
    run.part(name, () =>
      perturbationMatrix(model, scores, tested, {
        ...passes,
        excludeResident,
        seed: run.seed,
        onProgress: (done, total) => run.progress(name, done, total, "sets of neurons"),
      }),
    );
  const perturbation = await prune("perturbation", false);
  const withoutResidents = await prune("perturbation without residents", true);
  const sparsity = await run.part("sparsity", async () => {
    const curves: SparsityCurve[] = [];
    for (const by of ["activation", "magnitude"] as const) {
      curves.push(await sparsityCurve(model, tested, masks, by, passes));
      run.progress("sparsity", curves.length, 2, "indicators");
    }
    return curves;
  });
  const distribution = await run.part("distribution", () =>
    activationDistribution(
      model,
      tested.flatMap(({ prompts }) => prompts),
      "activation",
      passes,
    ),
  );
  const retrieved = await run.part("retrieval", async () => {
    const centroids = await functionCentroids(model, scored, passes);
    const found = await retrieveFunction(
      model,
      centroids,
      tested.flatMap(({ prompts }) => prompts),
      passes,
    );
    const wanted = tested.flatMap(({ name, prompts }) => prompts.map(() => name));
    return found.filter((name, i) => name === wanted[i]).length / wanted.length;
  });
  return { scores, perturbation, withoutResidents, sparsity, distribution, retrieved };
}
