/** Methods are found by their words, by other forms of them, and by what means the same. */

import { describe, expect, it } from "vitest";
import { methods } from "../../../src/methods/registry.ts";
import { methodWords } from "../../method-words.ts";
import { searcher } from "./index.ts";
import { stemOf } from "./stem.ts";

const words = methodWords();
const all = Object.entries(methods).map(([slug, { title, family }]) => ({ slug, title, family }));
const find = searcher(all, words);

describe("meaning", () => {
  it.each([
    ["make my network smaller", "granet"],
    ["cut weights", "granet"],
    ["compression", "granet"],
    ["lottery tickets", "granet"],
    ["brain wiring", "dynamic-connectome"],
    ["who talks to whom in the brain?", "dynamic-connectome"],
    ["functional connectivity in mice", "dynamic-connectome"],
    ["what does this neuron do in words", "milan"],
    ["caption every channel", "milan"],
    ["explain predictions", "milan", "attention-sae"],
    ["look inside the black box", "milan", "attention-sae"],
    ["deep dream", "multifaceted-visualization"],
    ["which image makes a unit fire?", "multifaceted-visualization"],
    ["logit lens", "lm-head-decoding"],
    ["mixture of experts", "configurable-bricks"],
    ["modular LLMs", "configurable-bricks"],
    ["knowledge graphs", "relation-neurons"],
    ["where does the model store facts", "relation-neurons"],
    ["what breaks when I remove a neuron", "relation-neurons"],
    ["universality", "convergent-learning"],
    ["SAE", "attention-sae"],
    ["monosemantic features", "attention-sae"],
    ["principal components of a layer", "local-interaction-basis"],
    ["geometry of classes", "linguistic-collapse"],
    ["event-based, with time lags", "learned-delays"],
    ["axonal conduction", "learned-delays"],
    ["capacity of a winner-take-all code", "active-dendrites"],
    ["learn a pattern from one example", "active-dendrites"],
    ["parts of speech", "word-classes"],
    ["splines instead of ReLU", "selectable-kan"],
    ["LLM as a judge", "wide-deep-evaluator"],
    ["which answer is better?", "wide-deep-evaluator"],
  ])("%s", (query, ...right) => {
    expect(right).toContain(
      find(query)
        .slice(0, 3)
        .find((slug) => right.includes(slug)),
    );
  });

  it("a word comes before what means the same", () => {
    const few = [
      { slug: "a", title: "Smaller networks", family: "sparse" },
      { slug: "b", title: "Pruned networks", family: "sparse" },
      { slug: "c", title: "Pruning", family: "sparse" },
      { slug: "d", title: "Spikes", family: "spiking" },
    ] as const;
    const findIn = searcher(few, {});
    expect(findIn("smaller")[0]).toBe("a");
    expect(findIn("pruning").slice(0, 3)).toEqual(["c", "b", "a"]);
    expect(findIn("pruned")[0]).toBe("b");
    expect(findIn("smaller")).not.toContain("d");
  });
});

describe("words", () => {
  it.each(all.map(({ slug }) => slug))("%s is found first by its name", (slug) => {
    expect(find(slug)[0]).toBe(slug);
  });

  it("beginnings and slips of the pen count", () => {
    for (const query of ["prunin", "dendrits", "Kolmogorof"]) expect(find(query), query).not.toEqual([]);
  });

  it("words of questions find nothing by themselves, and change little beside others", () => {
    expect(find("what does it do")).toEqual([]);
    expect(find("")).toEqual([]);
    expect(find("zzz")).toEqual([]);
    expect(find("how can I use pruning for my own network?")[0]).toBe("granet");
    expect(find("what does pruning do").length).toBeLessThan(all.length / 2);
  });

  it("words that stand nowhere are passed over", () => {
    expect(find("zzz pruning")).toEqual(find("pruning"));
  });
});

it("forms of a word have one stem", () => {
  for (const forms of [
    "prune prunes pruned pruning",
    "forget forgets forgetting",
    "memory memories",
    "compress compressed compression",
    "interpret interpretable interpretability interpretation",
    "quantize quantization quantisation quantized",
    "class classes",
    "spike spikes spiking",
  ])
    expect(new Set(forms.split(" ").map(stemOf)).size, forms).toBe(1);
});
