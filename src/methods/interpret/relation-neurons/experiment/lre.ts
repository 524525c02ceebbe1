/** @file Real facts: a model learns twelve relations of LRE by heart, and their neurons are detected. */

import { loadRelations, readHuggingFaceTokenizer, trainBytePairs } from "../../../../data/index.ts";
import type { TextModel } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import { relationNeurons } from "../detect.ts";
import { heldOutPrecision } from "../held-out.ts";
import { promptOf, type RelationSet } from "../relations.ts";
import { trainFactModel } from "./fact-model.ts";
import type { Options } from "./options.ts";

/** The twelve of the paper, by their names in the set. */
const names = [
  ...["company CEO", "company hq", "landmark in country", "landmark on continent", "person father", "person mother"],
  ...["person occupation", "person plays instrument", "person sport position", "plays pro sport"],
  ...["product by company", "star constellation name"],
];

/** Tokens of the model's vocabulary, and facts of each relation that are kept apart. */
const [vocabulary, evaluated] = [1024, 20];

export interface Precisions {
  readonly relations: readonly string[];
  /** Prompts that detected. */
  readonly prompts: readonly number[];
  /** Best of all neurons in detection, and best of the first ten on held-out prompts. */
  readonly detected: readonly number[];
  readonly heldOut: readonly number[];
  readonly dropped: readonly { readonly relation: string; readonly known: number; readonly prompts: number }[];
}

export async function studyLre(run: Run, options: Options): Promise<Precisions> {
  const all = await loadRelations(run.data, "factual");
  const relations = names.flatMap((name): RelationSet[] => {
    const relation = all.find((one) => one.name === name);
    if (relation === undefined) return [];
    const { facts, templates } = relation;
    const drawn = run.rng.split(name).permutation(facts.length).subarray(0, options.lreFacts);
    return [{ name, templates, facts: Array.from(drawn, (i) => facts[i]) }];
  });
  const sentences = relations.flatMap(({ templates, facts }) =>
    facts.flatMap(({ subject, object }) => templates.map((template) => `${promptOf(template, subject)} ${object}`)),
  );
  const tokenizer = readHuggingFaceTokenizer(trainBytePairs(sentences.join("\n"), vocabulary), { end: [0] });
  const model = await trainFactModel(run, "facts of LRE", tokenizer, sentences, options.lreEpochs);
  return run.part("detection: LRE", () => detectPrecisions(run, model, relations, options.onlyKnown));
}

/** Detection alone: nothing is switched off. @param onlyKnown whether prompts that the model gets wrong are left out */
export async function detectPrecisions(
  run: Run,
  model: TextModel,
  relations: readonly RelationSet[],
  onlyKnown: boolean,
): Promise<Precisions> {
  const running = { compile: run.compile, signal: run.signal, seed: run.seed };
  const found = await relationNeurons(model, relations, {
    ...{ ...running, k: 10, evalPer: evaluated, onlyKnown },
    onWarning: (warning) => run.log(warning),
  });
  const precisions = await heldOutPrecision(model, found, running);
  return {
    relations: found.relations,
    prompts: found.det.map(({ length }) => length),
    detected: found.top.map(([first]) => first.ap),
    heldOut: precisions.map((own) => Math.max(...own)),
    dropped: found.dropped,
  };
}
