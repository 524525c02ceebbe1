/** @file All units of an experiment's network in words, by information and without; kept by the run. */

import { type PictureSet, preprocesses } from "../../../../data/index.ts";
import type { Model } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import { type Description, describe } from "../describe.ts";
import type { ExemplarStore } from "../exemplar-store.ts";
import { computeExemplars } from "../exemplars.ts";
import type { Speech } from "./captioner.ts";
import { lambda } from "./held-out-sets.ts";

export interface DescribedNetwork {
  readonly store: ExemplarStore;
  /** One list of all units for each λ. */
  readonly descriptions: readonly (readonly Description[])[];
}

export interface DescribeNetworkOptions {
  readonly layers: readonly string[];
  /** Of each layer, at most. */
  readonly networkUnits: number;
  readonly beam: number;
  /** Default 0.2 alone. */
  readonly lambdas?: readonly number[];
}

/** @param name of the part: unique in a run */
export async function describeNetwork(
  run: Run,
  { captioner }: Speech,
  name: string,
  model: Model,
  pictures: PictureSet,
  options: DescribeNetworkOptions,
): Promise<DescribedNetwork> {
  const { layers, beam, networkUnits, lambdas = [lambda] } = options;
  const store = await computeExemplars(model, pictures, {
    preprocess: preprocesses.signed,
    layers,
    units: (_, unit) => unit < networkUnits,
    signal: run.signal,
    onProgress: (stage, done, total) => run.progress(`${name}: ${stage}`, done, total, "pictures"),
  });
  const descriptions = await run.part(`${name}: descriptions`, async () => {
    const all: Description[][] = [];
    for (const weight of lambdas) {
      const list: Description[] = [];
      const described = describe(store, captioner, {
        lambda: weight,
        beam,
        signal: run.signal,
        onProgress: (done, total) => run.progress(`${name}: words`, done, total, "units"),
      });
      for await (const description of described) list.push({ ...description, runnersUp: [...description.runnersUp] });
      all.push(list);
    }
    return all;
  });
  return { store, descriptions };
}
