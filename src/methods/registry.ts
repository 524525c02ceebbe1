/** @file All methods: a method is loaded when it is asked for. */

import { CajalError } from "../graph/index.ts";
import type { Family } from "./families.ts";
import type { Method } from "./method.ts";

export interface Listed {
  readonly family: Family;
  /** What it does, in a few words. */
  readonly title: string;
  load(): Promise<{ default: Method }>;
}

/** By slug. */
export const methods: Readonly<Record<string, Listed>> = {
  "active-dendrites": {
    family: "memory",
    title: "Sparse codes and neurons with active dendrites: error probabilities, capacity, thresholds",
    load: () => import("./memory/active-dendrites/method.ts"),
  },
  "attention-sae": {
    family: "interpret",
    title: "Sparse dictionaries of what attention heads say, read by head and by source token",
    load: () => import("./interpret/attention-sae/method.ts"),
  },
  "configurable-bricks": {
    family: "interpret",
    title: "Which neurons of a language model serve which function; groups of them run, grown, merged, updated",
    load: () => import("./interpret/configurable-bricks/method.ts"),
  },
  "convergent-learning": {
    family: "interpret",
    title: "Which units of one network another network has, too",
    load: () => import("./interpret/convergent-learning/method.ts"),
  },
  "dynamic-connectome": {
    family: "brain",
    title: "Which neurons act together, when, in which animals",
    load: () => import("./brain/dynamic-connectome/method.ts"),
  },
  granet: {
    family: "sparse",
    title: "Sparse training by pruning and regrowing connections",
    load: () => import("./sparse/granet/method.ts"),
  },
  "learned-delays": {
    family: "spiking",
    title: "Spiking networks whose synapses learn weights and delays",
    load: () => import("./spiking/learned-delays/method.ts"),
  },
  "linguistic-collapse": {
    family: "interpret",
    title: "How far the top layer of a language model or classifier has collapsed",
    load: () => import("./interpret/linguistic-collapse/method.ts"),
  },
  "lm-head-decoding": {
    family: "interpret",
    title: "The words that every neuron of a language model stands for",
    load: () => import("./interpret/lm-head-decoding/method.ts"),
  },
  "local-interaction-basis": {
    family: "interpret",
    title: "Bases in which a model's layers interact least, and which direction acts on which",
    load: () => import("./interpret/local-interaction-basis/method.ts"),
  },
  milan: {
    family: "interpret",
    title: "What neurons look for, in words; and what the words are good for",
    load: () => import("./interpret/milan/method.ts"),
  },
  "multifaceted-visualization": {
    family: "interpret",
    title: "A picture of each kind of input that makes a unit fire",
    load: () => import("./interpret/multifaceted-visualization/method.ts"),
  },
  "relation-neurons": {
    family: "interpret",
    title: "Neurons that encode a relation, whatever it is between, and what is lost without them",
    load: () => import("./interpret/relation-neurons/method.ts"),
  },
  "selectable-kan": {
    family: "units",
    title: "Kolmogorov-Arnold networks in which every node chooses its kinds of functions",
    load: () => import("./units/selectable-kan/method.ts"),
  },
  "wide-deep-evaluator": {
    family: "sequence",
    title: "Which of two answers is better, by a network of language-model reviewers",
    load: () => import("./sequence/wide-deep-evaluator/method.ts"),
  },
  "word-classes": {
    family: "language",
    title: "Word classes that models of the next word come to represent",
    load: () => import("./language/word-classes/method.ts"),
  },
};

/** @throws CajalError `unknown-method` with the names that are near */
export async function loadMethod(slug: string): Promise<Method> {
  if (!Object.hasOwn(methods, slug))
    throw new CajalError("unknown-method", `no method is named "${slug}"`, {
      advice: `Known: ${Object.keys(methods).join(", ")}.`,
    });
  return (await methods[slug].load()).default;
}
